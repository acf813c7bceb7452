using System.Reflection;

namespace Bothy.Architecture.Tests;

/// <summary>Who may know whom: the table of docs/architecture.md.</summary>
public sealed class RoomsTests
{
    private static readonly string[] Platform = ["System.", "Microsoft.Win32.", "netstandard", "mscorlib"];

    [Theory]
    [InlineData("Bothy.Formats")]
    [InlineData("Bothy.Store", "Bothy.Formats")]
    [InlineData("Bothy.Transfer", "Bothy.Formats", "Polly.Core")]
    [InlineData("Bothy.Packages", "Bothy.Formats", "Bothy.Store", "Bothy.Transfer", "YamlDotNet")]
    [InlineData("Bothy.Oci", "Bothy.Formats", "Bothy.Store", "Bothy.Transfer")]
    [InlineData("Bothy.Inspection", "Bothy.Formats", "Bothy.Store", "Bothy.Transfer", "Bothy.Packages", "Bothy.Oci", "YamlDotNet")]
    [InlineData("Bothy.Engine", "Bothy.Formats", "Bothy.Store", "Bothy.Transfer", "Bothy.Packages", "Bothy.Oci", "Bothy.Inspection", "YamlDotNet")]
    public void Refers_only_to(string assembly, params string[] allowed)
    {
        var extra = Assembly.Load(assembly).GetReferencedAssemblies()
            .Select(reference => reference.Name!)
            .Where(name => name != "System.CommandLine" && !Platform.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal)))
            .Except(allowed);

        Assert.Empty(extra);
    }

    [Theory]
    [InlineData("Bothy.Formats")]
    [InlineData("Bothy.Store")]
    [InlineData("Bothy.Transfer")]
    [InlineData("Bothy.Packages")]
    [InlineData("Bothy.Oci")]
    [InlineData("Bothy.Inspection")]
    [InlineData("Bothy.Engine")]
    public void Only_the_command_line_knows_the_command_line_libraries(string assembly) =>
        Assert.DoesNotContain(
            Assembly.Load(assembly).GetReferencedAssemblies(),
            reference => reference.Name is "System.CommandLine" or "Spectre.Console");
}
