using System.CommandLine;

namespace Bothy.Cli.Commands;

/// <summary><c>bothy package</c>: making repositories of apk packages.</summary>
internal static class PackageCommand
{
    public static Command Create(Surroundings surroundings, Terminal terminal) =>
        new("package", "Index and sign apk packages.")
        {
            PackageIndexCommand.Create(surroundings, terminal),
            PackageSignCommand.Create(surroundings, terminal),
            PackageKeygenCommand.Create(surroundings, terminal),
        };
}
