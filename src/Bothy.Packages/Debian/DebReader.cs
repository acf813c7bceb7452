using Bothy.Formats.Ar;
using Bothy.Formats.Compression;
using Bothy.Formats.Tar;
using Bothy.Formats.Trees;
using Bothy.Store;

namespace Bothy.Packages.Debian;

/// <summary>
/// Reads a <c>.deb</c> (deb(5)) forward, once, into a catalogue: its files as entries, its control files as attachments. A package
/// is refused where it is not what dpkg would unpack without a doubt: the tree that is checked must be the tree that any
/// other program sees in it.
/// </summary>
/// <param name="deb">The bytes.</param>
/// <param name="source">What they are, for messages.</param>
/// <param name="catalogue">Where they go.</param>
/// <param name="freeSize">The size in bytes that every package may unpack to, however small it is.</param>
internal sealed class DebReader(Stream deb, string source, CatalogueWriter catalogue, long freeSize)
{
    private const int MaxControlSize = 64 << 20;

    private static readonly TarLimits ControlLimits = TarLimits.Default with { Entries = 1000, TotalSize = MaxControlSize };

    /// <summary>Reads everything to the end.</summary>
    /// <exception cref="MalformedDataException">It is not a <c>.deb</c>, or one that must not be unpacked.</exception>
    /// <exception cref="BothyException">It is compressed in a way that is not supported, or over a limit.</exception>
    public void Read()
    {
        var archive = new ArReader(deb, source);
        ReadVersion(archive);
        var (control, controlMember) = Next(archive, "control.tar");
        ReadControl(control, controlMember);
        var (data, dataMember) = Next(archive, "data.tar");
        ReadData(data, dataMember);
        while (archive.TryReadNext(out var member))
        {
            // Signatures of debsigs come here. Everything else would be seen by some programs and not by others.
            if (!member.Name.StartsWith('_'))
            {
                throw new MalformedDataException(source, member.Offset, $"the member '{member.Name}' follows data.tar");
            }
        }
    }

    private void ReadVersion(ArReader archive)
    {
        Span<byte> text = stackalloc byte[16];
        if (!archive.TryReadNext(out var member) || member.Name != "debian-binary")
        {
            throw new MalformedDataException(source, 0, "its first member is not debian-binary");
        }

        int length = archive.Content.ReadAtLeast(text, text.Length, throwOnEndOfStream: false);
        if (!text[..length].StartsWith("2."u8) || !text[..length].Contains((byte)'\n'))
        {
            throw new MalformedDataException(source, member.Offset, "its format is not version 2");
        }
    }

    private (Stream Content, ArMember Member) Next(ArReader archive, string name)
    {
        while (archive.TryReadNext(out var member))
        {
            if (member.Name.StartsWith('_'))
            {
                continue;
            }

            if (!member.Name.StartsWith(name, StringComparison.Ordinal))
            {
                throw new MalformedDataException(source, member.Offset, $"the member '{member.Name}' stands where {name} is expected");
            }

            return member.Name[name.Length..] switch
            {
                "" or ".gz" or ".xz" or ".zst" => (archive.Content, member),
                _ => throw new BothyException($"cannot read {source}: its {member.Name} is compressed in a way that is not supported"),
            };
        }

        throw new MalformedDataException(source, 0, $"it has no {name}");
    }

    private void ReadControl(Stream content, ArMember member)
    {
        string name = $"{source}, {member.Name}";
        using var tar = Decompression.OpenRead(content, name, MaxControlSize);
        var reader = new TarReader(tar, name, ControlLimits);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (reader.TryReadNext(out var entry))
        {
            if (!TreePath.TryParse(entry.Name, null, out var path) || path.Value.Contains('/', StringComparison.Ordinal))
            {
                throw new MalformedDataException(name, entry.Offset, $"the entry '{entry.Name}' is not a control file");
            }

            if (path.IsRoot && entry.Kind == EntryKind.Directory)
            {
                continue;
            }

            if (entry.Kind != EntryKind.File || path.IsRoot)
            {
                throw new MalformedDataException(name, entry.Offset, $"the entry '{entry.Name}' is not a file");
            }

            if (!seen.Add(path.Value))
            {
                throw new MalformedDataException(name, entry.Offset, $"the entry '{entry.Name}' comes twice");
            }

            byte[] bytes = new byte[entry.Size];
            reader.OpenContent().ReadExactly(bytes);
            catalogue.Attach(path.Value, bytes);
        }

        if (!seen.Contains("control"))
        {
            throw new MalformedDataException(name, 0, "it has no file 'control'");
        }
    }

    private void ReadData(Stream content, ArMember member)
    {
        string name = $"{source}, {member.Name}";
        long limit = UnpackedLimit.Of(member.Size, freeSize);
        using var tar = Decompression.OpenRead(content, name, limit);
        var reader = new TarReader(tar, name, TarLimits.Default with { TotalSize = limit });
        var shape = new PackageTreeShape(name, allowDevices: false);
        var origin = new Origin.Effect("package");
        while (reader.TryReadNext(out var entry))
        {
            var path = shape.Add(entry);
            if (path.IsRoot)
            {
                continue;
            }

            // The catalogue does not keep origins; its reader knows the package.
            if (entry.Kind == EntryKind.File)
            {
                catalogue.AddFile(entry.ToTreeEntry(path, origin, FileContent.Empty), reader.OpenContent(), entry.Size);
            }
            else
            {
                catalogue.AddEntry(entry.ToTreeEntry(path, origin, content: null));
            }
        }
    }
}
