namespace Bothy.Inspection.Sbom;

/// <summary>
/// Makes SPDX licence expressions of what packages state: expressions as they are, names under which the list's licences go, and everything else as a licence of its
/// own, never guessed at.
/// </summary>
public static class LicenseExpressions
{
    private const int MaxStated = 4096;
    private const int MaxName = 200;
    private const int MaxWords = 500;
    private const int MaxNesting = 50;

    /// <summary>The statement of a package that calls its licence <paramref name="stated"/>, such as apk's <c>L:</c> and fields of language packages.</summary>
    public static LicenseStatement Of(string? stated)
    {
        string text = (stated ?? "").Trim();
        if (text.Length is 0 or > MaxStated || text is "NOASSERTION" or "UNLICENSED" or "unknown" or "Unknown")
        {
            return LicenseStatement.None;
        }

        // Some put the whole text where its name belongs; its first line is mostly the name.
        string firstLine = text.Split('\n')[0].Trim();
        if (LicenseIdentifiers.Find(firstLine) is { } whole)
        {
            return new LicenseStatement(Bare(whole), []);
        }

        var parser = new Parser(Words(firstLine));
        if (parser.Parse() is { } expression)
        {
            return new LicenseStatement(expression, [.. parser.Extracted]);
        }

        string name = firstLine.Length <= MaxName ? firstLine : firstLine[..MaxName];
        var unknown = ExtractedLicense.Of(name, text == name ? null : text);
        return new LicenseStatement(unknown.Id, [unknown]);
    }

    /// <summary>All of <paramref name="statements"/> at once; those that know nothing are left out.</summary>
    public static LicenseStatement All(IEnumerable<LicenseStatement> statements)
    {
        ArgumentNullException.ThrowIfNull(statements);
        var known = statements.Where(static statement => statement.Expression is not null).DistinctBy(static statement => statement.Expression, StringComparer.Ordinal).ToList();
        return known switch
        {
            [] => LicenseStatement.None,
            [var only] => only,
            _ => new LicenseStatement(
                string.Join(" AND ", known.Select(static statement => Operand(statement.Expression!))),
                [.. known.SelectMany(static statement => statement.Extracted).DistinctBy(static license => license.Id, StringComparer.Ordinal)]),
        };
    }

    /// <summary>An expression as an operand of AND.</summary>
    internal static string Operand(string expression) => IsChoice(expression) ? $"({expression})" : expression;

    // Whether there is an OR outside of all parentheses.
    private static bool IsChoice(string expression)
    {
        const string Or = " OR ";
        int depth = 0;
        for (int i = 0; i < expression.Length; i++)
        {
            depth += expression[i] switch { '(' => 1, ')' => -1, _ => 0 };
            if (depth == 0 && expression.AsSpan(i).StartsWith(Or))
            {
                return true;
            }
        }

        return false;
    }

    private static string Bare(string expression) => IsEnclosed(expression) ? expression[1..^1] : expression;

    // Whether the first parenthesis is closed by the last.
    private static bool IsEnclosed(string expression)
    {
        if (!expression.StartsWith('('))
        {
            return false;
        }

        int depth = 0;
        for (int i = 0; i < expression.Length; i++)
        {
            depth += expression[i] switch { '(' => 1, ')' => -1, _ => 0 };
            if (depth == 0)
            {
                return i == expression.Length - 1;
            }
        }

        return false;
    }

    private static string[] Words(string text) =>
        text.Replace("(", " ( ", StringComparison.Ordinal).Replace(")", " ) ", StringComparison.Ordinal).Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>SPDX 2.3, annex D.2: WITH binds tightest, then AND, then OR. Operators are read in any case, as packagers write them.</summary>
    private sealed class Parser(string[] words)
    {
        private int _at;

        public List<ExtractedLicense> Extracted { get; } = [];

        public string? Parse() => words.Length is > 0 and <= MaxWords && Either(0) is { } expression && _at == words.Length ? expression : null;

        private string? Next => _at < words.Length ? words[_at] : null;

        private bool Take(string word)
        {
            if (!string.Equals(Next, word, StringComparison.OrdinalIgnoreCase))
            {
                return false;
            }

            _at++;
            return true;
        }

        private string? Either(int depth) => Joined("OR", depth, Both);

        private string? Both(int depth) => Joined("AND", depth, Single);

        private string? Joined(string word, int depth, Func<int, string?> operand)
        {
            if (operand(depth) is not { } expression)
            {
                return null;
            }

            while (Take(word))
            {
                if (operand(depth) is not { } next)
                {
                    return null;
                }

                expression = $"{expression} {word} {next}";
            }

            return expression;
        }

        private string? Single(int depth)
        {
            if (Take("("))
            {
                return depth < MaxNesting && Either(depth + 1) is { } inner && Take(")") ? $"({inner})" : null;
            }

            if (Next is not { } name || !IsName(name))
            {
                return null;
            }

            _at++;
            string? license = LicenseIdentifiers.Find(name);
            if (!Take("WITH"))
            {
                return license ?? Unknown(name);
            }

            if (Next is not { } exception || !IsName(exception))
            {
                return null;
            }

            _at++;
            return license is not null && !license.StartsWith('(') && LicenseIdentifiers.FindException(exception) is { } known
                ? $"{license} WITH {known}"
                : Unknown($"{name} WITH {exception}");
        }

        // A word that no identifier could be belongs to a sentence, not to an expression.
        private static bool IsName(string word) =>
            word.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '+' or '_' or ':')
            && !word.Equals("AND", StringComparison.OrdinalIgnoreCase)
            && !word.Equals("OR", StringComparison.OrdinalIgnoreCase)
            && !word.Equals("WITH", StringComparison.OrdinalIgnoreCase);

        private string Unknown(string name)
        {
            const string Prefix = "LicenseRef-";
            var license = ExtractedLicense.Of(name.StartsWith(Prefix, StringComparison.Ordinal) ? name[Prefix.Length..] : name, null);
            if (!Extracted.Contains(license))
            {
                Extracted.Add(license);
            }

            return license.Id;
        }
    }
}
