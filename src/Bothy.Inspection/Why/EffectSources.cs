using System.Collections.Immutable;
using Bothy.Formats.Elf;
using Bothy.Formats.Trees;
using Bothy.Packages;

namespace Bothy.Inspection.Why;

/// <summary>
/// Of which packages an effect made a file: those whose scripts asked for it, as the build recorded it, and those whose files it is made of, as the image itself shows: where a link leads, what
/// a loader's cache names, the certificates of a bundle, the accounts that packages ship.
/// </summary>
public sealed class EffectSources(FileTree tree, ImageOrigins origins, IEnumerable<PackageId> packages)
{
    private const string OfFileCommands = "file-commands of ";
    private const string OfSlice = "slice ";
    private const string Cache = "etc/ld.so.cache";
    private const string Certificates = "usr/share/ca-certificates/";
    private const string Sysusers = "usr/lib/sysusers.d/";
    private const string MasterAccounts = "usr/share/base-passwd/";
    private static readonly string[] Records = ["var/lib/dpkg/status.d/", "var/lib/dpkg/info/"];

    private readonly ILookup<string, PackageId> _byName = packages.Distinct().ToLookup(static id => id.Name, StringComparer.Ordinal);

    /// <summary>The packages that <paramref name="entry"/>, which <paramref name="effect"/> made, comes from, by name; empty where none is known.</summary>
    /// <exception cref="BothyException">A file of the image cannot be read.</exception>
    public ImmutableArray<PackageId> Of(TreeEntry entry, Origin.Effect effect)
    {
        ArgumentNullException.ThrowIfNull(entry);
        ArgumentNullException.ThrowIfNull(effect);
        var asked = effect.AskedBy.Split(' ', StringSplitOptions.RemoveEmptyEntries).Concat(NamedBy(entry, effect)).SelectMany(name => _byName[name]);
        return [.. asked.Concat(MadeOf(entry, effect).Select(origins.PackageOf).OfType<PackageId>()).Distinct().Order()];
    }

    // The package's own name is in that of the effect, or of the file.
    private static IEnumerable<string> NamedBy(TreeEntry entry, Origin.Effect effect)
    {
        if (effect.Name.StartsWith(OfFileCommands, StringComparison.Ordinal))
        {
            yield return effect.Name[OfFileCommands.Length..];
        }
        else if (effect.Name.StartsWith(OfSlice, StringComparison.Ordinal))
        {
            yield return effect.Name[OfSlice.Length..].Split('_')[0];
        }
        else if (Records.FirstOrDefault(place => entry.Path.Value.StartsWith(place, StringComparison.Ordinal)) is { } place)
        {
            // "libc6:amd64.list", "hello", "hello.md5sums".
            string name = entry.Path.Value[place.Length..];
            yield return name;
            yield return name.Split(':')[0];
            yield return name[..Math.Max(name.LastIndexOf('.'), 0)].Split(':')[0];
        }
    }

    private IEnumerable<TreePath> MadeOf(TreeEntry entry, Origin.Effect effect)
    {
        if (entry.Kind == EntryKind.SymbolicLink)
        {
            return tree.Find(entry.Path) is { } target ? [target.Path] : [];
        }

        return effect.Name switch
        {
            "ldconfig" when entry.Path.Value == Cache => Libraries(entry),
            "ca-certificates" or "java-keystore" => Below(Certificates),
            "accounts" => Below(Sysusers).Concat(Below(MasterAccounts)),
            _ => [],
        };
    }

    private IEnumerable<TreePath> Libraries(TreeEntry cache)
    {
        try
        {
            return LdSoCacheReader.Read(cache.Content!.ReadAll(), cache.Path.ToString())
                .Select(one => TreePath.TryParse(one.Path.TrimStart('/'), null, out var path) ? tree.Find(path) : null)
                .OfType<TreeEntry>()
                .Select(static library => library.Path);
        }
        catch (MalformedDataException)
        {
            return [];
        }
    }

    private IEnumerable<TreePath> Below(string directory) =>
        tree.Entries.Where(entry => entry.Kind != EntryKind.Directory && entry.Path.Value.StartsWith(directory, StringComparison.Ordinal)).Select(static entry => entry.Path);
}
