using System.Collections.Immutable;
using System.Text;
using Bothy.Engine.ImageFiles;
using Bothy.Formats.Text;
using Bothy.Packages.Repositories;
using Bothy.Transfer;

namespace Bothy.Engine.Building;

/// <summary>The keys that the image file's <c>contents.keyring</c> names: paths, addresses, and keys written out.</summary>
internal sealed class ImageKeyring(BuildSettings settings, ImageSpec spec)
{
    /// <summary>What a key that is written out begins with.</summary>
    public const string Begin = "-----BEGIN";

    private const int MaxKeyBytes = 4 << 20;

    /// <summary>Reads them, in the image file's order.</summary>
    /// <exception cref="BothyException">One of them cannot be had.</exception>
    public async Task<ImmutableArray<KeyFile>> ReadAsync(CancellationToken cancellationToken)
    {
        var files = ImmutableArray.CreateBuilder<KeyFile>();
        foreach (var key in spec.Contents.Keyring)
        {
            files.Add(await ReadAsync(key, cancellationToken));
        }

        return files.ToImmutable();
    }

    private async Task<KeyFile> ReadAsync(Marked<string> key, CancellationToken cancellationToken)
    {
        int begin = key.Value.IndexOf(Begin, StringComparison.Ordinal);
        if (begin >= 0)
        {
            // What stands before a key is not part of it (RFC 7468, 2); there the writer names the file that it would be in.
            string name = key.Value[..begin].Trim();
            return new KeyFile(name.Length > 0 ? name : key.Mark.ToString(), Encoding.ASCII.GetBytes(key.Value[begin..]));
        }

        if (Uri.TryCreate(key.Value, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https")
        {
            return new KeyFile(Uri.UnescapeDataString(uri.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped)), await FetchAsync(uri, cancellationToken));
        }

        string path = settings.PathBeside(spec, key.Value);
        return !File.Exists(path) ? throw new BothyException($"cannot read the key {key.Value} of {key.Mark}: there is no such file")
            : new FileInfo(path).Length > MaxKeyBytes ? throw new BothyException($"cannot read the key {key.Value} of {key.Mark}: it is larger than {ByteSize.Text(MaxKeyBytes)}")
            : ReadFile(key.Value, path);
    }

    private KeyFile ReadFile(string name, string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        settings.Trace?.Add(new FileRead(path, Digest.Of(bytes)));
        return new KeyFile(name, bytes);
    }

    // Remembered, so that what was built once can be built offline.
    private async Task<ReadOnlyMemory<byte>> FetchAsync(Uri uri, CancellationToken cancellationToken)
    {
        string note = "key " + uri.GetComponents(UriComponents.SchemeAndServer | UriComponents.PathAndQuery, UriFormat.UriEscaped);
        if (settings.Offline && settings.Store.Notes.TryRead(note) is { } known)
        {
            settings.Trace?.Add(new SeenDocument([uri], Digest.Of(known), new SeenNote.Copy(note)));
            return known;
        }

        switch (await settings.Transfer.FetchAsync(uri, FetchOptions.Default with { MaxBytes = MaxKeyBytes }, cancellationToken))
        {
            case FetchResult.Found found:
                settings.Store.Notes.Write(note, found.Bytes.Span);
                settings.Trace?.Add(new SeenDocument([uri], Digest.Of(found.Bytes.Span), new SeenNote.Copy(note)));
                return found.Bytes;
            case FetchResult.NotFound missing:
                throw missing.Failure;
            case var other:
                throw new InvalidOperationException($"no such answer: {other}");
        }
    }
}
