using System.Diagnostics.CodeAnalysis;

namespace Bothy.Inspection.Sbom;

/// <summary>Takes a package URL apart, from its ends to its middle (ECMA-427, 5.6).</summary>
internal static class PackageUrlReader
{
    private const int MaxLength = 4096;
    private const string Scheme = "pkg:";

    public static bool TryRead(string text, [NotNullWhen(true)] out PackageUrl? purl)
    {
        purl = null;
        if (text.Length > MaxLength || !text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        string rest = Before(text[Scheme.Length..].TrimStart('/'), '#', out _);
        rest = Before(rest, '?', out string? qualifiers).TrimEnd('/');

        // npm's scopes may stand with a bare at sign, which only behind the last slash announces a version.
        int at = rest.LastIndexOf('@');
        string? version = at > rest.LastIndexOf('/') ? rest[(at + 1)..] : null;
        string[] parts = (version is null ? rest : rest[..at]).Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length < 2 || !parts[0].All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '+' or '-'))
        {
            return false;
        }

        string? space = parts.Length > 2 ? string.Join('/', parts[1..^1].Select(Decode)) : null;
        purl = new PackageUrl(parts[0].ToLowerInvariant(), space, Decode(parts[^1]), string.IsNullOrEmpty(version) ? null : Decode(version));
        foreach (string pair in (qualifiers ?? "").Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            string key = Before(pair, '=', out string? value);
            purl = purl.With(key.ToLowerInvariant(), value is null ? null : Decode(value));
        }

        return true;
    }

    private static string Before(string text, char mark, out string? behind)
    {
        int at = text.IndexOf(mark, StringComparison.Ordinal);
        behind = at < 0 ? null : text[(at + 1)..];
        return at < 0 ? text : text[..at];
    }

    // A percent sign that no two digits follow stays as it is.
    private static string Decode(string part) => Uri.UnescapeDataString(part);
}
