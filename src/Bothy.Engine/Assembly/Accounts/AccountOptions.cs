using System.Collections.Frozen;
using Bothy.Engine.Assembly.Scripts;

namespace Bothy.Engine.Assembly.Accounts;

/// <summary>The options of a command that adds accounts, and the names after them.</summary>
internal sealed class AccountOptions
{
    private static readonly FrozenSet<string> WithValue = FrozenSet.ToFrozenSet(
        [
            "--uid", "--gid", "--ingroup", "--home", "--shell", "--gecos", "--comment", "--conf", "--add", "--home-dir", "--groups", "--firstuid", "--lastuid",
            "-u", "-g", "-d", "-s", "-c", "-G", "-K", "-e", "-f", "-k", "-b", "-p", "-R", "-P", "-a", "--root", "--prefix", "--password", "--key",
        ],
        StringComparer.Ordinal);

    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    public AccountOptions(ScriptCommand command)
    {
        var words = command.Arguments;
        for (int i = 0; i < words.Length; i++)
        {
            string word = words[i] ?? "";
            int equals = word.StartsWith("--", StringComparison.Ordinal) ? word.IndexOf('=', StringComparison.Ordinal) : -1;
            if (equals > 0)
            {
                _values[word[..equals]] = word[(equals + 1)..];
            }
            else if (TakesValue(command.Name, word) && i + 1 < words.Length)
            {
                _values[word] = words[++i] ?? "";
            }
            else if (word.StartsWith('-') && word.Length > 1)
            {
                _values[word] = "";
            }
            else
            {
                Names.Add(word);
            }
        }
    }

    public List<string> Names { get; } = [];

    public bool Has(params ReadOnlySpan<string> options)
    {
        foreach (string option in options)
        {
            if (_values.ContainsKey(option))
            {
                return true;
            }
        }

        return false;
    }

    public string? Value(params ReadOnlySpan<string> options)
    {
        foreach (string option in options)
        {
            if (_values.TryGetValue(option, out string? value))
            {
                return value;
            }
        }

        return null;
    }

    public int? Number(params ReadOnlySpan<string> options) => ScriptReader.ParseNumber(Value(options));

    // usermod's -a has no value, gpasswd's has.
    private static bool TakesValue(string program, string word) => WithValue.Contains(word) && !(program == "usermod" && word == "-a");
}
