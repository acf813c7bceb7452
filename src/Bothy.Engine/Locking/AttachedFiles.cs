using System.Collections.Immutable;
using System.Text.Json;
using Bothy.Engine.LocalFiles;
using Bothy.Formats.Trees;

namespace Bothy.Engine.Locking;

/// <summary>What is known of local files that went into an image: enough to tell whether others are the same.</summary>
/// <param name="Source">The source as the image file names it.</param>
/// <param name="Digest">The digest of all that of it which went into the image.</param>
/// <param name="Files">How many files and links that was.</param>
/// <param name="Size">Their size in bytes.</param>
public sealed record AttachedFiles(string Source, Digest Digest, long Files, long Size)
{
    /// <summary>The most bytes that are read of it.</summary>
    public const int MaxBytes = 4 << 20;

    /// <summary>What is to be said of <paramref name="files"/>.</summary>
    public static ImmutableArray<AttachedFiles> Of(LocalFileSet? files) =>
    [
        .. (files?.Sources ?? []).Select(static source => new AttachedFiles(
            source.Source,
            source.Digest,
            source.Entries.Count(static entry => entry.Kind != EntryKind.Directory),
            source.Entries.Sum(static entry => entry.Content?.Length ?? 0))),
    ];

    /// <summary>The JSON of <paramref name="files"/>.</summary>
    internal static byte[] Format(ImmutableArray<AttachedFiles> files)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteStartArray("localFiles");
            foreach (var one in files)
            {
                json.WriteStartObject();
                json.WriteString("source", one.Source);
                json.WriteString("digest", one.Digest.ToString());
                json.WriteNumber("files", one.Files);
                json.WriteNumber("size", one.Size);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    /// <summary>Reads what <see cref="Format"/> wrote.</summary>
    /// <exception cref="MalformedDataException">It is something else.</exception>
    internal static ImmutableArray<AttachedFiles> Read(ReadOnlyMemory<byte> content, string name)
    {
        try
        {
            using var document = JsonDocument.Parse(content, new JsonDocumentOptions { MaxDepth = 4, AllowDuplicateProperties = false });
            return new LockField(document.RootElement, "")["localFiles"].List(static one => new AttachedFiles(one["source"].Text(), one["digest"].Digest(), one["files"].Size(), one["size"].Size()));
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or MalformedLockException)
        {
            throw new MalformedDataException(name, 0, $"what it says of local files cannot be read: {failure.Message}");
        }
    }
}
