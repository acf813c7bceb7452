using System.Collections.Immutable;
using System.Globalization;
using Bothy.Inspection.Matching;

namespace Bothy.Engine.ImageFiles;

/// <summary>Reads the findings that somebody has decided to leave: a list <c>ignore</c> of vulnerabilities, each with its reason.</summary>
public static class IgnoreReader
{
    private static readonly ImmutableArray<string> TopKeys = ["ignore"];
    private static readonly ImmutableArray<string> RuleKeys = ["id", "package", "reason", "expires"];

    /// <summary>Reads the file at <paramref name="path"/>, relative to <paramref name="workingDirectory"/>.</summary>
    /// <exception cref="ImageFileException">The file has mistakes; a rule without a reason is one.</exception>
    /// <exception cref="BothyException">The file cannot be read.</exception>
    public static ImmutableArray<IgnoreRule> Load(string path, string workingDirectory) => Parse(path, FileInclusion.ReadNamed(path, workingDirectory));

    /// <summary>Reads <paramref name="content"/> as a file called <paramref name="fileName"/>.</summary>
    /// <exception cref="ImageFileException">The text has mistakes.</exception>
    public static ImmutableArray<IgnoreRule> Parse(string fileName, ReadOnlySpan<byte> content)
    {
        var findings = new SpecFindings();
        var root = YamlText.Decode(fileName, content, findings) is { } text ? YamlTree.Read(fileName, text, findings) : null;
        var map = root is null ? null : MapReader.Of(root, "the file", TopKeys, findings);
        ImmutableArray<IgnoreRule> rules = map is null ? [] : [.. map.Maps("ignore", RuleKeys).Select(Read).OfType<IgnoreRule>()];
        findings.ThrowIfAny();
        return rules;
    }

    /// <summary>Reads one rule where it stands; null, with a note, where it is none.</summary>
    internal static IgnoreRule? Read(SpecNode node, SpecFindings findings) => MapReader.Of(node, "a rule", RuleKeys, findings) is { } map ? Read(map) : null;

    private static IgnoreRule? Read(MapReader map)
    {
        var id = map.RequiredText("id");
        var reason = map.RequiredText("reason");
        var expires = map.Checked("expires", static text => Date(text) is null ? $"must be a day such as 2026-12-31, not '{text}'" : null);
        return id is null || reason is null
            ? null
            : new IgnoreRule(id.Value, map.Text("package")?.Value, reason.Value, expires is null ? null : Date(expires.Value), map.Mark.ToString());
    }

    private static DateOnly? Date(string text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) ? date : null;
}
