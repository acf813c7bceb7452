using System.Buffers;
using System.Collections.Immutable;
using System.Text;

namespace Bothy.Engine.ImageFiles;

/// <summary>
/// A command in one string and its words, split as apko splits it: at white space, with single quotes, double quotes and
/// backslashes as the shell has them, and nothing expanded.
/// </summary>
internal static class CommandWords
{
    private static readonly SearchValues<char> NeedsQuotes = SearchValues.Create(" \t\r\n'\"\\#");

    /// <summary>The words, or the reason why there are none.</summary>
    public static ImmutableArray<string> Split(string text, out string? reason)
    {
        var words = ImmutableArray.CreateBuilder<string>();
        var word = new StringBuilder();
        bool inWord = false;
        for (int at = 0; at < text.Length; at++)
        {
            char character = text[at];
            if (character is ' ' or '\t' or '\r' or '\n')
            {
                Finish();
                continue;
            }

            if (character == '#' && !inWord)
            {
                // To apko a comment begins here. Dropping words silently helps nobody, so the writer is asked to be plain.
                reason = "has a word that begins with '#'; quote it";
                return [];
            }

            inWord = true;
            if (character is '\'' or '"')
            {
                at = Quoted(text, at, word);
            }
            else if (character == '\\')
            {
                at = at + 1 < text.Length ? at + 1 : -1;
                word.Append(at < 0 ? '\\' : text[at]);
            }
            else
            {
                word.Append(character);
            }

            if (at < 0)
            {
                reason = character == '\\' ? "ends in a backslash" : $"has a {character} that is not closed";
                return [];
            }
        }

        Finish();
        reason = null;
        return words.ToImmutable();

        void Finish()
        {
            if (inWord)
            {
                words.Add(word.ToString());
                word.Clear();
                inWord = false;
            }
        }
    }

    /// <summary>One string that splits into <paramref name="words"/>.</summary>
    public static string Join(IEnumerable<string> words) => string.Join(' ', words.Select(Quote));

    private static string Quote(string word) =>
        word.Length > 0 && !word.AsSpan().ContainsAny(NeedsQuotes) ? word : "'" + word.Replace("'", "'\\''", StringComparison.Ordinal) + "'";

    // Appends what the quotes at the position hold and answers where they close, or -1 where they do not.
    private static int Quoted(string text, int open, StringBuilder word)
    {
        for (int at = open + 1; at < text.Length; at++)
        {
            if (text[at] == text[open])
            {
                return at;
            }

            if (text[open] == '"' && text[at] == '\\' && at + 1 < text.Length)
            {
                at++;
            }

            word.Append(text[at]);
        }

        return -1;
    }
}
