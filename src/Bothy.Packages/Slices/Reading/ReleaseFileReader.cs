using System.Collections.Immutable;
using System.Globalization;

namespace Bothy.Packages.Slices.Reading;

/// <summary>What <c>chisel.yaml</c> says.</summary>
internal sealed record ReleaseFile(
    string Format, SliceMaintenance? Maintenance, ImmutableArray<SliceArchive> Archives, ImmutableArray<SlicePublicKey> PublicKeys);

/// <summary>Reads <c>chisel.yaml</c>.</summary>
internal sealed class ReleaseFileReader
{
    public const string V3 = "v3";

    private const int MostPriority = 1000;
    private static readonly string[] Formats = ["v1", "v2", V3];

    private readonly FindingList _findings;

    private ReleaseFileReader(string file) => _findings = new FindingList(file);

    /// <exception cref="SliceReleaseException">The file has mistakes.</exception>
    public static ReleaseFile Read(string file, ReadOnlySpan<byte> bytes)
    {
        var reader = new ReleaseFileReader(file);
        var release = YamlFile.Read(bytes, reader._findings) is { } root ? reader.ReadRoot(root) : null;
        return release is not null && reader._findings.Count == 0 ? release : throw new SliceReleaseException([.. reader._findings.Sorted]);
    }

    private ReleaseFile ReadRoot(YamlNode root)
    {
        var map = new YamlMapReader(root, "a release", _findings);
        string format = map.RequiredText("format");
        if (format.Length > 0 && !Formats.Contains(format, StringComparer.Ordinal))
        {
            _findings.Add(map.Node("format")!, $"the format '{format}' is not known: want v1, v2 or v3");
        }

        var keys = PublicKeys(map);
        var archives = new List<SliceArchive>();
        AddArchives(archives, map.Entries("archives"), format, keys);
        if (format == "v1")
        {
            AddArchives(archives, map.Entries("v2-archives"), format, keys);
        }

        if (archives.Count == 0 && map.IsMap)
        {
            _findings.Add(root, "'archives' is missing");
        }

        CheckPriorities(archives);
        var maintenance = Maintenance(map, isRequired: format is "v2" or V3, root);
        map.Finish();
        return new ReleaseFile(format, maintenance, [.. archives.OrderBy(static archive => archive.Name, StringComparer.Ordinal)], keys);
    }

    private ImmutableArray<SlicePublicKey> PublicKeys(YamlMapReader map)
    {
        var keys = ImmutableArray.CreateBuilder<SlicePublicKey>();
        foreach (var (name, value) in map.Entries("public-keys"))
        {
            var key = new YamlMapReader(value, $"the key '{name.Text}'", _findings);
            string id = key.RequiredText("id");
            if (id.Length > 0 && (id.Length != 16 || !id.All(static digit => char.IsAsciiHexDigit(digit) && !char.IsAsciiLetterLower(digit))))
            {
                _findings.Add(value, $"'id' is 16 upper-case hex digits, not '{id}'");
            }

            keys.Add(new SlicePublicKey(name.Text, id, key.RequiredText("armor")));
            key.Finish();
        }

        keys.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name));
        return keys.ToImmutable();
    }

    private void AddArchives(List<SliceArchive> archives, IEnumerable<KeyValuePair<YamlNode.Scalar, YamlNode>> entries, string format, ImmutableArray<SlicePublicKey> keys)
    {
        foreach (var (name, value) in entries)
        {
            if (archives.Any(archive => archive.Name == name.Text))
            {
                _findings.Add(name, $"there is an archive '{name.Text}' already");
                continue;
            }

            var map = new YamlMapReader(value, $"the archive '{name.Text}'", _findings);
            var suites = map.TextArray("suites");
            var components = map.TextArray("components");
            if (map.IsMap && (suites.IsEmpty || components.IsEmpty))
            {
                _findings.Add(value, $"'{(suites.IsEmpty ? "suites" : "components")}' is missing");
            }

            foreach (var key in map.Texts("public-keys").Where(text => !keys.Any(key => key.Name == text.Text)))
            {
                _findings.Add(key, $"there is no key '{key.Text}'{FindingList.DidYouMean(key.Text, keys.Select(static each => each.Name))}", SliceMistake.UnknownReference);
            }

            archives.Add(new SliceArchive
            {
                Name = name.Text,
                Place = _findings.PlaceOf(name),
                Version = map.RequiredText("version"),
                Suites = suites,
                Components = components,
                PublicKeys = map.TextArray("public-keys"),
                Priority = map.Number("priority", -MostPriority, MostPriority),
                Pro = map.Text("pro"),
                IsDefault = format == "v1" && map.Truth("default"),
            });
            map.Finish();
        }
    }

    private void CheckPriorities(List<SliceArchive> archives)
    {
        if (archives.Count > 1 && archives.Count(static archive => archive.IsDefault) != 1 && archives.Find(static archive => archive.Priority is null) is { } without)
        {
            _findings.Add(without.Place.Line, without.Place.Column, $"of several archives each has a priority; '{without.Name}' has none");
        }

        foreach (var twice in archives.Where(static archive => archive.Priority is not null).GroupBy(static archive => archive.Priority).Where(static group => group.Skip(1).Any()))
        {
            var second = twice.ElementAt(1);
            _findings.Add(second.Place.Line, second.Place.Column, FormattableString.Invariant($"the archives '{twice.First().Name}' and '{second.Name}' have one priority, {twice.Key}"));
        }
    }

    private SliceMaintenance? Maintenance(YamlMapReader release, bool isRequired, YamlNode root)
    {
        if (release.Node("maintenance") is not { } node)
        {
            if (isRequired && release.IsMap)
            {
                _findings.Add(root, "'maintenance' is missing");
            }

            return null;
        }

        var map = new YamlMapReader(node, "'maintenance'", _findings);
        var standard = Date(map, "standard");
        var endOfLife = Date(map, "end-of-life");
        var maintenance = new SliceMaintenance(standard ?? default, Date(map, "expanded"), Date(map, "legacy"), endOfLife ?? default);
        if (map.IsMap && (map.Scalar("standard") is null || map.Scalar("end-of-life") is null))
        {
            _findings.Add(node, "'standard' and 'end-of-life' are dates that 'maintenance' has to have");
        }

        map.Finish();
        return maintenance;
    }

    private DateOnly? Date(YamlMapReader map, string key)
    {
        var scalar = map.Scalar(key);
        if (scalar is null)
        {
            return null;
        }

        if (DateOnly.TryParseExact(scalar.Text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date))
        {
            return date;
        }

        _findings.Add(scalar, $"'{key}' is a date such as 2028-06-30, not '{scalar.Text}'");
        return null;
    }
}
