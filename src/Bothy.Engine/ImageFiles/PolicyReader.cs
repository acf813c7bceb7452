using System.Collections.Immutable;
using System.Globalization;
using Bothy.Formats.Text;
using Bothy.Inspection.Hardening;
using Bothy.Inspection.Matching;
using Bothy.Inspection.Policy;

namespace Bothy.Engine.ImageFiles;

/// <summary>Reads the <c>policy</c> of an image file, or a file that holds nothing else.</summary>
public static class PolicyReader
{
    private static readonly ImmutableArray<string> Keys =
    [
        "packages", "paths", "shells", "package-managers", "setuid", "world-writable", "unowned", "root", "size", "licenses", "hardening",
        "vulnerabilities", "advisories-max-age", "ignore", "vex",
    ];

    private static readonly ImmutableArray<string> Lists = ["require", "forbid"];
    private static readonly ImmutableArray<string> Sizes = ["compressed", "unpacked"];
    private static readonly ImmutableArray<string> Licenses = ["allow", "deny"];

    /// <summary>Reads the file at <paramref name="path"/>, relative to <paramref name="workingDirectory"/>: a map of what an image file has below <c>policy</c>, or an image file.</summary>
    /// <exception cref="ImageFileException">The file has mistakes.</exception>
    /// <exception cref="BothyException">The file cannot be read.</exception>
    public static ImagePolicy Load(string path, string workingDirectory) => Parse(path, FileInclusion.ReadNamed(path, workingDirectory));

    /// <summary>Reads <paramref name="content"/> as a file called <paramref name="fileName"/>.</summary>
    /// <exception cref="ImageFileException">The text has mistakes.</exception>
    public static ImagePolicy Parse(string fileName, ReadOnlySpan<byte> content)
    {
        var findings = new SpecFindings();
        var root = YamlText.Decode(fileName, content, findings) is { } text ? YamlTree.Read(fileName, text, findings) : null;
        // Whoever names an image file means its policy.
        var node = root is SpecNode.Mapping map ? map.Entries.FirstOrDefault(static entry => entry.Key.Value == "policy").Value ?? root : root;
        var policy = node is null ? null : Read(node, findings);
        findings.ThrowIfAny();
        return policy ?? new ImagePolicy();
    }

    /// <summary>The policy of an image file; null where it has none.</summary>
    public static ImagePolicy? Of(ImageSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return spec.Policy is { } node ? Read(node, new SpecFindings()) : null;
    }

    internal static ImagePolicy? Read(SpecNode node, SpecFindings findings)
    {
        if (MapReader.Of(node, "'policy'", Keys, findings) is not { } map)
        {
            return null;
        }

        var packages = map.Map("packages", Lists);
        var paths = map.Map("paths", Lists);
        var size = map.Map("size", Sizes);
        var licenses = map.Map("licenses", Licenses);
        var vulnerabilities = map.Map("vulnerabilities", VulnerabilityPolicy.Limits);
        var hardening = map.Map("hardening", [.. HardeningReport.Properties, "except"]);
        return new ImagePolicy
        {
            RequiredPackages = Texts(packages, "require"),
            ForbiddenPackages = Texts(packages, "forbid"),
            RequiredPaths = Paths(paths, "require"),
            ForbiddenPaths = Paths(paths, "forbid"),
            Shells = Allowed(map, "shells"),
            PackageManagers = Allowed(map, "package-managers"),
            SetUserIds = Allowed(map, "setuid"),
            WorldWritable = Allowed(map, "world-writable"),
            Unowned = Allowed(map, "unowned"),
            Root = map.Node("root") is null || map.Flag("root"),
            CompressedSize = Bytes(size, "compressed"),
            UnpackedSize = Bytes(size, "unpacked"),
            AllowedLicenses = Texts(licenses, "allow"),
            DeniedLicenses = Texts(licenses, "deny"),
            Hardening = HardeningReport.Properties
                .Select(property => KeyValuePair.Create(property, Percent(hardening, property)))
                .Where(static pair => pair.Value is not null)
                .ToImmutableSortedDictionary(static pair => pair.Key, static pair => pair.Value!.Value, StringComparer.Ordinal),
            HardeningExceptions = Paths(hardening, "except"),
            Vulnerabilities = VulnerabilityPolicy.Limits
                .Select(limit => KeyValuePair.Create(limit, Limit(vulnerabilities, limit)))
                .Where(static pair => pair.Value is not null)
                .ToImmutableSortedDictionary(static pair => pair.Key, static pair => pair.Value!.Value, StringComparer.Ordinal),
            Ignores = [.. Entries(map, "ignore").OfType<SpecNode.Mapping>().Select(entry => IgnoreReader.Read(entry, findings)).OfType<IgnoreRule>()],
            IgnoreFiles = Files(map, "ignore", "a file of rules, or a rule"),
            VexFiles = Files(map, "vex", "an OpenVEX document"),
            AdvisoriesMaxAge = map.Checked("advisories-max-age", static text => Age(text) is null ? $"must be an age such as 7d or 36h, not '{text}'" : null) is { } age ? Age(age.Value) : null,
        };
    }

    // One alone as it is, or a list.
    private static ImmutableArray<SpecNode> Entries(MapReader map, string key) => map.Node(key) is { } node ? node is SpecNode.Sequence list ? list.Items : [node] : [];

    private static ImmutableArray<PolicyFile> Files(MapReader map, string key, string what)
    {
        var files = ImmutableArray.CreateBuilder<PolicyFile>();
        foreach (var entry in Entries(map, key).Where(entry => !(entry is SpecNode.Mapping && key == "ignore")))
        {
            if (entry is SpecNode.Scalar { Text: { Length: > 0 } text } && MapReader.Kind(entry) == "text" && !text.Contains('\0', StringComparison.Ordinal))
            {
                files.Add(new PolicyFile(text, entry.Mark.File, entry.Mark.ToString()));
            }
            else
            {
                map.Findings.Problem(entry.Mark, $"an entry of '{key}' must be {what}, not {(entry is SpecNode.Scalar ? "nothing" : MapReader.Kind(entry))}");
            }
        }

        return files.ToImmutable();
    }

    private static ImmutableArray<string> Texts(MapReader? map, string key) => map is null ? [] : [.. map.Texts(key).Select(static text => text.Value)];

    private static ImmutableArray<string> Paths(MapReader? map, string key) => map is null ? [] : [.. map.Texts(key, Rooted).Select(static text => text.Value)];

    private static string? Rooted(string text) => text.StartsWith('/') ? null : $"'{text}' must be an absolute path, or a pattern of such";

    // True, false, or the only places where it may be.
    private static Allowance Allowed(MapReader map, string key) => map.Node(key) switch
    {
        null => Allowance.Anywhere,
        SpecNode.Sequence => new Allowance(false, Paths(map, key)),
        _ => new Allowance(map.Flag(key), []),
    };

    private static long? Bytes(MapReader? map, string key) =>
        map?.Checked(key, static text => ByteSize.TryParse(text, out _) ? null : $"must be a size such as 30MiB, not '{text}'") is { } size && ByteSize.TryParse(size.Value, out long bytes)
            ? bytes
            : null;

    private static int? Percent(MapReader? map, string key) =>
        map?.Checked(key, static text => Number(text) is null ? $"must be a share of files from 0 to 100 (percent), not '{text}'" : null) is { } share ? Number(share.Value) : null;

    private static int? Limit(MapReader? map, string key) =>
        map?.Checked(key, static text => Count(text) is null ? $"must be how many there may be, such as 0, not '{text}'" : null) is { } most ? Count(most.Value) : null;

    private static int? Count(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int count) ? count : null;

    // Days or hours; ten thousand of either is as good as any age.
    private static TimeSpan? Age(string text) => text is [.. var number, 'd' or 'h'] && Count(number) is { } count and <= 10_000
        ? text[^1] == 'd' ? TimeSpan.FromDays(count) : TimeSpan.FromHours(count)
        : null;

    private static int? Number(string text) =>
        int.TryParse(text.EndsWith('%') ? text[..^1].TrimEnd() : text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number <= 100 ? number : null;
}
