using System.Security.Cryptography;
using System.Text;
using Bothy.Formats.Trees;
using Bothy.Store;

namespace Bothy.Packages.Alpine.Adb;

/// <summary>
/// Reads the content of a package of format 3 into a catalogue, verifying each file against the hash in the metadata. Its control files are those that
/// the same package of format 2 would have.
/// </summary>
/// <param name="reader">The file, right behind its metadata, which is trusted already.</param>
/// <param name="package">Its metadata.</param>
/// <param name="source">What it is, for messages.</param>
/// <param name="catalogue">Where the files go; null where they are only verified.</param>
internal sealed class AdbPackageReader(AdbReader reader, AdbPackage package, string source, CatalogueWriter? catalogue)
{
    /// <summary>Reads everything to the end.</summary>
    /// <exception cref="MalformedDataException">Content is missing, out of order, or not what the metadata says.</exception>
    public void Read()
    {
        catalogue?.Attach(ApkPkgInfo.FileName, Encoding.UTF8.GetBytes(package.Info.Info.ToText()));
        foreach (var (name, script) in package.Scripts)
        {
            catalogue?.Attach(name, script.Span);
        }

        for (int directory = 0; directory < package.Directories.Length; directory++)
        {
            var (entry, files) = package.Directories[directory];
            if (!entry.Path.IsRoot)
            {
                catalogue?.AddEntry(entry);
            }

            for (int file = 0; file < files.Length; file++)
            {
                ReadFile(files[file], (uint)directory + 1, (uint)file + 1);
            }
        }

        if (reader.TryReadContent(out var content))
        {
            throw reader.Malformed(content.Offset, "it has content of no file");
        }
    }

    private void ReadFile(AdbFile file, uint directory, uint number)
    {
        if (file.Entry.Kind != EntryKind.File)
        {
            catalogue?.AddEntry(file.Entry);
            return;
        }

        Stream bytes = Stream.Null;
        if (file.Size > 0)
        {
            if (!reader.TryReadContent(out var content))
            {
                throw new MalformedDataException(source, 0, $"the content of {file.Entry.Path} is missing");
            }

            if (content.Directory != directory || content.File != number || content.Bytes.Length != file.Size)
            {
                throw reader.Malformed(content.Offset, $"the content of {file.Entry.Path} does not stand where it should, or has another size");
            }

            bytes = content.Bytes;
        }

        using var hashing = new AdbHashingStream(bytes, Algorithm(file));
        if (catalogue is not null)
        {
            catalogue.AddFile(file.Entry, hashing, file.Size);
        }
        else
        {
            hashing.CopyTo(Stream.Null);
        }

        if (!hashing.Hash().AsSpan(0, file.Hash.Length).SequenceEqual(file.Hash.Span))
        {
            throw new MalformedDataException(source, 0, $"the content of {file.Entry.Path} is not what the package's metadata says");
        }
    }

    private HashAlgorithmName Algorithm(AdbFile file) => file.Hash.Length switch
    {
        SHA1.HashSizeInBytes => HashAlgorithmName.SHA1,
        SHA256.HashSizeInBytes => HashAlgorithmName.SHA256,
        SHA512.HashSizeInBytes => HashAlgorithmName.SHA512,
        _ => throw new MalformedDataException(source, 0, $"the metadata has no hash of {file.Entry.Path}"),
    };
}
