using System.Text;
using Bothy.Formats.Trees;

namespace Bothy.Inspection.Linkage;

/// <summary>The first line of a script, as Linux reads it (execve(2)): an interpreter and at most one argument.</summary>
/// <param name="Interpreter">Its path.</param>
/// <param name="Argument">All else in the line, spaces inside it kept; empty for nothing.</param>
internal sealed record ScriptLine(string Interpreter, string Argument)
{
    // What the kernel looks at (BINPRM_BUF_SIZE).
    private const int MaxLength = 256;
    private static readonly string[] SplitOptions = ["-S", "--split-string="];
    private static readonly char[] Blanks = [' ', '\t'];

    /// <summary>The line of a file; null where it is no script.</summary>
    public static ScriptLine? Of(TreeEntry entry)
    {
        byte[] head = new byte[Math.Min(MaxLength, entry.Content!.Length)];
        using (var stream = entry.Content.OpenParts())
        {
            stream.ReadExactly(head);
        }

        if (!head.AsSpan().StartsWith("#!"u8))
        {
            return null;
        }

        int end = head.AsSpan().IndexOfAny((byte)'\n', (byte)0);
        string line = Encoding.UTF8.GetString(head, 2, (end < 0 ? head.Length : end) - 2).Trim(Blanks);
        int space = line.IndexOfAny(Blanks);
        return line.Length == 0 ? null : space < 0 ? new ScriptLine(line, "") : new ScriptLine(line[..space], line[space..].Trim(Blanks));
    }

    /// <summary>Whether the interpreter is env(1), which looks for the real one.</summary>
    public bool IsEnv => Interpreter.EndsWith("/env", StringComparison.Ordinal);

    /// <summary>The program that env is asked for; null for none.</summary>
    public string? EnvProgram
    {
        get
        {
            string? split = SplitOptions.Where(option => Argument.StartsWith(option, StringComparison.Ordinal)).Select(option => Argument[option.Length..]).FirstOrDefault();
            if (split is null)
            {
                // One argument is one name, with the spaces in it.
                return Argument.StartsWith('-') || Argument.Contains('=', StringComparison.Ordinal) || Argument.Length == 0 ? null : Argument;
            }

            string[] words = split.Split(Blanks, StringSplitOptions.RemoveEmptyEntries);
            for (int i = 0; i < words.Length; i++)
            {
                if (words[i] is "-u" or "-C")
                {
                    i++;
                }
                else if (!words[i].StartsWith('-') && !words[i].Contains('=', StringComparison.Ordinal))
                {
                    return words[i];
                }
            }

            return null;
        }
    }
}
