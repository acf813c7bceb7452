using System.CommandLine;
using System.Text;

namespace Bothy.Cli.Tests;

public sealed class CommandReferenceTests
{
    private const string Introduction = """
        # The command line

        Made from the program's own help by `./build docs`; a test compares them.

        Standard output carries the answer (a digest, a table, JSON with `--format json`); standard error everything for people.
        An image file is YAML; [image-file.md](image-file.md) has its keys.

        | exit code | meaning |
        |---|---|
        | 0 | done |
        | 1 | failed: the message says what and why |
        | 2 | the command line was not understood |
        | 3 | done, and what was found does not hold: no good signature, another rebuild, other images |
        | 70 | an error in Bothy itself |
        | 130 | interrupted; nothing half-written is left |

        The environment: `BOTHY_STORE` (else `$XDG_CACHE_HOME/bothy`, else `~/.cache/bothy`) is the store;
        `BOTHY_DEBIAN_MIRROR` the mirror for sources that name none, after the machine's own apt configuration;
        `SOURCE_DATE_EPOCH` the newest time an image may show; `http_proxy`, `https_proxy` and `no_proxy` as everywhere;
        `COSIGN_PASSWORD` the password of a private key; `NETRC` a file of credentials, beside the machine's `/etc/apt/auth.conf`; `NO_COLOR` turns colours off.

        """;

    [Fact]
    public async Task The_reference_is_what_the_program_says_of_itself()
    {
        var text = new StringBuilder(Introduction);
        var root = App.Root(CommandLine.NoSurroundings, new Terminal(TextWriter.Null, TextWriter.Null));
        foreach (string[] command in Commands(root))
        {
            var run = await CommandLine.RunAsync([.. command, "--help"]);
            text.Append('\n').Append("## ").Append(string.Join(' ', command.Prepend("bothy"))).Append("\n\n```\n");
            string help = run.Output.Replace(RootCommand.ExecutableName, "bothy", StringComparison.Ordinal);
            text.Append(string.Join('\n', help.TrimEnd().Split('\n').Select(line => line.TrimEnd()))).Append("\n```\n");
        }

        Golden.MatchesFile(text.ToString(), Path.Combine(RealData.Project, "docs", "cli.md"));
    }

    private static IEnumerable<string[]> Commands(Command command) =>
        command.Subcommands.SelectMany(Commands).Prepend([.. App.PathOf(command)]);
}
