using System.Collections.Immutable;

namespace Bothy.Packages.Alpine;

/// <summary>
/// Several indexes as one, in the order of the repositories. A package that several list (the same name, version and identity) is
/// there once, as the first of them lists it. Not safe for use by several threads.
/// </summary>
public sealed class ApkPool
{
    private readonly Dictionary<string, ImmutableArray<ApkPackage>> _named = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ImmutableArray<ApkPackage>> _provided = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ImmutableArray<ApkPackage>> _triggered = new(StringComparer.Ordinal);

    /// <summary>Joins <paramref name="indexes"/>, in the order of their repositories.</summary>
    public ApkPool(IEnumerable<IApkIndex> indexes) => Indexes = [.. indexes];

    private delegate ReadOnlySpan<int> Table(IApkIndex index, string name);

    /// <summary>The indexes in the order of the repositories.</summary>
    public ImmutableArray<IApkIndex> Indexes { get; }

    /// <summary>The packages called <paramref name="name"/>, in the order of repositories and texts.</summary>
    /// <exception cref="MalformedDataException">A field of one of them is wrong.</exception>
    public ImmutableArray<ApkPackage> Named(string name) => Find(_named, name, static (index, name) => index.Named(name));

    /// <summary>The packages that say they provide <paramref name="name"/>, in the order of repositories and texts.</summary>
    /// <exception cref="MalformedDataException">A field of one of them is wrong.</exception>
    public ImmutableArray<ApkPackage> Providing(string name) => Find(_provided, name, static (index, name) => index.Providing(name));

    /// <summary>The packages among whose conditions <paramref name="name"/> is (<c>install_if</c>), in the order of repositories and texts.</summary>
    /// <exception cref="MalformedDataException">A field of one of them is wrong.</exception>
    public ImmutableArray<ApkPackage> InstalledIf(string name) => Find(_triggered, name, static (index, name) => index.InstalledIf(name));

    /// <summary>Names that somebody who wrote <paramref name="name"/> may have meant, the nearest first.</summary>
    public IReadOnlyList<string> NearNames(string name, int most) => Solving.NearNames.Of(name, Indexes.SelectMany(index => index.Names()), most);

    private ImmutableArray<ApkPackage> Find(Dictionary<string, ImmutableArray<ApkPackage>> known, string name, Table table)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (known.TryGetValue(name, out var packages))
        {
            return packages;
        }

        var found = ImmutableArray.CreateBuilder<ApkPackage>();
        foreach (var index in Indexes)
        {
            foreach (int entry in table(index, name))
            {
                var package = index[entry];
                if (!found.Any(other => other.Name == package.Name && other.Version == package.Version && other.Checksum == package.Checksum))
                {
                    found.Add(package);
                }
            }
        }

        known.Add(name, found.DrainToImmutable());
        return known[name];
    }
}
