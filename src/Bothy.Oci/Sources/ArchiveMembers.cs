using System.Security.Cryptography;
using Bothy.Formats.Tar;
using Bothy.Formats.Trees;
using Bothy.Oci.Json;

namespace Bothy.Oci.Sources;

/// <summary>The files of an archive of an image, found by name: the archive's headers are read once, nothing is unpacked to disk. Safe for concurrent use.</summary>
internal sealed class ArchiveMembers : IDisposable
{
    private const int BlockSize = 512;
    private const int MostLinks = 40;

    private static readonly TarLimits Limits = new() { Entries = 100_000, TotalSize = 256L << 30 };

    private readonly ArchiveBytes _bytes;
    private readonly Dictionary<TreePath, Member> _members = [];

    private ArchiveMembers(string file, ArchiveBytes bytes)
    {
        Name = file;
        _bytes = bytes;
    }

    /// <summary>The archive, for messages.</summary>
    public string Name { get; }

    /// <summary>Opens the archive in <paramref name="file"/>.</summary>
    /// <exception cref="BothyException">It cannot be read, or is not a tar archive.</exception>
    public static ArchiveMembers Open(string file, CancellationToken cancellationToken)
    {
        var members = new ArchiveMembers(file, ArchiveBytes.Open(file));
        try
        {
            members.ReadHeaders(cancellationToken);
            return members;
        }
        catch
        {
            members.Dispose();
            throw;
        }
    }

    /// <summary>Whether there is a file of that name, or a link to one.</summary>
    public bool Has(string name) => Find(name) is not null;

    /// <summary>Opens a file by its name or by that of a link to it; null where there is none. The stream knows its length.</summary>
    public Stream? TryOpen(string name) => Find(name) is { } member ? Open(member) : null;

    /// <summary>Reads a document whole; null where there is none.</summary>
    /// <exception cref="BothyException">It is too large.</exception>
    public byte[]? TryRead(string name)
    {
        if (Find(name) is not { } member)
        {
            return null;
        }

        if (member.Size > OciJson.MaxDocument)
        {
            throw OciJson.TooLarge($"{name} of {Name}", 0, member.Size);
        }

        using var stream = Open(member);
        byte[] bytes = new byte[member.Size];
        stream.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>The size in bytes of a file that is there.</summary>
    public long SizeOf(string name) => Get(name).Size;

    /// <summary>The digest of a file that is there.</summary>
    public Digest DigestOf(string name)
    {
        var member = Get(name);
        using var stream = Open(member);
        return member.Digest ??= Digest.FromHash(SHA256.HashData(stream));
    }

    public void Dispose() => _bytes.Dispose();

    private Stream Open(Member member) => _bytes.OpenPart(member.Offset, member.Size);

    private Member Get(string name) => Find(name) ?? throw new ArgumentException($"no such member: {name}", nameof(name));

    private Member? Find(string name)
    {
        for (int links = 0; links < MostLinks && TreePath.TryParse(name, null, out var path) && _members.TryGetValue(path, out var member); links++)
        {
            if (member.Link is null)
            {
                return member;
            }

            name = member.Link;
        }

        return null;
    }

    private void ReadHeaders(CancellationToken cancellationToken)
    {
        using var all = _bytes.OpenAll();
        var reader = new TarReader(all, Name, Limits);
        while (reader.TryReadNext(out var entry))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!TreePath.TryParse(entry.Name, null, out var path))
            {
                continue;
            }

            string? link = entry.Kind switch
            {
                EntryKind.HardLink => entry.LinkName,
                EntryKind.SymbolicLink => Beside(path, entry.LinkName!),
                _ => null,
            };
            if (link is not null || entry.Kind == EntryKind.File)
            {
                // The last one of a name counts, as with whoever unpacks the archive.
                _members[path] = new Member(entry.Offset + BlockSize, entry.Size, link);
            }
        }
    }

    // docker save links a layer that comes twice: ../OTHER/layer.tar.
    private static string Beside(TreePath path, string target)
    {
        var parts = new List<string>(path.Parent.Value.Split('/', StringSplitOptions.RemoveEmptyEntries));
        foreach (string part in target.Split('/'))
        {
            if (part == "..")
            {
                parts.RemoveRange(Math.Max(0, parts.Count - 1), Math.Min(1, parts.Count));
            }
            else if (part is not ("" or "."))
            {
                parts.Add(part);
            }
        }

        return string.Join('/', parts);
    }

    private sealed class Member(long offset, long size, string? link)
    {
        public long Offset => offset;

        public long Size => size;

        public string? Link => link;

        public Digest? Digest { get; set; }
    }
}
