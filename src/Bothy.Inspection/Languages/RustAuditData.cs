using System.IO.Compression;
using System.Text.Json;
using Bothy.Formats.Elf;
using Bothy.Formats.Trees;

namespace Bothy.Inspection.Languages;

/// <summary>The crates in a Rust program, from the list that <c>cargo auditable</c> puts into its section <c>.dep-v0</c>: JSON in zlib's format.</summary>
internal static class RustAuditData
{
    private const string Section = ".dep-v0";
    private const int MaxPacked = 4 << 20;
    private const int MaxText = 32 << 20;
    private const int MaxCrates = 50_000;

    public static IEnumerable<LanguagePackage> Read(ElfSectionReader sections, TreePath location) =>
        sections.Read(Section, MaxPacked) is { Length: > 0 } packed
            ? MetadataFile.Json(Inflate(packed, location), location.ToString(), json => Crates(json, location))
            : [];

    private static byte[] Inflate(byte[] packed, TreePath location)
    {
        try
        {
            using var input = new ZLibStream(new MemoryStream(packed, writable: false), CompressionMode.Decompress);
            using var text = new MemoryStream();
            byte[] buffer = new byte[1 << 14];
            int count;
            while ((count = input.Read(buffer)) > 0)
            {
                text.Write(buffer, 0, count);
                if (text.Length > MaxText)
                {
                    throw new MalformedDataException(location.ToString(), 0, FormattableString.Invariant($"its audit data unpacks to more than {MaxText} bytes"));
                }
            }

            return text.ToArray();
        }
        catch (InvalidDataException failure)
        {
            throw new MalformedDataException(location.ToString(), 0, $"its audit data is not zlib's: {failure.Message}");
        }
    }

    private static List<LanguagePackage> Crates(JsonElement json, TreePath location)
    {
        if (!json.TryGetProperty("packages", out var packages) || packages.ValueKind != JsonValueKind.Array || packages.GetArrayLength() > MaxCrates)
        {
            throw new MalformedDataException(location.ToString(), 0, "its audit data has no packages, or too many");
        }

        // References are places in the list, so crates that are left out keep theirs.
        var all = packages.EnumerateArray().Select(static crate => (Name: crate.Text("name"), Version: crate.Text("version"))).ToArray();
        var found = new List<LanguagePackage>();
        int at = 0;
        foreach (var crate in packages.EnumerateArray())
        {
            var (name, version) = all[at++];

            // Crates that only built the program are not in it.
            if (MetadataFile.IsName(name) && MetadataFile.IsName(version) && crate.Text("kind") is null or "runtime")
            {
                found.Add(new LanguagePackage
                {
                    Ecosystem = Ecosystem.Rust,
                    Name = name!,
                    Version = version,
                    Location = location,
                    IsApplication = crate.Text("source") == "local",
                    Dependencies = [.. References(crate).Where(place => place < all.Length && all[place].Name is not null).Select(place => new LanguageReference(all[place].Name!, all[place].Version)).Distinct().Order()],
                });
            }
        }

        return found;
    }

    private static IEnumerable<int> References(JsonElement crate) =>
        crate.ValueKind == JsonValueKind.Object && crate.TryGetProperty("dependencies", out var places) && places.ValueKind == JsonValueKind.Array
            ? places.EnumerateArray().Where(static place => place.ValueKind == JsonValueKind.Number && place.TryGetInt32(out int value) && value >= 0).Select(static place => place.GetInt32())
            : [];
}
