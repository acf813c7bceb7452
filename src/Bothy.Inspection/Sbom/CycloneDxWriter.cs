using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Bothy.Inspection.Sbom;

/// <summary>Writes a bill of materials as a CycloneDX 1.6 document in JSON, piece by piece. Files and packages of languages are within the package that brought them.</summary>
internal sealed class CycloneDxWriter
{
    private const int FlushAt = 64 << 10;
    private const string Image = "image";
    private const string OperatingSystem = "operating-system";
    private const string PropertyPrefix = "bothy:";

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly BillOfMaterials _bill;
    private readonly Utf8JsonWriter _json;
    private readonly ILookup<BomComponent, BomComponent> _within;

    private CycloneDxWriter(BillOfMaterials bill, Utf8JsonWriter json)
    {
        _bill = bill;
        _json = json;
        _within = bill.Components.Where(static component => component.Owner is not null).ToLookup(static component => component.Owner!);
    }

    public static void Write(BillOfMaterials bill, Stream output)
    {
        using var json = new Utf8JsonWriter(output, Options);
        new CycloneDxWriter(bill, json).WriteDocument();
    }

    private void WriteDocument()
    {
        _json.WriteStartObject();
        _json.WriteString("$schema", "http://cyclonedx.org/schema/bom-1.6.schema.json");
        _json.WriteString("bomFormat", "CycloneDX");
        _json.WriteString("specVersion", "1.6");
        _json.WriteString("serialNumber", $"urn:uuid:{_bill.Identifier("cyclonedx")}");
        _json.WriteNumber("version", 1);
        WriteMetadata();
        _json.WriteStartArray("components");
        WriteOperatingSystem();

        // A file that several have is within the first of them alone: a name may be given once.
        var written = new HashSet<BomFile>(ReferenceEqualityComparer.Instance);
        foreach (var component in _bill.Components.Where(static component => component.Owner is null && component.Kind != BomKind.Source))
        {
            WriteComponent(component, written);
        }

        foreach (var file in _bill.Unowned)
        {
            WriteFile(file);
        }

        _json.WriteEndArray();
        WriteDependencies();
        _json.WriteEndObject();
        _json.Flush();
    }

    private void WriteMetadata()
    {
        var subject = _bill.Subject;
        _json.WriteStartObject("metadata");
        _json.WriteString("timestamp", subject.Created.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        _json.WriteStartObject("tools");
        _json.WriteStartArray("components");
        _json.WriteStartObject();
        _json.WriteString("type", "application");
        _json.WriteString("name", "bothy");
        _json.WriteString("version", subject.ToolVersion);
        _json.WriteEndObject();
        _json.WriteEndArray();
        _json.WriteEndObject();
        _json.WriteStartObject("component");
        _json.WriteString("type", "container");
        _json.WriteString("bom-ref", Image);
        _json.WriteString("name", subject.Name);
        _json.WriteString("version", subject.Manifest.Digest.ToString());
        WriteHashes(("SHA-256", subject.Manifest.Digest.Hex));
        WriteOptional("purl", _bill.Purl?.ToString());
        WriteProperties(subject.Layers.SelectMany(static (layer, i) => new (string, string?)[]
        {
            ($"layer:{i.ToString(CultureInfo.InvariantCulture)}:digest", layer.Blob.Digest.ToString()),
            ($"layer:{i.ToString(CultureInfo.InvariantCulture)}:diffId", layer.DiffId.ToString()),
        }));
        _json.WriteEndObject();
        WriteProperties([("dependencies", _bill.DependencySource is { } source ? DependencySources.Word(source) : null)]);
        _json.WriteEndObject();
    }

    private void WriteOperatingSystem()
    {
        if (_bill.Contents.Release is not { } release)
        {
            return;
        }

        _json.WriteStartObject();
        _json.WriteString("type", "operating-system");
        _json.WriteString("bom-ref", OperatingSystem);
        _json.WriteString("name", release.Id);
        WriteOptional("version", release.VersionId ?? release.VersionCodename);
        WriteOptional("description", release.PrettyName);
        _json.WriteEndObject();
    }

    private void WriteComponent(BomComponent component, HashSet<BomFile> written)
    {
        _json.WriteStartObject();
        _json.WriteString("type", component.Kind == BomKind.Application ? "application" : "library");
        _json.WriteString("bom-ref", component.Id);
        if (component.Publisher is { } publisher)
        {
            _json.WriteString("publisher", publisher);
        }

        _json.WriteString("name", component.Name);
        WriteOptional("version", component.Version);
        WriteOptional("description", component.Description);
        if (component.Sha512 is { } sha512)
        {
            WriteHashes(("SHA-512", sha512));
        }

        WriteLicense(component.License);
        WriteOptional("purl", component.Purl?.ToString());
        if (SpdxWriter.WebAddress(component.Homepage) is { } homepage)
        {
            _json.WriteStartArray("externalReferences");
            _json.WriteStartObject();
            _json.WriteString("type", "website");
            _json.WriteString("url", homepage);
            _json.WriteEndObject();
            _json.WriteEndArray();
        }

        WriteProperties(
        [
            ("evidence", component.Evidence),
            ("layer", component.Layer?.ToString(CultureInfo.InvariantCulture)),
            ("checksum", component.OwnChecksum),
            ("slices", component.Slices),
            ("source:name", component.Source?.Name),
            ("source:version", component.Source?.Version),
            ("source:purl", component.Source?.Purl?.ToString()),
        ]);
        WriteWithin(component, written);
        _json.WriteEndObject();
        FlushSometimes();
    }

    private void WriteWithin(BomComponent component, HashSet<BomFile> written)
    {
        var files = component.Files.Where(written.Add).ToList();
        if (files.Count == 0 && !_within.Contains(component))
        {
            return;
        }

        _json.WriteStartArray("components");
        foreach (var inner in _within[component])
        {
            WriteComponent(inner, written);
        }

        foreach (var file in files)
        {
            WriteFile(file);
        }

        _json.WriteEndArray();
    }

    private void WriteFile(BomFile file)
    {
        _json.WriteStartObject();
        _json.WriteString("type", "file");
        _json.WriteString("bom-ref", file.Id);
        _json.WriteString("name", file.Path.ToString());
        WriteHashes(("SHA-1", file.Sha1), ("SHA-256", file.Sha256));
        WriteProperties([("layer", file.Layer?.ToString(CultureInfo.InvariantCulture)), ("size", file.Size.ToString(CultureInfo.InvariantCulture))]);
        _json.WriteEndObject();
        FlushSometimes();
    }

    private void WriteLicense(LicenseStatement license)
    {
        if (license.Expression is not { } expression)
        {
            return;
        }

        _json.WriteStartArray("licenses");
        _json.WriteStartObject();
        if (license.Extracted is [var only] && only.Id == expression)
        {
            _json.WriteStartObject("license");
            _json.WriteString("name", only.Name);
            _json.WriteString("acknowledgement", "declared");
            if (only.Text != only.Name)
            {
                _json.WriteStartObject("text");
                _json.WriteString("contentType", "text/plain");
                _json.WriteString("content", only.Text);
                _json.WriteEndObject();
            }

            _json.WriteEndObject();
        }
        else
        {
            _json.WriteString("expression", expression);
            _json.WriteString("acknowledgement", "declared");
        }

        _json.WriteEndObject();
        _json.WriteEndArray();
    }

    private void WriteHashes(params ReadOnlySpan<(string Algorithm, string Value)> hashes)
    {
        _json.WriteStartArray("hashes");
        foreach (var (algorithm, value) in hashes)
        {
            _json.WriteStartObject();
            _json.WriteString("alg", algorithm);
            _json.WriteString("content", value);
            _json.WriteEndObject();
        }

        _json.WriteEndArray();
    }

    private void WriteProperties(IEnumerable<(string Name, string? Value)> properties)
    {
        bool begun = false;
        foreach (var (name, value) in properties)
        {
            if (value is null)
            {
                continue;
            }

            if (!begun)
            {
                _json.WriteStartArray("properties");
                begun = true;
            }

            _json.WriteStartObject();
            _json.WriteString("name", PropertyPrefix + name);
            _json.WriteString("value", value);
            _json.WriteEndObject();
        }

        if (begun)
        {
            _json.WriteEndArray();
        }
    }

    private void WriteDependencies()
    {
        var needs = _bill.Dependencies.ToLookup(static dependency => dependency.From?.Id ?? Image, static dependency => dependency.To.Id, StringComparer.Ordinal);
        _json.WriteStartArray("dependencies");
        foreach (string id in _bill.Components.Where(static component => component.Kind != BomKind.Source).Select(static component => component.Id).Prepend(Image))
        {
            _json.WriteStartObject();
            _json.WriteString("ref", id);
            if (needs.Contains(id))
            {
                _json.WriteStartArray("dependsOn");
                foreach (string other in needs[id].Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
                {
                    _json.WriteStringValue(other);
                }

                _json.WriteEndArray();
            }

            _json.WriteEndObject();
            FlushSometimes();
        }

        _json.WriteEndArray();
    }

    private void WriteOptional(string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            _json.WriteString(name, value);
        }
    }

    private void FlushSometimes()
    {
        if (_json.BytesPending > FlushAt)
        {
            _json.Flush();
        }
    }
}
