namespace Bothy.Engine.Assembly.Scripts;

/// <summary>The options and arguments of a command, as getopt(3) finds them.</summary>
internal sealed class CommandArguments
{
    private readonly HashSet<char> _letters = [];
    private readonly Dictionary<char, string> _values = [];

    public CommandArguments(ScriptCommand command)
    {
        string withValue = command.Name switch
        {
            "mkdir" => "m",
            "install" => "mogSt",
            "cp" or "mv" or "ln" => "tS",
            "touch" => "rdt",
            "adduser" => "hgsGuk",
            "addgroup" => "g",
            _ => "",
        };
        bool ended = false;
        var words = command.Arguments;
        for (int i = 0; i < words.Length; i++)
        {
            string? word = words[i];
            if (ended || word is null || word.Length < 2 || word[0] != '-' || IsMode(command.Name, word))
            {
                Paths.Add(word);
            }
            else if (word == "--")
            {
                ended = true;
            }
            else if (word.StartsWith("--", StringComparison.Ordinal))
            {
                i = AddLong(word, command.Name is "adduser" or "addgroup" ? withValue : "", words, i);
            }
            else
            {
                i = AddShort(word, withValue, words, i);
            }
        }
    }

    /// <summary>What is not an option: paths, and the mode or owner before them.</summary>
    public List<string?> Paths { get; } = [];

    public bool Has(char letter) => _letters.Contains(letter);

    public string? Value(char letter) => _values.GetValueOrDefault(letter);

    private int AddShort(string word, string withValue, ReadOnlySpan<string?> words, int i)
    {
        for (int at = 1; at < word.Length; at++)
        {
            _letters.Add(word[at]);
            if (withValue.Contains(word[at], StringComparison.Ordinal))
            {
                _values[word[at]] = at + 1 < word.Length ? word[(at + 1)..] : i + 1 < words.Length ? words[++i] ?? "" : "";
                return i;
            }
        }

        return i;
    }

    private int AddLong(string word, string withValue, ReadOnlySpan<string?> words, int i)
    {
        string[] parts = word[2..].Split('=', 2);
        char letter = parts[0] switch
        {
            "mode" => 'm',
            "owner" => 'o',
            "group" => 'g',
            "parents" => 'p',
            "recursive" => 'R',
            "force" => 'f',
            "symbolic" => 's',
            "directory" => 'd',
            "no-dereference" => 'h',
            "archive" => 'a',
            "reference" => 'r',
            "no-clobber" => 'n',
            "home" => 'h',
            "gecos" or "gid" => 'g',
            "shell" => 's',
            "ingroup" => 'G',
            "system" => 'S',
            "disabled-password" => 'D',
            "no-create-home" => 'H',
            "uid" => 'u',
            "skel" => 'k',
            _ => '-',
        };
        _letters.Add(letter);
        if (parts.Length > 1)
        {
            _values[letter] = parts[1];
        }
        else if (withValue.Contains(letter, StringComparison.Ordinal) && i + 1 < words.Length)
        {
            _values[letter] = words[++i] ?? "";
        }

        return i;
    }

    // 'chmod -x FILE' takes away, it is not an option.
    private static bool IsMode(string program, string word) => program == "chmod" && word[1] is 'r' or 'w' or 'x' or 's' or 't';
}
