using System.Buffers;
using System.Text.Json;
using Bothy.Formats.Trees;
using Bothy.Inspection.Advisories;
using Bothy.Inspection.Sbom;

namespace Bothy.Inspection.Matching;

/// <summary>
/// The packages of an image as they are kept beside it, so that it can be judged by the advisories of another day without being read again: everything that findings are made of, and nothing of
/// its files, so that whether code of a package is there is not known.
/// </summary>
public static class RecordedSubject
{
    private const string Name = "name";
    private const string Release = "release";
    private const string Space = "space";

    /// <summary>The bytes of <paramref name="subject"/>; the same for the same packages.</summary>
    public static byte[] Format(ScanSubject subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString(Name, subject.Name);
            json.WriteNumber("kind", (int)subject.Kind);
            Optional(json, "distribution", subject.Distribution);
            if (subject.Release is { } release)
            {
                json.WriteNumber(Space, (int)release.Space);
                json.WriteString(Release, release.Release);
            }

            json.WriteStartArray("packages");
            foreach (var package in subject.Packages)
            {
                Write(json, package);
            }

            json.WriteEndArray();
            json.WriteStartArray("warnings");
            foreach (string warning in subject.Warnings)
            {
                json.WriteStringValue(warning);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Reads what <see cref="Format"/> wrote.</summary>
    public static ScanSubject Parse(ReadOnlyMemory<byte> bytes)
    {
        using var document = JsonDocument.Parse(bytes);
        var json = document.RootElement;
        return new ScanSubject
        {
            Name = json.GetProperty(Name).GetString()!,
            Kind = (ScanSubjectKind)json.GetProperty("kind").GetInt32(),
            Distribution = Text(json, "distribution"),
            Release = SpaceOf(json) is { } space ? (space, json.GetProperty(Release).GetString()!) : null,
            Packages = [.. json.GetProperty("packages").EnumerateArray().Select(ReadPackage)],
            Warnings = [.. json.GetProperty("warnings").EnumerateArray().Select(static warning => warning.GetString()!)],
        };
    }

    private static void Write(Utf8JsonWriter json, ScanPackage package)
    {
        json.WriteStartObject();
        if (package.Space is { } space)
        {
            json.WriteNumber(Space, (int)space);
        }

        json.WriteString(Release, package.Release);
        json.WriteString(Name, package.Name);
        Optional(json, "version", package.Version);
        json.WriteString("source", package.SourceName);
        Optional(json, "sourceVersion", package.SourceVersion);
        json.WriteString("architecture", package.Architecture);
        Optional(json, "purl", package.Purl?.ToString());
        Optional(json, "location", package.Location?.Value);
        json.WriteBoolean("language", package.IsOfLanguage);
        json.WriteBoolean("part", package.IsPart);
        json.WriteEndObject();
    }

    private static ScanPackage ReadPackage(JsonElement json) => new()
    {
        Space = SpaceOf(json),
        Release = json.GetProperty(Release).GetString()!,
        Name = json.GetProperty(Name).GetString()!,
        Version = Text(json, "version"),
        SourceName = json.GetProperty("source").GetString()!,
        SourceVersion = Text(json, "sourceVersion"),
        Architecture = json.GetProperty("architecture").GetString()!,
        Purl = Text(json, "purl") is { } text && PackageUrl.TryParse(text, out var purl) ? purl : null,
        Location = Text(json, "location") is { } path ? TreePath.Parse(path) : null,
        IsOfLanguage = json.GetProperty("language").GetBoolean(),
        IsPart = json.GetProperty("part").GetBoolean(),
    };

    private static AdvisorySpace? SpaceOf(JsonElement json) => json.TryGetProperty(Space, out var space) ? (AdvisorySpace)space.GetInt32() : null;

    private static string? Text(JsonElement json, string name) => json.TryGetProperty(name, out var text) ? text.GetString() : null;

    private static void Optional(Utf8JsonWriter json, string name, string? text)
    {
        if (text is not null)
        {
            json.WriteString(name, text);
        }
    }
}
