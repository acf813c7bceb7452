using System.Collections.Immutable;

namespace Bothy.Inspection.Advisories;

/// <summary>Advisories that are held in memory, as they were given: for a few of them, and to judge snapshots by.</summary>
public sealed class AdvisoryMemory : IAdvisoryLookup
{
    private readonly ImmutableArray<AdvisoryEntry> _entries;
    private readonly ILookup<(AdvisorySpace Space, string Release, string Package), AdvisoryEntry> _byPackage;
    private readonly ILookup<string, AdvisoryEntry> _byName;
    private readonly Dictionary<string, AdvisoryFacts> _facts;

    /// <summary>Holds these; the facts have different names.</summary>
    public AdvisoryMemory(IEnumerable<AdvisoryEntry> entries, IEnumerable<AdvisoryFacts>? facts = null, IEnumerable<SnapshotSource>? sources = null)
    {
        ArgumentNullException.ThrowIfNull(entries);
        _entries = [.. entries.Order(AdvisoryOrder.Instance)];
        _byPackage = _entries.ToLookup(entry => (entry.Space, entry.Release, entry.Package));
        _byName = _entries
            .SelectMany(entry => entry.Aliases.Concat(entry.Upstream).Append(entry.Id).Distinct(StringComparer.Ordinal).Select(name => (name, entry)))
            .ToLookup(pair => pair.name, pair => pair.entry, StringComparer.Ordinal);
        _facts = (facts ?? []).ToDictionary(fact => fact.Id, StringComparer.Ordinal);
        Sources = [.. sources ?? []];
    }

    /// <inheritdoc />
    public Digest Digest { get; init; } = Digest.Of([]);

    /// <inheritdoc />
    public DateTimeOffset? Created => Sources.Max(source => source.Date);

    /// <inheritdoc />
    public ImmutableArray<SnapshotSource> Sources { get; }

    /// <inheritdoc />
    public ImmutableArray<KnownRelease> Releases =>
        [.. _entries.GroupBy(entry => (entry.Space, entry.Release)).Select(group => new KnownRelease(group.Key.Space, group.Key.Release, group.Count()))];

    /// <inheritdoc />
    public IReadOnlyList<AdvisoryEntry> Find(AdvisorySpace space, string release, string package) => [.. _byPackage[(space, release, space.Normalise(package))]];

    /// <inheritdoc />
    public AdvisoryFacts? FactsOf(string id) => _facts.GetValueOrDefault(id);

    /// <inheritdoc />
    public IEnumerable<AdvisoryEntry> FindById(string id) => _byName[id];
}
