using System.Globalization;
using System.Text.Json;
using Bothy.Inspection.Sbom;

namespace Bothy.Inspection.Matching;

/// <summary>
/// Reads the packages of a bill of materials by their package URLs: SPDX 2.2 and 2.3, and CycloneDX, both in JSON. What a bill says beside them (licences, files, relations) is not needed
/// to judge it.
/// </summary>
internal sealed class BillReader
{
    /// <summary>The largest document read, in bytes; bills that list every file of large images have a tenth of it.</summary>
    public const int MaxSize = 256 << 20;

    private const int MaxDepth = 64;
    private const int MaxPackages = 500_000;

    private readonly string _name;
    private readonly Dictionary<string, BillPackage> _packages = new(StringComparer.Ordinal);
    private int _withoutPurl;

    private BillReader(string name) => _name = name;

    /// <summary>What the bill says it is about, and what it lists.</summary>
    /// <exception cref="MalformedDataException">It is no such document.</exception>
    public static Bill Read(ReadOnlyMemory<byte> json, string name)
    {
        if (json.Length > MaxSize)
        {
            throw new MalformedDataException(name, MaxSize, FormattableString.Invariant($"a document of more than {MaxSize} bytes"));
        }

        try
        {
            using var document = JsonDocument.Parse(WithoutMark(json), new JsonDocumentOptions { MaxDepth = MaxDepth });
            return new BillReader(name).Read(document.RootElement);
        }
        catch (JsonException failure)
        {
            throw new MalformedDataException(name, failure.BytePositionInLine ?? 0, string.Create(CultureInfo.InvariantCulture, $"not JSON in line {(failure.LineNumber ?? 0) + 1}"));
        }
    }

    private static ReadOnlyMemory<byte> WithoutMark(ReadOnlyMemory<byte> json) => json.Span.StartsWith("\uFEFF"u8) ? json[3..] : json;

    private Bill Read(JsonElement root)
    {
        if (root.ValueKind == JsonValueKind.Object && Text(root, "spdxVersion") is { } version)
        {
            return version.StartsWith("SPDX-2.", StringComparison.Ordinal) ? ReadSpdx(root) : throw Malformed($"'{version}' is not a version of SPDX that is read: SPDX-2.2, SPDX-2.3");
        }

        return root.ValueKind == JsonValueKind.Object && Text(root, "bomFormat") == "CycloneDX"
            ? ReadCycloneDx(root)
            : throw Malformed("neither an SPDX 2 nor a CycloneDX document");
    }

    private Bill ReadSpdx(JsonElement root)
    {
        (string Name, string? Version)? system = null;
        foreach (var package in List(root, "packages"))
        {
            string? purpose = Text(package, "primaryPackagePurpose");
            string name = Text(package, "name") ?? "";
            if (purpose == "OPERATING-SYSTEM" || purpose == "OPERATING_SYSTEM")
            {
                system ??= (name, Text(package, "versionInfo"));
            }
            else if (purpose != "CONTAINER" && Text(package, "name") is not null)
            {
                string? purl = List(package, "externalRefs").Where(static reference => Text(reference, "referenceType") == "purl").Select(static reference => Text(reference, "referenceLocator")).FirstOrDefault();
                Add(name, Text(package, "versionInfo"), purl, null, null, mayLack: purpose is "ARCHIVE" or "FILE");
            }
        }

        return Finish(Text(root, "name"), system, []);
    }

    private Bill ReadCycloneDx(JsonElement root)
    {
        (string Name, string? Version)? system = null;
        var pending = new Stack<JsonElement>(List(root, "components").Reverse());
        while (pending.TryPop(out var component))
        {
            string name = Text(component, "name") ?? "";
            switch (Text(component, "type"))
            {
                case "operating-system":
                    system ??= (name, Text(component, "version"));
                    break;
                case "file" or "data" or "container":
                    break;
                default:
                    string full = Text(component, "group") is { Length: > 0 } group ? $"{group}/{name}" : name;
                    Add(full, Text(component, "version"), Text(component, "purl"), Property(component, "aquasecurity:trivy:SrcName"), Property(component, "aquasecurity:trivy:SrcVersion"), mayLack: false);
                    break;
            }

            foreach (var inner in List(component, "components").Reverse())
            {
                pending.Push(inner);
            }
        }

        var subject = Object(Object(root, "metadata"), "component");
        PackageUrl[] products = Text(subject, "purl") is { } text && PackageUrl.TryParse(text, out var product) ? [product] : [];
        return Finish(Text(subject, "name"), system, products);
    }

    private void Add(string name, string? version, string? purlText, string? source, string? sourceVersion, bool mayLack)
    {
        if (purlText is null || !PackageUrl.TryParse(purlText, out var purl))
        {
            _withoutPurl += mayLack ? 0 : 1;
            return;
        }

        // A source package is in a bill for what was built from it, not by itself.
        if (purl.Qualifiers.GetValueOrDefault("arch") is "source" or "src")
        {
            return;
        }

        if (_packages.Count >= MaxPackages)
        {
            throw Malformed(FormattableString.Invariant($"more than {MaxPackages} packages"));
        }

        _packages.TryAdd(purl.ToString(), new BillPackage(name, version, purl, source, sourceVersion));
    }

    private Bill Finish(string? subject, (string Name, string? Version)? system, PackageUrl[] products) => new(
        subject ?? _name,
        system,
        [.. _packages.Values],
        [.. products],
        _withoutPurl switch
        {
            0 => [],
            1 => [$"a package of {_name} has no package URL, and was not judged"],
            _ => [FormattableString.Invariant($"{_withoutPurl} packages of {_name} have no package URL, and were not judged")],
        });

    private MalformedDataException Malformed(string problem) => new(_name, 0, problem);

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static JsonElement Object(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : default;

    private static IEnumerable<JsonElement> List(JsonElement element, string name)
    {
        var list = Object(element, name);
        return list.ValueKind == JsonValueKind.Array ? list.EnumerateArray().AsEnumerable() : [];
    }

    private static string? Property(JsonElement component, string name) =>
        List(component, "properties").Where(property => Text(property, "name") == name).Select(static property => Text(property, "value")).FirstOrDefault();
}

/// <summary>What a bill of materials says.</summary>
/// <param name="Subject">What it is about.</param>
/// <param name="System">The distribution and its release, as it says itself; null where it does not.</param>
/// <param name="Packages">The packages that have a package URL, each once.</param>
/// <param name="Products">The package URL of what it is about, where it has one.</param>
/// <param name="Warnings">What was left out.</param>
internal sealed record Bill(string Subject, (string Name, string? Version)? System, IReadOnlyList<BillPackage> Packages, IReadOnlyList<PackageUrl> Products, IReadOnlyList<string> Warnings);

/// <summary>A package in a bill of materials.</summary>
internal sealed record BillPackage(string Name, string? Version, PackageUrl Purl, string? Source, string? SourceVersion);
