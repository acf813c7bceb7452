using System.Collections.Immutable;

namespace Bothy.Oci.Registry;

/// <summary>One way in that a server offers with a 401 (RFC 9110, 11.6.1): a scheme and its parameters.</summary>
/// <param name="Scheme">The scheme, in lower case.</param>
/// <param name="Parameters">The parameters; names in lower case.</param>
internal sealed record Challenge(string Scheme, ImmutableDictionary<string, string> Parameters)
{
    private const int MaxLength = 8 << 10;

    /// <summary>The value of a parameter; null where it is missing.</summary>
    public string? this[string name] => Parameters.GetValueOrDefault(name);

    /// <summary>The challenges of all <c>WWW-Authenticate</c> headers. What cannot be read is left out.</summary>
    public static ImmutableArray<Challenge> Parse(IEnumerable<string> headers)
    {
        var challenges = ImmutableArray.CreateBuilder<Challenge>();
        foreach (string header in headers.Where(header => header.Length <= MaxLength))
        {
            int at = 0;
            while (Token(header, ref at) is { Length: > 0 } word)
            {
                Skip(header, ref at, " \t");
                if (at < header.Length && header[at] == '=' && challenges.Count > 0)
                {
                    at++;
                    challenges[^1] = challenges[^1] with { Parameters = challenges[^1].Parameters.SetItem(word.ToLowerInvariant(), Value(header, ref at)) };
                }
                else
                {
                    challenges.Add(new Challenge(word.ToLowerInvariant(), ImmutableDictionary.Create<string, string>(StringComparer.Ordinal)));
                }
            }
        }

        return challenges.ToImmutable();
    }

    private static string Token(string text, ref int at)
    {
        Skip(text, ref at, " \t,");
        int start = at;
        while (at < text.Length && text[at] is > ' ' and < '\x7f' and not ('=' or ',' or '"'))
        {
            at++;
        }

        return text[start..at];
    }

    private static string Value(string text, ref int at)
    {
        Skip(text, ref at, " \t");
        if (at == text.Length || text[at] != '"')
        {
            return Token(text, ref at);
        }

        var value = new System.Text.StringBuilder();
        for (at++; at < text.Length && text[at] != '"'; at++)
        {
            if (text[at] == '\\' && at + 1 < text.Length)
            {
                at++;
            }

            value.Append(text[at]);
        }

        at = Math.Min(at + 1, text.Length);
        return value.ToString();
    }

    private static void Skip(string text, ref int at, string characters)
    {
        while (at < text.Length && characters.Contains(text[at], StringComparison.Ordinal))
        {
            at++;
        }
    }
}
