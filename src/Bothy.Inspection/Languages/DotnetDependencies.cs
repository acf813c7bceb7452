using System.Buffers.Text;
using System.Collections.Immutable;
using System.Text.Json;
using Bothy.Formats.Trees;

namespace Bothy.Inspection.Languages;

/// <summary>
/// The packages that a .NET application was built with, from its <c>*.deps.json</c>: NuGet packages, the packs of the runtime, and the application itself,
/// which is a project.
/// </summary>
internal static class DotnetDependencies
{
    private const int MaxFile = 32 << 20;
    private const int MaxLibraries = 100_000;
    private const string RuntimePackPrefix = "runtimepack.";

    public static IEnumerable<LanguagePackage> Read(TreeEntry entry) =>
        MetadataFile.Json<IEnumerable<LanguagePackage>>(MetadataFile.Bytes(entry, MaxFile), entry.Path.ToString(), json =>
        {
            if (!json.TryGetProperty("libraries", out var libraries) || libraries.ValueKind != JsonValueKind.Object || libraries.GetPropertyCount() > MaxLibraries)
            {
                throw new MalformedDataException(entry.Path.ToString(), 0, "it has no libraries, or too many");
            }

            var dependencies = Dependencies(json);
            var found = new List<LanguagePackage>();
            foreach (var library in libraries.EnumerateObject())
            {
                string? type = library.Value.Text("type");
                if (type is "package" or "runtimepack" or "project" && Split(library.Name) is var (name, version))
                {
                    found.Add(new LanguagePackage
                    {
                        Ecosystem = Ecosystem.NuGet,
                        Name = name,
                        Version = version,
                        Location = entry.Path,
                        IsApplication = type == "project",
                        PackageSha512 = library.Value.Text("sha512") is { } hash ? Sha512(hash) : null,
                        Dependencies = dependencies.GetValueOrDefault(library.Name, []),
                    });
                }
            }

            return found;
        });

    // targets: { framework: { "Name/1.0": { "dependencies": { "Other": "2.0" } } } }
    private static Dictionary<string, ImmutableArray<LanguageReference>> Dependencies(JsonElement json)
    {
        var byLibrary = new Dictionary<string, ImmutableArray<LanguageReference>>(StringComparer.Ordinal);
        if (!json.TryGetProperty("targets", out var targets) || targets.ValueKind != JsonValueKind.Object)
        {
            return byLibrary;
        }

        foreach (var library in targets.EnumerateObject().Where(static target => target.Value.ValueKind == JsonValueKind.Object).SelectMany(static target => target.Value.EnumerateObject()))
        {
            if (library.Value.ValueKind == JsonValueKind.Object
                && library.Value.TryGetProperty("dependencies", out var dependencies)
                && dependencies.ValueKind == JsonValueKind.Object)
            {
                byLibrary[library.Name] =
                [
                    .. dependencies.EnumerateObject()
                        .Where(static dependency => dependency.Value.ValueKind == JsonValueKind.String)
                        .Select(static dependency => new LanguageReference(WithoutPrefix(dependency.Name), dependency.Value.GetString()))
                        .Distinct()
                        .Order(),
                ];
            }
        }

        return byLibrary;
    }

    private static (string Name, string Version)? Split(string key)
    {
        int slash = key.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0)
        {
            return null;
        }

        var (name, version) = (WithoutPrefix(key[..slash]), key[(slash + 1)..]);
        return MetadataFile.IsName(name) && MetadataFile.IsName(version) ? (name, version) : null;
    }

    private static string WithoutPrefix(string name) => name.StartsWith(RuntimePackPrefix, StringComparison.Ordinal) ? name[RuntimePackPrefix.Length..] : name;

    private static string? Sha512(string text)
    {
        const string Prefix = "sha512-";
        Span<byte> hash = stackalloc byte[64];
        return text.StartsWith(Prefix, StringComparison.Ordinal)
            && Base64.IsValid(text.AsSpan(Prefix.Length))
            && Convert.TryFromBase64Chars(text.AsSpan(Prefix.Length), hash, out int length)
            && length == hash.Length
            ? Convert.ToHexStringLower(hash)
            : null;
    }
}
