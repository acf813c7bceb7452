using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;
using Bothy.Formats.Deb822;

namespace Bothy.Inspection.Sbom;

/// <summary>
/// The licences of a Debian package from its <c>copyright</c> file, where that is machine-readable ("copyright-format 1.0", DEP 5). A file for people is not guessed at.
/// </summary>
public static partial class DebianCopyright
{
    /// <summary>The largest file read, in bytes.</summary>
    public const int MaxFile = 4 << 20;

    private const int MaxText = 64 << 10;
    private const int MaxWords = 300;

    /// <summary>What the file says: every licence of its <c>Files</c> paragraphs at once. <see cref="LicenseStatement.None"/> where it is not of the format.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="source">What it is, for nothing but failures that end here.</param>
    public static LicenseStatement Read(ReadOnlySpan<byte> bytes, string source)
    {
        if (bytes.Length > MaxFile || !IsMachineReadable(bytes))
        {
            return LicenseStatement.None;
        }

        ImmutableArray<Deb822Paragraph> paragraphs;
        try
        {
            paragraphs = Deb822Document.Parse(bytes, source).Paragraphs;
        }
        catch (MalformedDataException)
        {
            // Many of these files were never read by a program; half of one is no statement.
            return LicenseStatement.None;
        }

        var texts = Texts(paragraphs);
        return LicenseExpressions.All(paragraphs
            .Where(static paragraph => paragraph["Files"] is not null)
            .Select(static paragraph => FirstLine(paragraph["License"]))
            .Where(static stated => stated.Length > 0)
            .Distinct(StringComparer.Ordinal)
            .Select(stated => Statement(stated, texts)));
    }

    private static bool IsMachineReadable(ReadOnlySpan<byte> bytes)
    {
        string start = Encoding.UTF8.GetString(bytes[..Math.Min(bytes.Length, 400)]);
        return start.Contains("packaging-manuals/copyright-format", StringComparison.Ordinal) || start.Contains("dep.debian.net/deps/dep5", StringComparison.Ordinal);
    }

    private static string FirstLine(string? value) => (value ?? "").Split('\n')[0].Trim();

    // The text of a licence is in a paragraph of its own, or where it is first named.
    private static Dictionary<string, string> Texts(ImmutableArray<Deb822Paragraph> paragraphs)
    {
        var texts = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var paragraph in paragraphs.OrderBy(static paragraph => paragraph["Files"] is not null))
        {
            if (paragraph["License"] is { } license && license.IndexOf('\n', StringComparison.Ordinal) is > 0 and var end && license.Length - end <= MaxText)
            {
                texts.TryAdd(license[..end].Trim(), Unfold(license[(end + 1)..]));
            }
        }

        return texts;
    }

    private static string Unfold(string lines) =>
        string.Join('\n', lines.Split('\n').Select(static line => line.Trim() == "." ? "" : line.StartsWith(' ') ? line[1..] : line)).Trim();

    // "A or B, and C": the comma makes what is before it one operand; without it "and" binds tighter than "or".
    private static LicenseStatement Statement(string stated, Dictionary<string, string> texts)
    {
        string[] words = stated.Replace(",", " , ", StringComparison.Ordinal).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var extracted = new List<ExtractedLicense>();
        if (words.Length > MaxWords || Parse(words, texts, extracted) is not { } expression)
        {
            var unknown = ExtractedLicense.Of(stated, texts.GetValueOrDefault(stated));
            return new LicenseStatement(unknown.Id, [unknown]);
        }

        return new LicenseStatement(expression, [.. extracted.DistinctBy(static license => license.Id, StringComparer.Ordinal)]);
    }

    private static string? Parse(ReadOnlySpan<string> words, Dictionary<string, string> texts, List<ExtractedLicense> extracted)
    {
        for (int i = words.Length - 2; i > 0; i--)
        {
            if (words[i] == "," && Operator(words[i + 1]) is { } lowest)
            {
                return Join(lowest, Parse(words[..i], texts, extracted), Parse(words[(i + 2)..], texts, extracted));
            }
        }

        foreach (string wanted in (string[])["OR", "AND"])
        {
            for (int i = words.Length - 2; i > 0; i--)
            {
                if (Operator(words[i]) == wanted)
                {
                    return Join(wanted, Parse(words[..i], texts, extracted), Parse(words[(i + 1)..], texts, extracted));
                }
            }
        }

        return words.Length == 0 || words.Contains(",", StringComparer.Ordinal) ? null : Name(string.Join(' ', words.ToArray()), texts, extracted);
    }

    private static string? Operator(string word) => word.ToUpperInvariant() switch
    {
        "AND" => "AND",
        "OR" or "AND/OR" => "OR",
        _ => null,
    };

    private static string? Join(string word, string? left, string? right) =>
        left is null || right is null ? null
        : word == "AND" ? $"{LicenseExpressions.Operand(left)} AND {LicenseExpressions.Operand(right)}"
        : $"{left} OR {right}";

    private static string Name(string name, Dictionary<string, string> texts, List<ExtractedLicense> extracted)
    {
        // The text of the format (7.2): "GPL-2+ with OpenSSL exception".
        if (WithException().Match(name) is { Success: true } match)
        {
            if (LicenseIdentifiers.Find(match.Groups["license"].Value) is { } licensed && Exception(licensed, match.Groups["exception"].Value) is { } exception)
            {
                return $"{licensed} WITH {exception}";
            }
        }
        else if (LicenseIdentifiers.Find(name) is { } known)
        {
            return known;
        }

        var unknown = ExtractedLicense.Of(name, texts.GetValueOrDefault(name));
        extracted.Add(unknown);
        return unknown.Id;
    }

    // Debian's keywords for exceptions that are one of the list's for the licence they are said of.
    private static string? Exception(string license, string keyword) => (keyword.ToLowerInvariant(), license) switch
    {
        ("font", _) => "Font-exception-2.0",
        ("autoconf", _) when license.StartsWith("GPL-2", StringComparison.Ordinal) => "Autoconf-exception-2.0",
        ("autoconf", _) when license.StartsWith("GPL-3", StringComparison.Ordinal) => "Autoconf-exception-3.0",
        ("libtool", _) => "Libtool-exception",
        ("classpath", _) => "Classpath-exception-2.0",
        ("bison", _) => "Bison-exception-2.2",
        ("texinfo", _) => "Texinfo-exception",
        ("gcc" or "gcc-runtime" or "gcc-runtime-library", _) when license.StartsWith("GPL-3", StringComparison.Ordinal) => "GCC-exception-3.1",
        _ => LicenseIdentifiers.FindException(keyword),
    };

    [GeneratedRegex("^(?<license>\\S+) with (the )?(?<exception>\\S+)( exception)?$", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex WithException();
}
