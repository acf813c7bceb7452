using System.Collections.Concurrent;
using Bothy.Oci.Layout;

namespace Bothy.Oci.Targets;

/// <summary>An OCI layout directory, new or existing.</summary>
public sealed class LayoutTarget : ImageTarget
{
    private const int CopyBlock = 256 << 10;

    private readonly string _directory;
    private readonly string? _image;
    private readonly LayoutChange _change;
    private readonly ConcurrentDictionary<Digest, bool> _there = new();
    private readonly List<Descriptor> _entries = [];

    private LayoutTarget(string directory, string? image, LayoutChange change)
    {
        _directory = directory;
        _image = image;
        _change = change;
    }

    /// <inheritdoc />
    public override string Name => _directory;

    /// <summary>Begins to write to the layout in <paramref name="directory"/>, for an image called <paramref name="image"/> or nothing.</summary>
    /// <exception cref="BothyException">There is something else, or it cannot be written.</exception>
    public static LayoutTarget Open(string directory, string? image, CancellationToken cancellationToken)
    {
        directory = LayoutChange.FullPath(directory);
        LayoutTarget? target = null;
        OutputFailure.Explain(directory, () => target = new LayoutTarget(directory, image, LayoutChange.Begin(directory, cancellationToken)));
        return target!;
    }

    /// <inheritdoc />
    public override Task<bool> HasBlobAsync(Descriptor blob, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(blob);
        return Task.Run(
            () =>
            {
                bool has = _there.ContainsKey(blob.Digest);
                OutputFailure.Explain(_directory, () => has = has || (_change.Has(blob) && (_there[blob.Digest] = true)));
                return has;
            },
            cancellationToken);
    }

    /// <inheritdoc />
    public override async Task PutBlobAsync(Descriptor blob, Func<CancellationToken, Task<Stream>> open, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(open);
        if (await HasBlobAsync(blob, cancellationToken))
        {
            return;
        }

        await OutputFailure.ExplainAsync(_directory, () => _change.AddAsync(blob, async output =>
        {
            await using var content = new VerifyingStream(await open(cancellationToken), blob);
            byte[] buffer = GC.AllocateUninitializedArray<byte>((int)Math.Min(CopyBlock, blob.Size + 1));
            long done = 0;
            for (int read; (read = await content.ReadAsync(buffer, cancellationToken)) > 0;)
            {
                output.Write(buffer, 0, read);
                progress?.Report(done += read);
            }
        }));
        _there[blob.Digest] = true;
    }

    /// <inheritdoc />
    public override async Task PutManifestAsync(Descriptor manifest, ReadOnlyMemory<byte> bytes, string? tag, CancellationToken cancellationToken)
    {
        await PutDocumentAsync(manifest, bytes, cancellationToken);
        if (tag is not null)
        {
            _entries.Add(Entry(manifest, tag));
        }
    }

    /// <inheritdoc />
    public override async Task PutRootAsync(Descriptor root, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await PutDocumentAsync(root, bytes, cancellationToken);
        _entries.Add(Entry(root, _image));
    }

    /// <inheritdoc />
    public override async Task PutReferrerAsync(Descriptor referrer, ReadOnlyMemory<byte> bytes, Descriptor subject, CancellationToken cancellationToken)
    {
        await PutDocumentAsync(referrer, bytes, cancellationToken);
        _entries.Add(Described(referrer, bytes));
    }

    /// <inheritdoc />
    public override Task FinishAsync(CancellationToken cancellationToken)
    {
        OutputFailure.Explain(_directory, () => _change.Finish(Index, cancellationToken));
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public override ValueTask DisposeAsync()
    {
        _change.Dispose();
        return base.DisposeAsync();
    }

    private Task PutDocumentAsync(Descriptor document, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        PutBlobAsync(document, _ => Task.FromResult<Stream>(new MemoryStream(bytes.ToArray(), writable: false)), progress: null, cancellationToken);

    private ImageIndex Index(ImageIndex? existing)
    {
        var index = existing ?? new ImageIndex { Manifests = [] };
        return _entries.Aggregate(index, LayoutFiles.IndexWith);
    }

    // What another place called it, or said of it, is not for this one.
    private static Descriptor Entry(Descriptor document, string? name)
    {
        var entry = new Descriptor(document.MediaType, document.Digest, document.Size);
        return name is null ? entry : entry with { Annotations = entry.Annotations.SetItem(Descriptor.RefNameAnnotation, name) };
    }
}
