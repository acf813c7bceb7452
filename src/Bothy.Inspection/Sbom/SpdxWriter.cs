using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Bothy.Inspection.Sbom;

/// <summary>Writes a bill of materials as an SPDX 2.3 document in JSON, piece by piece.</summary>
internal sealed class SpdxWriter
{
    private const int FlushAt = 64 << 10;
    private const string Document = "SPDXRef-DOCUMENT";
    private const string Image = "SPDXRef-Image";
    private const string OperatingSystem = "SPDXRef-OperatingSystem";
    private const string NoAssertion = "NOASSERTION";

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly BillOfMaterials _bill;
    private readonly Utf8JsonWriter _json;

    private SpdxWriter(BillOfMaterials bill, Utf8JsonWriter json)
    {
        _bill = bill;
        _json = json;
    }

    public static void Write(BillOfMaterials bill, Stream output)
    {
        using var json = new Utf8JsonWriter(output, Options);
        new SpdxWriter(bill, json).WriteDocument();
    }

    private void WriteDocument()
    {
        var subject = _bill.Subject;
        _json.WriteStartObject();
        _json.WriteString("spdxVersion", "SPDX-2.3");
        _json.WriteString("dataLicense", "CC0-1.0");
        _json.WriteString("SPDXID", Document);
        _json.WriteString("name", subject.Name);
        _json.WriteString("documentNamespace", $"https://spdx.org/spdxdocs/{Uri.EscapeDataString(subject.Name)}-{_bill.Identifier("spdx")}");
        _json.WriteStartObject("creationInfo");
        _json.WriteString("created", subject.Created.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        _json.WriteStartArray("creators");
        _json.WriteStringValue($"Tool: bothy-{subject.ToolVersion}");
        _json.WriteEndArray();
        _json.WriteEndObject();
        if (_bill.DependencySource is { } source)
        {
            _json.WriteString("comment", DependencySources.Sentence(source));
        }

        WritePackages();
        WriteFiles();
        WriteRelationships();
        WriteLicenses();
        _json.WriteEndObject();
        _json.Flush();
    }

    private void WritePackages()
    {
        _json.WriteStartArray("packages");
        WriteImage();
        WriteOperatingSystem();
        for (int i = 0; i < _bill.Subject.Layers.Length; i++)
        {
            WriteLayer(i);
        }

        foreach (var component in _bill.Components)
        {
            WriteComponent(component);
            FlushSometimes();
        }

        _json.WriteEndArray();
    }

    private void WriteImage()
    {
        BeginPackage(Image, _bill.Subject.Name, _bill.Subject.Manifest.Digest.ToString());
        WriteAnalysis(_bill.ListsAllFiles ? _bill.Files : []);
        WriteChecksum("SHA256", _bill.Subject.Manifest.Digest.Hex);
        EndPackage("CONTAINER", LicenseStatement.None, _bill.Purl);
    }

    private void WriteOperatingSystem()
    {
        if (_bill.Contents.Release is not { } release)
        {
            return;
        }

        BeginPackage(OperatingSystem, release.Id, release.VersionId ?? release.VersionCodename);
        WriteAnalysis([]);
        _json.WriteString("summary", release.PrettyName);
        EndPackage("OPERATING-SYSTEM", LicenseStatement.None, null);
    }

    private void WriteLayer(int number)
    {
        var layer = _bill.Subject.Layers[number];
        BeginPackage(LayerId(number), layer.Blob.Digest.ToString(), null);
        WriteAnalysis([]);
        WriteChecksum("SHA256", layer.Blob.Digest.Hex);
        _json.WriteString("comment", $"layer {number.ToString(CultureInfo.InvariantCulture)}, {layer.Blob.MediaType}; the digest of its tar archive is {layer.DiffId}");
        EndPackage("ARCHIVE", LicenseStatement.None, null);
    }

    private void WriteComponent(BomComponent component)
    {
        BeginPackage(IdOf(component), component.Name, component.Version);
        WriteAnalysis(component.Files);
        if (component.Sha512 is { } sha512)
        {
            WriteChecksum("SHA512", sha512);
        }

        if (component.Kind == BomKind.Distribution && _bill.Contents.Release is { } release)
        {
            _json.WriteString("supplier", $"Organization: {release["NAME"] ?? release.Id}");
        }

        if (WebAddress(component.Homepage) is { } homepage)
        {
            _json.WriteString("homepage", homepage);
        }

        if (component.Evidence is { } evidence)
        {
            _json.WriteString("sourceInfo", evidence);
        }

        if (!string.IsNullOrEmpty(component.Description))
        {
            _json.WriteString("summary", component.Description);
        }

        if (Comment(component) is { Length: > 0 } comment)
        {
            _json.WriteString("comment", comment);
        }

        EndPackage(
            component.Kind switch
            {
                BomKind.Application => "APPLICATION",
                BomKind.Source => "SOURCE",
                _ => "LIBRARY",
            },
            component.License,
            component.Purl);
    }

    private static string Comment(BomComponent component) => string.Join("; ", new[]
    {
        component.Layer is { } layer ? $"layer {layer.ToString(CultureInfo.InvariantCulture)}" : null,
        component.Publisher is { } publisher ? $"maintainer {publisher}" : null,
        component.OwnChecksum is { } checksum ? $"checksum {checksum}" : null,
        component.Slices is { } slices ? $"in part, the slices {slices}" : null,
    }.OfType<string>());

    private void BeginPackage(string id, string name, string? version)
    {
        _json.WriteStartObject();
        _json.WriteString("SPDXID", id);
        _json.WriteString("name", name);
        if (!string.IsNullOrEmpty(version))
        {
            _json.WriteString("versionInfo", version);
        }

        _json.WriteString("downloadLocation", NoAssertion);
    }

    // SPDX 2.3, 7.9: SHA-1 over the sorted SHA-1s of the files, as text without anything between.
    private void WriteAnalysis(IReadOnlyList<BomFile> files)
    {
        _json.WriteBoolean("filesAnalyzed", files.Count > 0);
        if (files.Count > 0)
        {
            string joined = string.Concat(files.Select(static file => file.Sha1).Order(StringComparer.Ordinal));
            _json.WriteStartObject("packageVerificationCode");
            _json.WriteString("packageVerificationCodeValue", Convert.ToHexStringLower(SHA1.HashData(Encoding.ASCII.GetBytes(joined))));
            _json.WriteEndObject();
        }
    }

    private void WriteChecksum(string algorithm, string value)
    {
        _json.WriteStartArray("checksums");
        WriteChecksumValue(algorithm, value);
        _json.WriteEndArray();
    }

    private void WriteChecksumValue(string algorithm, string value)
    {
        _json.WriteStartObject();
        _json.WriteString("algorithm", algorithm);
        _json.WriteString("checksumValue", value);
        _json.WriteEndObject();
    }

    private void EndPackage(string purpose, LicenseStatement license, PackageUrl? purl)
    {
        _json.WriteString("licenseConcluded", NoAssertion);
        _json.WriteString("licenseDeclared", license.Expression ?? NoAssertion);
        _json.WriteString("copyrightText", NoAssertion);
        _json.WriteString("primaryPackagePurpose", purpose);
        if (purl is not null)
        {
            _json.WriteStartArray("externalRefs");
            _json.WriteStartObject();
            _json.WriteString("referenceCategory", "PACKAGE-MANAGER");
            _json.WriteString("referenceType", "purl");
            _json.WriteString("referenceLocator", purl.ToString());
            _json.WriteEndObject();
            _json.WriteEndArray();
        }

        _json.WriteEndObject();
    }

    private void WriteFiles()
    {
        if (_bill.Files.IsEmpty)
        {
            return;
        }

        _json.WriteStartArray("files");
        foreach (var file in _bill.Files)
        {
            _json.WriteStartObject();
            _json.WriteString("SPDXID", IdOf(file));
            _json.WriteString("fileName", $"./{file.Path.Value}");
            _json.WriteStartArray("checksums");
            WriteChecksumValue("SHA1", file.Sha1);
            WriteChecksumValue("SHA256", file.Sha256);
            _json.WriteEndArray();
            if (file.Layer is { } layer)
            {
                _json.WriteString("comment", $"layer {layer.ToString(CultureInfo.InvariantCulture)}");
            }

            _json.WriteEndObject();
            FlushSometimes();
        }

        _json.WriteEndArray();
    }

    private void WriteRelationships()
    {
        _json.WriteStartArray("relationships");
        Relate(Document, "DESCRIBES", Image);
        if (_bill.Contents.Release is not null)
        {
            Relate(Image, "CONTAINS", OperatingSystem);
        }

        for (int i = 0; i < _bill.Subject.Layers.Length; i++)
        {
            Relate(Image, "CONTAINS", LayerId(i));
        }

        var places = _bill.Files.ToDictionary(static file => file.Path);
        foreach (var component in _bill.Components)
        {
            RelateComponent(component);
            if (component.Location is { } location && component.Files.Count == 0 && places.TryGetValue(location, out var holder))
            {
                Relate(IdOf(holder), "CONTAINS", IdOf(component));
            }
        }

        foreach (var file in _bill.Unowned)
        {
            Relate(Image, "CONTAINS", IdOf(file), "no package owns it");
        }

        foreach (var dependency in _bill.Dependencies)
        {
            Relate(dependency.From is { } from ? IdOf(from) : Image, "DEPENDS_ON", IdOf(dependency.To), dependency.Reason);
        }

        _json.WriteEndArray();
    }

    private void RelateComponent(BomComponent component)
    {
        if (component.Kind != BomKind.Source)
        {
            Relate(component.Owner is { } owner ? IdOf(owner) : Image, "CONTAINS", IdOf(component));
        }

        if (component.Source is { } source)
        {
            Relate(IdOf(component), "GENERATED_FROM", IdOf(source));
        }

        foreach (var file in component.Files)
        {
            Relate(IdOf(component), "CONTAINS", IdOf(file));
        }
    }

    private void Relate(string from, string type, string to, string? comment = null)
    {
        _json.WriteStartObject();
        _json.WriteString("spdxElementId", from);
        _json.WriteString("relationshipType", type);
        _json.WriteString("relatedSpdxElement", to);
        if (comment is not null)
        {
            _json.WriteString("comment", comment);
        }

        _json.WriteEndObject();
        FlushSometimes();
    }

    private void WriteLicenses()
    {
        var licenses = _bill.Components.SelectMany(static component => component.License.Extracted).DistinctBy(static license => license.Id, StringComparer.Ordinal).OrderBy(static license => license.Id, StringComparer.Ordinal).ToList();
        if (licenses.Count == 0)
        {
            return;
        }

        _json.WriteStartArray("hasExtractedLicensingInfos");
        foreach (var license in licenses)
        {
            _json.WriteStartObject();
            _json.WriteString("licenseId", license.Id);
            _json.WriteString("name", license.Name);
            _json.WriteString("extractedText", license.Text);
            _json.WriteEndObject();
            FlushSometimes();
        }

        _json.WriteEndArray();
    }

    // Whatever stands there was written by strangers; an address that is none would make the document invalid.
    internal static string? WebAddress(string? text) =>
        text is { Length: <= 2000 } && Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" && address.UserInfo.Length == 0 && Uri.IsWellFormedUriString(text, UriKind.Absolute)
            ? text
            : null;

    private static string IdOf(BomComponent component) => $"SPDXRef-{component.Id}";

    private static string IdOf(BomFile file) => $"SPDXRef-{file.Id}";

    private static string LayerId(int number) => $"SPDXRef-Layer-{number.ToString(CultureInfo.InvariantCulture)}";

    private void FlushSometimes()
    {
        if (_json.BytesPending > FlushAt)
        {
            _json.Flush();
        }
    }
}
