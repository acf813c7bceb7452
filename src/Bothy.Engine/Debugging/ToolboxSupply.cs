using System.Text;
using Bothy.Engine.Building;
using Bothy.Engine.ImageFiles;
using Bothy.Formats.Trees;
using Bothy.Packages.Debian;

namespace Bothy.Engine.Debugging;

/// <summary>Gets the toolbox for a container that runs already: from the distribution that the machine's own apt configuration names, by the same trust as the packages of images.</summary>
public static class ToolboxSupply
{
    private const string UsualSuite = "trixie";
    private const string UsualComponent = "main";

    /// <summary>The toolbox for <paramref name="architecture"/>; what is in it is read from the store.</summary>
    /// <exception cref="BothyException">The package cannot be had.</exception>
    public static async Task<FileTree> FetchAsync(BuildSettings settings, ImageArchitecture architecture, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(settings);
        string lines = string.Concat(Sources(MachineApt.Read(settings.MachineRoot)).Select(static line => $"\n    - {line}"));
        var image = ImageFile.Parse("the toolbox", Encoding.UTF8.GetBytes($"contents:\n  repositories:{lines}\n  packages: [{Toolbox.Package}]\n"));
        var plan = await new ImageBuilder(settings).SolveAsync(image, [architecture], previous: null, cancellationToken);
        using var supply = new PackageSupply(settings);
        var package = plan.Architectures.Values.SelectMany(static one => one.Packages).First(static package => package.Id.Name == Toolbox.Package);
        var opened = await supply.OpenAsync($"toolbox {architecture}", [package], cancellationToken);
        return Toolbox.Of(opened[0].Contents);
    }

    // The release that the machine has, with those of its further pockets that it has too; archives of third parties have other suites or components.
    private static IEnumerable<string> Sources(MachineApt machine)
    {
        string suite = machine.Entries
            .Where(static entry => entry.Components.Contains(UsualComponent, StringComparer.Ordinal))
            .Select(static entry => entry.Suite)
            .FirstOrDefault(static suite => suite.All(char.IsAsciiLetterLower)) ?? UsualSuite;
        return new[] { suite, $"{suite}-updates", $"{suite}-security" }
            .Where(name => name == suite || machine.Entries.Any(entry => entry.Suite == name))
            .Select(static name => $"deb {name} {UsualComponent}");
    }
}
