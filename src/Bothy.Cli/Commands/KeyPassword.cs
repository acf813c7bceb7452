using System.CommandLine;
using System.Text;

namespace Bothy.Cli.Commands;

/// <summary>The option <c>--password-file</c>, and where else the password of a private key comes from. Never from an argument, which every process of the machine can read.</summary>
internal sealed class KeyPassword
{
    private const string Variable = "COSIGN_PASSWORD";

    private readonly Option<string> _file = new("--password-file")
    {
        Description = "A file whose first line is the key's password; else it is that of $COSIGN_PASSWORD, else asked for.",
        HelpName = "FILE",
    };

    /// <summary>Declares the option on <paramref name="command"/>.</summary>
    public KeyPassword(Command command) => command.Add(_file);

    /// <summary>The password of a key that has one, in UTF-8.</summary>
    /// <exception cref="BothyException">There is none, and nobody to ask.</exception>
    public byte[] Of(ParseResult arguments, Surroundings surroundings, Terminal terminal, string key) =>
        Given(arguments, surroundings) ?? Ask(surroundings, terminal, $"password of {key}: ");

    /// <summary>The password for a new key, which is asked for twice.</summary>
    /// <exception cref="BothyException">There is none, and nobody to ask; or the two differ.</exception>
    public byte[] ForNew(ParseResult arguments, Surroundings surroundings, Terminal terminal, string key)
    {
        if (Given(arguments, surroundings) is { } given)
        {
            return given;
        }

        byte[] password = Ask(surroundings, terminal, $"password for {key}: ");
        return password.AsSpan().SequenceEqual(Ask(surroundings, terminal, "the same again: "))
            ? password
            : throw new BothyException($"cannot make {key}: the two passwords differ");
    }

    private byte[]? Given(ParseResult arguments, Surroundings surroundings)
    {
        if (arguments.GetValue(_file) is { } file)
        {
            return Encoding.UTF8.GetBytes(KeyFiles.Read(file, surroundings).Split('\n')[0].TrimEnd('\r'));
        }

        // Empty is a password too: cosign's tests and many scripts use it.
        return surroundings.Environment.TryGetValue(Variable, out string? value) ? Encoding.UTF8.GetBytes(value) : null;
    }

    private static byte[] Ask(Surroundings surroundings, Terminal terminal, string question)
    {
        if (surroundings.ReadAnswer is not { } read)
        {
            throw new BothyException("cannot use the key: it needs a password, and there is no terminal to ask at")
            {
                Hint = $"Set ${Variable}, or name a file with --password-file.",
            };
        }

        terminal.Prompt(question);
        return Encoding.UTF8.GetBytes(read(true));
    }
}
