using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Bothy.Inspection.Advisories.Snapshots;
using Bothy.Store;
using Bothy.Transfer;

namespace Bothy.Inspection.Advisories;

/// <summary>Where advisories are taken from.</summary>
public abstract record AdvisoryInput
{
    private AdvisoryInput()
    {
    }

    /// <summary>A document at an address.</summary>
    public sealed record Address(Uri Uri) : AdvisoryInput;

    /// <summary>A document or a snapshot in a file, or all that are in a directory; <paramref name="Shown"/> is the path as the user would say it.</summary>
    public sealed record Local(string Path, string Shown) : AdvisoryInput;
}

/// <summary>What became of a source.</summary>
public enum SourceState
{
    /// <summary>It is in the snapshot as it was, without being looked at.</summary>
    Kept,

    /// <summary>It was looked at, and is as it was.</summary>
    Unchanged,

    /// <summary>It is newer than it was.</summary>
    Changed,

    /// <summary>It was not there before.</summary>
    Added,
}

/// <summary>A source of the new snapshot, and what became of it.</summary>
public sealed record SourceChange(SnapshotSource Source, SourceState State);

/// <summary>What taking advisories led to.</summary>
/// <param name="Digest">The snapshot that is current now.</param>
/// <param name="Length">How many bytes it has.</param>
/// <param name="IsNew">Whether it is another than before.</param>
/// <param name="Sources">What it was made from, in order.</param>
/// <param name="PassedOver">The files of directories that follow no format of advisories; sorted.</param>
public sealed record AdvisoryChange(Digest Digest, long Length, bool IsNew, ImmutableArray<SourceChange> Sources, ImmutableArray<string> PassedOver);

/// <summary>
/// Takes advisories from addresses and files, and makes a snapshot of them and of what the current one has besides. What a source said
/// before gives way to what it says now. Whatever fails, the current snapshot stays.
/// </summary>
public sealed class AdvisoryUpdate(ContentStore store, TransferClient transfer, TimeProvider time)
{
    /// <summary>The largest document that is fetched, in bytes.</summary>
    public const int MaxDocument = 1 << 30;

    private const int MostFiles = 500_000;

    private readonly AdvisoryStore _advisories = new(store);

    /// <summary>Told of each source what is being done, and what came of it once it is known.</summary>
    public IProgress<(string Subject, string? Outcome)>? Progress { get; init; }

    /// <summary>The addresses that the current snapshot was made from, to be asked again; where it is lost, those that are remembered.</summary>
    public ImmutableArray<AdvisoryInput> CurrentAddresses()
    {
        using var current = TryOpenIntact();
        var addresses = current is not null ? current.Lookup.Sources.Select(source => source.Address) : (_advisories.Note?.Tags ?? []).Select(tag => tag.Address);
        return [.. addresses.Where(IsAddress).Distinct(StringComparer.Ordinal).Select(address => new AdvisoryInput.Address(new Uri(address)))];
    }

    /// <summary>Takes <paramref name="inputs"/> and makes the result the current snapshot.</summary>
    /// <param name="inputs">What to take.</param>
    /// <param name="only">Whether nothing else is to be in the new snapshot.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="BothyException">One of them cannot be had or read, or the store cannot be written; the current snapshot stays.</exception>
    public async Task<AdvisoryChange> RunAsync(IReadOnlyList<AdvisoryInput> inputs, bool only, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        using var claim = await store.ClaimAsync("advisories", cancellationToken);
        using var current = TryOpenIntact();
        var taking = new Taking(current?.Lookup, _advisories.Note?.Tags ?? []);
        foreach (var input in inputs)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (input is AdvisoryInput.Address(var uri))
            {
                await FetchAsync(uri, taking, cancellationToken);
            }
            else if (input is AdvisoryInput.Local(var path, var shown))
            {
                Import(path, shown, taking, cancellationToken);
            }
        }

        return Finish(taking, current, only);
    }

    // A damaged one is as good as none: everything is fetched anew.
    private OpenedAdvisories? TryOpenIntact()
    {
        try
        {
            return _advisories.TryOpenCurrent();
        }
        catch (DamagedItemException)
        {
            return null;
        }
    }

    private AdvisoryChange Finish(Taking taking, OpenedAdvisories? current, bool only)
    {
        var builder = taking.Builder;
        var before = current?.Lookup.Sources ?? [];
        bool IsKept(SnapshotSource source) => taking.Unchanged.Contains(source) || (!only && !builder.Sources.Any(taken => IsSame(taken, source)));
        bool nothingNew = builder.Sources.Count == 0 && before.All(IsKept);
        ImmutableArray<SnapshotSource> kept = [.. before.Where(IsKept)];
        ImmutableArray<SourceChange> changes =
        [
            .. builder.Sources.Select(source => new SourceChange(source, before.Any(old => IsSame(old, source)) ? SourceState.Changed : SourceState.Added))
                .Concat(kept.Select(source => new SourceChange(source, taking.Unchanged.Contains(source) ? SourceState.Unchanged : SourceState.Kept)))
                .DistinctBy(change => change.Source)
                .OrderBy(change => change.Source, SourceOrder.Instance),
        ];

        // It is known to be of today only where every server was asked.
        var addresses = changes.Where(change => IsAddress(change.Source.Address)).ToArray();
        var seen = addresses.Length == 0 ? null
            : addresses.All(change => taking.Asked.Contains(change.Source.Address)) ? time.GetUtcNow()
            : current?.Checked;
        byte[] bytes;
        if (nothingNew && current is not null)
        {
            bytes = current.Lookup.ToBytes();
        }
        else
        {
            if (current is not null)
            {
                builder.Keep(current.Lookup, IsKept);
            }

            bytes = builder.ToBytes();
        }

        ImmutableArray<SourceTag> tags = [.. taking.Tags.Values.Where(tag => changes.Any(change => change.Source.Address == tag.Address)).OrderBy(tag => tag.Address, StringComparer.Ordinal)];
        var digest = _advisories.Adopt(bytes, "the new snapshot", seen, tags);
        return new AdvisoryChange(digest, bytes.Length, digest != current?.Lookup.Digest, changes, [.. taking.PassedOver.Order(StringComparer.Ordinal)]);
    }

    private async Task FetchAsync(Uri uri, Taking taking, CancellationToken cancellationToken)
    {
        string address = AddressOf(uri);
        Progress?.Report((address, null));
        taking.Asked.Add(address);
        var known = taking.Known(address);
        var tag = known is not null && taking.Tags.GetValueOrDefault(address) is { } remembered && remembered.Document == known.Digest ? remembered : null;
        var options = new FetchOptions { MaxBytes = MaxDocument, IfModifiedSince = tag?.LastModified, IfNoneMatch = tag?.EntityTag };
        switch (await transfer.FetchAsync(uri, options, cancellationToken))
        {
            case FetchResult.NotModified:
                taking.Unchanged.Add(known!);
                Progress?.Report((address, "unchanged"));
                return;
            case FetchResult.NotFound(var failure):
                throw failure;
            case FetchResult.Found found:
                var digest = Digest.Of(found.Bytes.Span);
                taking.Tags[address] = new SourceTag(address, digest, found.LastModified, found.EntityTag);
                if (known?.Digest == digest)
                {
                    taking.Unchanged.Add(known);
                    Progress?.Report((address, "unchanged"));
                    return;
                }

                using (var stream = StreamOf(found.Bytes))
                {
                    Progress?.Report((address, taking.Add(AdvisoryDocument.Read(stream, address, found.LastModified, cancellationToken))));
                }

                return;
        }
    }

    private void Import(string path, string shown, Taking taking, CancellationToken cancellationToken)
    {
        Progress?.Report((shown, null));
        try
        {
            Progress?.Report((shown, Directory.Exists(path)
                ? ImportDirectory(path, shown, taking, cancellationToken)
                : ImportFile(path, shown, Path.GetFileName(path), taking, cancellationToken) ?? throw new MalformedDataException(shown, 0, "it follows no format of advisories that is known")));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new BothyException($"cannot read {shown}: {FileFailure.Reason(failure)}", failure);
        }
    }

    // Null where the file follows no format of advisories.
    private static string? ImportFile(string path, string shown, string address, Taking taking, CancellationToken cancellationToken)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
        if (IsSnapshot(stream))
        {
            if (stream.Length > MaxDocument)
            {
                throw new BothyException(FormattableString.Invariant($"cannot read {shown}: it has {stream.Length} bytes, more than {MaxDocument}"));
            }

            byte[] bytes = GC.AllocateUninitializedArray<byte>((int)stream.Length);
            stream.ReadExactly(bytes);
            using var snapshot = AdvisorySnapshot.Open(bytes, shown);
            taking.Builder.Keep(snapshot, _ => true);
            return FormattableString.Invariant($"a snapshot of {snapshot.Sources.Length} sources");
        }

        return AdvisoryDocument.TryRead(stream, address, null, cancellationToken) is { } document ? taking.Add(document) : null;
    }

    private static string ImportDirectory(string path, string shown, Taking taking, CancellationToken cancellationToken)
    {
        var records = new List<AdvisoryDocument>();
        int files = 0;
        foreach (string file in Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            cancellationToken.ThrowIfCancellationRequested();
            string name = Path.GetRelativePath(path, file).Replace(Path.DirectorySeparatorChar, '/');
            if (files++ == MostFiles)
            {
                throw new BothyException(FormattableString.Invariant($"cannot read {shown}: it has more than {MostFiles} files"));
            }

            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
            if (!IsSnapshot(stream) && AdvisoryDocument.TryRead(stream, name, null, cancellationToken) is { } document)
            {
                if (document.Source.Feed == AdvisoryFeed.Osv)
                {
                    records.Add(document);
                }
                else
                {
                    taking.Add(document);
                }
            }
            else
            {
                taking.PassedOver.Add(Path.Combine(shown, name));
            }
        }

        // A database of records, one in each file, is one source.
        if (records.Count > 0)
        {
            taking.Add(Joined(records, Path.GetFileName(Path.GetFullPath(path).TrimEnd('/'))));
        }

        return FormattableString.Invariant($"{files} files");
    }

    private static AdvisoryDocument Joined(List<AdvisoryDocument> records, string address)
    {
        string digests = string.Join('\n', records.Select(record => record.Source.Digest.ToString()).Order(StringComparer.Ordinal));
        string spaces = string.Join(", ", records.SelectMany(record => record.Entries).Select(entry => entry.Space).Distinct().Order().Select(space => space.Name()));
        var source = new SnapshotSource(
            AdvisoryFeed.Osv,
            spaces.Length == 0 ? "OSV" : $"OSV {spaces}",
            address,
            Digest.FromHash(SHA256.HashData(Encoding.ASCII.GetBytes(digests))),
            records.Max(record => record.Source.Date),
            0,
            0,
            records.Sum(record => record.Source.Skipped));
        return new AdvisoryDocument(source, [.. records.SelectMany(record => record.Entries)], [.. records.SelectMany(record => record.Facts)]);
    }

    private static bool IsSnapshot(FileStream stream)
    {
        Span<byte> start = stackalloc byte[8];
        int length = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        stream.Position = 0;
        return SnapshotFormat.IsSnapshot(start[..length]);
    }

    // Records of OSV come from many places; of every other document there is one, wherever it comes from.
    private static bool IsSame(SnapshotSource a, SnapshotSource b) =>
        a.Feed == b.Feed && (a.Feed == AdvisoryFeed.Osv ? a.Address == b.Address : a.Name == b.Name);

    private static bool IsAddress(string address) => address.Contains("://", StringComparison.Ordinal);

    // Neither credentials nor the signatures of object stores have any business in a file that is passed on.
    private static string AddressOf(Uri uri) => uri.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    private static MemoryStream StreamOf(ReadOnlyMemory<byte> bytes) =>
        System.Runtime.InteropServices.MemoryMarshal.TryGetArray(bytes, out var array)
            ? new MemoryStream(array.Array!, array.Offset, array.Count, writable: false)
            : new MemoryStream(bytes.ToArray(), writable: false);

    private sealed class Taking(AdvisorySnapshot? current, ImmutableArray<SourceTag> tags)
    {
        public AdvisorySnapshotBuilder Builder { get; } = new();

        public HashSet<SnapshotSource> Unchanged { get; } = [];

        public HashSet<string> Asked { get; } = new(StringComparer.Ordinal);

        public Dictionary<string, SourceTag> Tags { get; } = tags.DistinctBy(tag => tag.Address, StringComparer.Ordinal).ToDictionary(tag => tag.Address, StringComparer.Ordinal);

        public List<string> PassedOver { get; } = [];

        public SnapshotSource? Known(string address) => current?.Sources.FirstOrDefault(source => source.Address == address);

        /// <summary>Takes a document, unless the snapshot has it already, and says what is in it.</summary>
        public string Add(AdvisoryDocument document)
        {
            if (current?.Sources.FirstOrDefault(source => source == document.Source) is { } known)
            {
                Unchanged.Add(known);
                return "unchanged";
            }

            Builder.Add(document.Source, document.Entries, document.Facts);
            return document.Source.Entries > 0
                ? FormattableString.Invariant($"{document.Source.Name}, {document.Source.Entries} statements")
                : FormattableString.Invariant($"{document.Source.Name}, facts about {document.Source.Facts} vulnerabilities");
        }
    }
}
