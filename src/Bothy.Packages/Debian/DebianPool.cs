using System.Collections.Immutable;

namespace Bothy.Packages.Debian;

/// <summary>
/// Several indexes as one, in the order of the sources. Of each name one version is the <em>candidate</em>, as apt chooses it
/// (apt_preferences(5)): that of the highest priority, of those the latest. Not safe for use by several threads.
/// </summary>
public sealed class DebianPool
{
    private readonly ImmutableArray<DebianIndex> _indexes;
    private readonly Dictionary<string, ImmutableArray<DebianPackage>> _versions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ImmutableArray<DebianPackage>> _providers = new(StringComparer.Ordinal);

    /// <summary>Joins <paramref name="indexes"/>, all of one architecture or <c>all</c>.</summary>
    public DebianPool(IEnumerable<DebianIndex> indexes) => _indexes = [.. indexes];

    /// <summary>The indexes in the order of the sources.</summary>
    public ImmutableArray<DebianIndex> Indexes => _indexes;

    /// <summary>Every version of <paramref name="name"/>, the candidate first; of one version in several indexes that of the highest priority, then of the first source.</summary>
    /// <exception cref="MalformedDataException">The stanza of one of them is wrong.</exception>
    public ImmutableArray<DebianPackage> Versions(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!_versions.TryGetValue(name, out var versions))
        {
            versions = [.. Listings(name)
                .OrderByDescending(package => package.Origin.Priority)
                .ThenByDescending(package => package.Version)
                .DistinctBy(package => (package.Version.Text, package.Architecture))];
            _versions.Add(name, versions);
        }

        return versions;
    }

    /// <summary>Every listing of <paramref name="name"/>, also of one version in several indexes, in the order of the sources.</summary>
    public IEnumerable<DebianPackage> Listings(string name) => _indexes.SelectMany(index => index.Named(name));

    /// <summary>The candidate of <paramref name="name"/>; null where no index has it, or only with a negative priority.</summary>
    public DebianPackage? Candidate(string name) => Versions(name) is [{ Origin.Priority: >= 0 } first, ..] ? first : null;

    /// <summary>Every package that provides <paramref name="name"/>, candidate or not, in the order of the sources.</summary>
    public ImmutableArray<DebianPackage> Providers(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!_providers.TryGetValue(name, out var providers))
        {
            providers = [.. _indexes.SelectMany(index => index.Providing(name))];
            _providers.Add(name, providers);
        }

        return providers;
    }

    /// <summary>Names that somebody who wrote <paramref name="name"/> may have meant, the nearest first.</summary>
    public IReadOnlyList<string> NearNames(string name, int most) => Solving.NearNames.Of(name, _indexes.SelectMany(index => index.Names()), most);
}
