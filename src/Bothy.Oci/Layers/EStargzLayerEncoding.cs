using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using Bothy.Formats.Compression;
using Bothy.Formats.Trees;

namespace Bothy.Oci.Layers;

/// <summary>
/// eStargz: a gzip member that begins with the content of each file (or each chunk of a large one); what is between two of them is at the end of the
/// first one's, where readers of the file do not get to, and costs less than a member of its own. What is kept of a part are its members, and behind them of each chunk the offset of its member from the part's start and its digest.
/// </summary>
internal sealed class EStargzLayerEncoding : LayerEncoding
{
    private const int ChunkRecord = sizeof(long) + SHA256.HashSizeInBytes;

    private readonly GzipEncodingStream _gzip;
    private readonly List<LayerPart> _parts = [];
    private readonly List<EStargzChunk> _chunks = [];
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly List<Digest> _digests = [];
    private TreeEntry? _file;
    private int _room;
    private long _tocOffset;
    private Digest _tocDigest;

    // Of the part that is on its way to the blob.
    private readonly List<long> _offsets = [];
    private long _partStart;

    public EStargzLayerEncoding(DigestingStream blob, LayerOptions options)
        : base(blob, options) =>
        _gzip = new GzipEncodingStream(blob, options.Parallelism, leaveOpen: true, thorough: true);

    public override string MediaType => MediaTypes.LayerTarGzip;

    public override bool DividesFiles => true;

    public override TreeEntry Describe()
    {
        _gzip.Drain();
        _tocOffset = Blob.Written;
        var toc = EStargz.Toc(_parts, _chunks);
        _tocDigest = toc.Content!.Digest;
        return toc;
    }

    public override IReadOnlyDictionary<string, string> Finish()
    {
        _gzip.Dispose();
        Blob.Write(EStargz.Footer(_tocOffset));
        return ImmutableDictionary<string, string>.Empty.Add(EStargz.TocDigestAnnotation, _tocDigest.ToString());
    }

    protected override void Append(LayerPart part, Stream kept)
    {
        _parts.Add(part);
        _gzip.Post(() =>
        {
            long start = Blob.Written;
            using (kept)
            {
                Locate(Copy(kept, part.Entries.Sum(EStargz.ChunksOf) * ChunkRecord), start);
            }
        });
    }

    protected override void Begin(LayerPart part, Stream? copy)
    {
        _parts.Add(part);
        _gzip.Post(() =>
        {
            Blob.Copy = copy;
            _partStart = Blob.Written;
        });
    }

    protected override void BeginFile(TreeEntry entry)
    {
        _file = entry;
        BeginChunk();
    }

    protected override void Encode(ReadOnlySpan<byte> bytes)
    {
        while (_file is not null && bytes.Length > _room)
        {
            Add(bytes[.._room]);
            bytes = bytes[_room..];
            EndChunk();
            BeginChunk();
        }

        Add(bytes);
    }

    protected override void EndFile()
    {
        EndChunk();
        _file = null;
    }

    protected override void End(LayerPart part, KeepTrailer written)
    {
        var digests = _digests.ToArray();
        _digests.Clear();
        _gzip.EndMember();
        _gzip.Post(() =>
        {
            byte[] records = new byte[digests.Length * ChunkRecord];
            for (int i = 0; i < digests.Length; i++)
            {
                var record = records.AsSpan(i * ChunkRecord, ChunkRecord);
                BinaryPrimitives.WriteInt64LittleEndian(record, _offsets[i] - _partStart);
                Convert.FromHexString(digests[i].Hex, record[sizeof(long)..], out _, out _);
            }

            _offsets.Clear();
            Locate(records, _partStart);
            written(records);
        });
    }

    private void BeginChunk()
    {
        _room = EStargz.ChunkSize;
        _gzip.EndMember();
        _gzip.Post(() => _offsets.Add(Blob.Written));
    }

    private void EndChunk() =>
        _digests.Add(IsWhole(_file!) ? _file!.Content!.Digest : Digest.FromHash(_hash.GetHashAndReset()));

    private void Add(ReadOnlySpan<byte> bytes)
    {
        _gzip.Write(bytes);
        if (_file is not null)
        {
            _room -= bytes.Length;
            if (!IsWhole(_file))
            {
                _hash.AppendData(bytes);
            }
        }
    }

    // The digest of a chunk that is the whole file is known.
    private static bool IsWhole(TreeEntry file) => file.Content!.Length <= EStargz.ChunkSize;

    private void Locate(ReadOnlySpan<byte> records, long start)
    {
        for (; !records.IsEmpty; records = records[ChunkRecord..])
        {
            _chunks.Add(new EStargzChunk(start + BinaryPrimitives.ReadInt64LittleEndian(records), Digest.FromHash(records[sizeof(long)..ChunkRecord])));
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _hash.Dispose();
        }

        base.Dispose(disposing);
    }
}
