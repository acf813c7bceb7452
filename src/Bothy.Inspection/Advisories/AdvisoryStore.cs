using System.Collections.Immutable;
using Bothy.Store;

namespace Bothy.Inspection.Advisories;

/// <summary>Advisories that were opened to be asked.</summary>
/// <param name="Lookup">The advisories.</param>
/// <param name="Checked">When it was last seen that their sources have nothing newer; null for those that are pinned, of which nobody keeps that.</param>
public sealed record OpenedAdvisories(AdvisorySnapshot Lookup, DateTimeOffset? Checked) : IDisposable
{
    /// <summary>From when on something newer may be known: when they were checked, else the newest date of their sources; null where nobody says.</summary>
    public DateTimeOffset? AsOf => Checked ?? Lookup.Created;

    /// <inheritdoc />
    public void Dispose() => Lookup.Dispose();
}

/// <summary>
/// The snapshots of a store: one of them is current, and the one before it is kept beside. A new one takes its place only once it is whole,
/// so that whatever fails leaves the current one current.
/// </summary>
public sealed class AdvisoryStore(ContentStore store)
{
    private const string NoteName = "advisories";

    private readonly ContentStore _store = store;

    /// <summary>The digest of the current snapshot; null where there is none.</summary>
    public Digest? Current => Note?.Current;

    /// <summary>The digest of the one before; null where there is none.</summary>
    public Digest? Previous => Note?.Previous;

    /// <summary>The snapshots that pruning must leave.</summary>
    public ImmutableArray<Digest> Kept => [.. new[] { Current, Previous }.OfType<Digest>()];

    internal AdvisoryNote? Note => AdvisoryNote.TryRead(_store, NoteName);

    /// <summary>Opens the current snapshot, or the one with the digest <paramref name="pinned"/>.</summary>
    /// <exception cref="BothyException">There is none; the hint says how to get one.</exception>
    public OpenedAdvisories Open(Digest? pinned)
    {
        var note = Note;
        if (pinned is { } digest)
        {
            return AdvisorySnapshot.TryOpen(_store, digest) is { } snapshot
                ? new OpenedAdvisories(snapshot, digest == note?.Current ? note.Checked : null)
                : throw new BothyException($"cannot use the advisories {digest}: they are not in the store")
                {
                    Hint = "Get them with 'bothy db pull' or 'bothy db import'; 'bothy db status' says which are there.",
                };
        }

        return TryOpenCurrent() ?? throw new BothyException(note is null
            ? "cannot look up advisories: there are none on this machine"
            : $"cannot look up advisories: {note.Current} is no longer in the store")
        {
            Hint = note?.Previous is { } previous && Has(previous)
                ? $"Get them with 'bothy db update', or use those before with --db {previous}."
                : $"Get them with 'bothy db update --for SET', such as {AdvisorySets.SomeNames}; nothing is fetched before it is asked for.",
        };
    }

    /// <summary>Opens the current snapshot; null where there is none.</summary>
    /// <exception cref="DamagedItemException">It is damaged; it was removed.</exception>
    public OpenedAdvisories? TryOpenCurrent() =>
        Note is { } note && AdvisorySnapshot.TryOpen(_store, note.Current) is { } snapshot ? new OpenedAdvisories(snapshot, note.Checked) : null;

    /// <summary>Puts a snapshot into the store and makes it the current one.</summary>
    /// <param name="bytes">The snapshot.</param>
    /// <param name="source">What it is, for messages.</param>
    /// <param name="seen">When its sources were asked; null where they were not, as for one from elsewhere.</param>
    /// <exception cref="MalformedDataException">It is no snapshot, or damaged; the current one stays.</exception>
    /// <exception cref="StoreWriteException">The store cannot be written; the current one stays.</exception>
    public Digest Adopt(ReadOnlyMemory<byte> bytes, string source, DateTimeOffset? seen) => Adopt(bytes, source, seen, Note?.Tags ?? []);

    internal Digest Adopt(ReadOnlyMemory<byte> bytes, string source, DateTimeOffset? seen, ImmutableArray<SourceTag> tags)
    {
        using var snapshot = AdvisorySnapshot.Open(bytes, source);
        var before = Note;

        // Written even where it is there: what is there may be damaged in a place that nobody has read yet.
        _store.AddResult(AdvisorySnapshot.StoreKind, snapshot.Digest, bytes.Span);
        var previous = before?.Current == snapshot.Digest ? before.Previous : before?.Current;
        new AdvisoryNote(snapshot.Digest, previous, seen, tags).Write(_store, NoteName);
        return snapshot.Digest;
    }

    private bool Has(Digest digest)
    {
        using var snapshot = AdvisorySnapshot.TryOpen(_store, digest);
        return snapshot is not null;
    }
}
