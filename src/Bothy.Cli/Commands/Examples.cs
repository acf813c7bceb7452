using System.CommandLine;

namespace Bothy.Cli.Commands;

/// <summary>The examples that close the help of each command.</summary>
internal static class Examples
{
    private static readonly Dictionary<string, string> ByCommand = new(StringComparer.Ordinal)
    {
        ["build"] = """
            Examples:
              bothy build python.yaml -o oci:out/python                   build, print the digest
              bothy build python.yaml -t app:1 -o docker-archive:app.tar  for 'podman load' and 'docker load'
              bothy build python.yaml --arch amd64,arm64 -o oci:out       one index, two architectures
              bothy build python.yaml --locked --offline -o oci:out       exactly what the lock says, without the network

            """,
        ["solve"] = """
            Examples:
              bothy solve python.yaml                                     the packages, in order of installation
              bothy solve python.yaml --format json | jq -r '.[].name'

            """,
        ["lock"] = """
            Examples:
              bothy lock python.yaml                                      writes python.lock.json
              bothy lock python.yaml --vendor vendor                      and keeps the exact packages

            """,
        ["show"] = """
            Examples:
              bothy show python.yaml                                      the effective image file, packages and sizes

            """,
    };

    /// <summary>The examples of <paramref name="command"/>; null where it has none.</summary>
    public static string? Of(Command command) => ByCommand.GetValueOrDefault(command.Name);
}
