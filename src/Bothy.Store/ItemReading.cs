using Bothy.Formats.Trees;

namespace Bothy.Store;

/// <summary>Reads an item of any kind to its end, for nothing but finding out whether it is what was put there.</summary>
internal static class ItemReading
{
    private const int BufferSize = 128 << 10;

    /// <summary>Reads the item; false where there is nothing to check: it is gone, unfinished, or of another version.</summary>
    /// <exception cref="DamagedItemException">It is damaged, and was removed.</exception>
    /// <exception cref="BothyException">It cannot be read.</exception>
    public static bool TryRead(StoreDirectory directory, StoreItem item, CancellationToken cancellationToken)
    {
        string name = Path.GetFileName(item.Path);
        string[] parts = name.Split('.', 2);
        bool isNamed = Digest.TryParse($"sha256:{parts[0]}", null, out var digest) && parts.Skip(1).All(ItemKind.IsOne);
        return item.Kind.Split(' ') switch
        {
            ["unfinished"] => false,
            _ when !isNamed => throw directory.Damaged(item.Path, $"the file '{name}'", "nothing in a store has such a name"),
            ["note"] => TryReadNote(directory, item.Path),
            ["blob"] => TryReadBlob(directory, digest, cancellationToken),
            ["catalogue", var kind] => TryReadCatalogue(directory, new CatalogueName(digest, kind), cancellationToken),
            ["result", var kind] => TryReadResult(directory, new ResultName(digest, kind), cancellationToken),
            _ => false,
        };
    }

    private static bool TryReadNote(StoreDirectory directory, string path)
    {
        if (directory.TryOpenRead(path, "a note") is not { } handle)
        {
            return false;
        }

        using var file = new FileStream(handle, FileAccess.Read, bufferSize: 0);
        byte[] bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return Notes.Content(bytes) is not null ? true : throw directory.Damaged(path, $"the note {Path.GetFileName(path)}", "its bytes have another digest");
    }

    private static bool TryReadBlob(StoreDirectory directory, Digest digest, CancellationToken cancellationToken)
    {
        string path = directory.Blob(digest);
        if (directory.TryOpenRead(path, digest.ToString()) is not { } handle)
        {
            return false;
        }

        var file = new FileStream(handle, FileAccess.Read, bufferSize: 0);
        using var verifying = new VerifyingStream(file, file.Length, digest, () => directory.Damaged(path, digest.ToString(), "its bytes have another digest"));
        return ReadAll(verifying, cancellationToken);
    }

    private static bool TryReadCatalogue(StoreDirectory directory, CatalogueName name, CancellationToken cancellationToken)
    {
        using var catalogue = Catalogue.TryOpen(directory, name);
        if (catalogue is null)
        {
            return false;
        }

        foreach (var entry in catalogue.ReadTree(new Origin.Effect("verification")).Entries)
        {
            if (entry.Content is { } content)
            {
                using var stream = content.OpenRead();
                ReadAll(stream, cancellationToken);
            }
        }

        return true;
    }

    private static bool TryReadResult(StoreDirectory directory, ResultName name, CancellationToken cancellationToken)
    {
        if (ResultFile.TryOpen(directory, name) is not { } file)
        {
            return false;
        }

        using var stream = new ResultStream(file);
        return ReadAll(stream, cancellationToken);
    }

    private static bool ReadAll(Stream stream, CancellationToken cancellationToken)
    {
        byte[] buffer = GC.AllocateUninitializedArray<byte>(BufferSize);
        while (stream.Read(buffer) > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
        }

        return true;
    }
}
