using Bothy.Formats.Trees;
using Bothy.Formats.Zip;

namespace Bothy.Inspection.Languages;

/// <summary>
/// Maven artifacts in jars and what is built like them: every <c>META-INF/maven/GROUP/ARTIFACT/pom.properties</c> (several in a jar that others were put into);
/// of a jar without one, what its manifest states. Jars in jars are opened to a depth of three.
/// </summary>
internal static class JavaArchives
{
    private const int MaxDepth = 3;
    private const int MaxProperties = 1 << 20;
    private const int MaxNested = 128 << 20;
    private const long MaxNestedTotal = 512L << 20;
    private const string Manifest = "META-INF/MANIFEST.MF";

    public static bool IsArchive(ReadOnlySpan<char> name) =>
        name.LastIndexOf('.') > 0 && name[name.LastIndexOf('.')..] is ".jar" or ".war" or ".ear" or ".sar" or ".par" or ".hpi" or ".jpi" or ".kar" or ".nar";

    public static IEnumerable<LanguagePackage> Read(TreeEntry entry)
    {
        var reading = new Reading(entry.Path);
        using var stream = OpenSeekable(entry);
        reading.Archive(stream, entry.Path.ToString(), inside: null, depth: 0);
        return reading.Found;
    }

    private static Stream OpenSeekable(TreeEntry entry)
    {
        var stream = entry.Content!.OpenParts();
        if (stream.CanSeek)
        {
            return stream;
        }

        stream.Dispose();
        return new MemoryStream(MetadataFile.Bytes(entry, MaxNested), writable: false);
    }

    private sealed class Reading(TreePath location)
    {
        private long _nested;

        public List<LanguagePackage> Found { get; } = [];

        public void Archive(Stream stream, string source, string? inside, int depth)
        {
            if (!ZipReader.TryOpen(stream, source, out var zip))
            {
                throw new MalformedDataException(source, stream.Length, "it does not end like a zip archive");
            }

            bool stated = false;
            byte[]? manifest = null;
            foreach (var member in zip.Members(static name => name is Manifest || IsProperties(name) || IsArchive(name)))
            {
                if (member.Name == Manifest)
                {
                    manifest = zip.Read(member, MaxProperties);
                }
                else if (IsProperties(member.Name))
                {
                    stated |= Properties(zip.Read(member, MaxProperties), inside);
                }
                else if (depth < MaxDepth && _nested + member.Size <= MaxNestedTotal)
                {
                    _nested += member.Size;
                    string path = inside is null ? member.Name : $"{inside}!/{member.Name}";
                    using var nested = new MemoryStream(zip.Read(member, MaxNested), writable: false);
                    Archive(nested, $"{source}!/{member.Name}", path, depth + 1);
                }
            }

            if (!stated && manifest is not null)
            {
                FromManifest(ManifestFields(MetadataFile.Text(manifest)), inside);
            }
        }

        private static bool IsProperties(string name) =>
            name.StartsWith("META-INF/maven/", StringComparison.Ordinal) && name.EndsWith("/pom.properties", StringComparison.Ordinal);

        private bool Properties(byte[] bytes, string? inside)
        {
            var values = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (string line in MetadataFile.Text(bytes).Split('\n', StringSplitOptions.TrimEntries))
            {
                int separator = line.IndexOfAny(['=', ':']);
                if (separator > 0 && line[0] is not ('#' or '!'))
                {
                    values[line[..separator].TrimEnd()] = line[(separator + 1)..].TrimStart();
                }
            }

            string? group = values.GetValueOrDefault("groupId");
            string? artifact = values.GetValueOrDefault("artifactId");
            string? version = values.GetValueOrDefault("version");
            if (!MetadataFile.IsName(group) || !MetadataFile.IsName(artifact) || !MetadataFile.IsName(version))
            {
                return false;
            }

            Found.Add(new LanguagePackage { Ecosystem = Ecosystem.Java, Group = group, Name = artifact!, Version = version, Location = location, Inside = inside });
            return true;
        }

        private void FromManifest(Dictionary<string, string> fields, string? inside)
        {
            // Directives follow a symbolic name: "org.example.core;singleton:=true".
            string? name = fields.GetValueOrDefault("Bundle-SymbolicName")?.Split(';')[0].Trim()
                ?? fields.GetValueOrDefault("Automatic-Module-Name")
                ?? fields.GetValueOrDefault("Implementation-Title");
            string? version = fields.GetValueOrDefault("Bundle-Version") ?? fields.GetValueOrDefault("Implementation-Version");
            if (MetadataFile.IsName(name) && MetadataFile.IsName(version))
            {
                Found.Add(new LanguagePackage
                {
                    Ecosystem = Ecosystem.Java,
                    Name = name!,
                    Version = version,
                    Location = location,
                    Inside = inside,
                    License = fields.GetValueOrDefault("Bundle-License"),
                    Description = fields.GetValueOrDefault("Bundle-Name"),
                    Homepage = fields.GetValueOrDefault("Bundle-DocURL"),
                });
            }
        }

        // The main section alone; a line that begins with a blank continues the one before it (JAR File Specification, "JAR Manifest").
        private static Dictionary<string, string> ManifestFields(string text)
        {
            var fields = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
            foreach (string line in text.ReplaceLineEndings("\n").Replace("\n ", "", StringComparison.Ordinal).Split('\n'))
            {
                if (line.Length == 0)
                {
                    break;
                }

                int colon = line.IndexOf(':', StringComparison.Ordinal);
                if (colon > 0)
                {
                    fields.TryAdd(line[..colon], line[(colon + 1)..].Trim());
                }
            }

            return fields;
        }
    }
}
