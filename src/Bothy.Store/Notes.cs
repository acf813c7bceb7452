using System.Text;

namespace Bothy.Store;

/// <summary>Small records by name, each replaced as a whole: what was seen of a repository, and when.</summary>
public sealed class Notes
{
    private readonly StoreDirectory _directory;

    internal Notes(StoreDirectory directory) => _directory = directory;

    /// <summary>The record named <paramref name="key"/>, or null. One that is damaged is removed and counts as none.</summary>
    public byte[]? TryRead(string key)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        byte[] file;
        try
        {
            file = File.ReadAllBytes(_directory.Note(key));
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new BothyException($"cannot read the note '{key}' from the store: {FileFailure.Reason(failure)}", failure);
        }

        if (Content(file) is { } content)
        {
            return file[content];
        }

        _directory.Damaged(_directory.Note(key), $"the note '{key}'", "its bytes have another digest");
        return null;
    }

    /// <summary>Where in its file the content of a note is; null where it is not what was written.</summary>
    internal static Range? Content(ReadOnlySpan<byte> file)
    {
        int line = file.IndexOf((byte)'\n');
        return line >= 0 && file[..line].SequenceEqual(Encoding.ASCII.GetBytes(Digest.Of(file[(line + 1)..]).Hex)) ? (line + 1).. : null;
    }

    /// <summary>Writes the record named <paramref name="key"/> in place of an earlier one.</summary>
    /// <exception cref="BothyException">The store cannot be written.</exception>
    public void Write(string key, ReadOnlySpan<byte> content)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        _directory.WriteFile(_directory.Note(key), [.. Encoding.ASCII.GetBytes(Digest.Of(content).Hex), (byte)'\n', .. content]);
    }
}
