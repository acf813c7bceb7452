using Bothy.Packages.Debian;

namespace Bothy.Engine.ImageFiles;

/// <summary>Tells the two kinds of repository lines apart.</summary>
internal static class RepositoryText
{
    /// <summary>The repository, or null after noting why there is none.</summary>
    public static RepositorySpec? Read(Marked<string> line, SpecFindings findings)
    {
        string text = line.Value.Trim(' ', '\t');
        string kind = text.Split([' ', '\t', '['], 2)[0];
        if (kind is "deb" or "deb-src")
        {
            return ReadDebian(text, line, findings);
        }

        string? tag = null;
        string location = text;
        if (text.StartsWith('@'))
        {
            int space = text.AsSpan().IndexOfAny(' ', '\t');
            tag = space < 0 ? text[1..] : text[1..space];
            location = space < 0 ? "" : text[space..].Trim();
        }

        string? reason = Problem(text, tag, location);
        findings.ProblemIf(reason, line.Mark);
        return reason is null ? new RepositorySpec.Alpine(text, location, tag, line.Mark) : null;
    }

    private static RepositorySpec.Debian? ReadDebian(string text, Marked<string> line, SpecFindings findings)
    {
        if (AptSource.TryParse(text, out var source, out var problem))
        {
            return new RepositorySpec.Debian(source, line.Mark);
        }

        // In a plain scalar of one line the columns of the text are those of the file; quoted ones may differ by their quotes.
        int column = line.Mark.Column + line.Value.IndexOf(text, StringComparison.Ordinal) + problem.Column - 1;
        findings.Problem(line.Mark with { Column = column }, $"'{text}' is not a repository: {problem.Reason}");
        return null;
    }

    private static string? Problem(string text, string? tag, string location)
    {
        if (tag?.Length == 0 || location.Length == 0)
        {
            return $"'{text}' is not a repository: a tag is followed by a URL or a path";
        }

        if (location.Any(char.IsWhiteSpace))
        {
            return $"'{text}' is not a repository: want an apt source (deb URI SUITE COMPONENT…), a URL or a path";
        }

        int scheme = location.IndexOf("://", StringComparison.Ordinal);
        bool isUrl = scheme < 0 || (location[..scheme] is "http" or "https" or "file" && Uri.TryCreate(location, UriKind.Absolute, out _));
        return isUrl ? null : $"'{text}' is not a repository: want http, https or file";
    }
}
