using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Bothy.Engine.ImageFiles;
using Bothy.Packages.Repositories;
using Bothy.Store;

namespace Bothy.Engine.Building;

/// <summary>What is remembered of a build that can be repeated: which image it gave, and all that decided that beside the words it was asked for in.</summary>
internal sealed record RepeatedBuild
{
    /// <summary>The kind of the store's result.</summary>
    public const string Kind = "repeat-2";

    private const string Copy = "copy";

    /// <summary>The one architecture that was built for.</summary>
    public required string Architecture { get; init; }

    /// <summary>The key of the image among <see cref="EarlierBuilds"/>.</summary>
    public required Digest Image { get; init; }

    /// <summary>The files that were looked at.</summary>
    public required ImmutableArray<FileRead> Files { get; init; }

    /// <summary>The documents of repositories that were looked at; empty where a lock was followed.</summary>
    public required ImmutableArray<SeenDocument> Documents { get; init; }

    /// <summary>The local files; null where it has none.</summary>
    public RepeatedFiles? LocalFiles { get; init; }

    /// <summary>When it was built.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>From when on signatures and indexes may be judged otherwise; null for never.</summary>
    public required DateTimeOffset? Until { get; init; }

    /// <summary>What it warned of.</summary>
    public required ImmutableArray<string> Warnings { get; init; }

    /// <summary>Whether the clock says nothing against it at <paramref name="time"/>. A lock is followed whatever the clock says.</summary>
    public bool HoldsAt(DateTimeOffset time) => Documents.IsEmpty || (Since <= time && !(Until <= time));

    /// <summary>The build that is remembered under <paramref name="key"/>; null for none.</summary>
    public static RepeatedBuild? TryRead(ContentStore store, Digest key)
    {
        if (store.TryReadResult(Kind, key) is not { } bytes)
        {
            return null;
        }

        using var document = JsonDocument.Parse(bytes);
        var json = document.RootElement;
        return new RepeatedBuild
        {
            Architecture = json.GetProperty("architecture").GetString()!,
            Image = DigestOf(json.GetProperty("image"))!.Value,
            Files = [.. json.GetProperty("files").EnumerateArray().Select(static file => new FileRead(file.GetProperty("path").GetString()!, DigestOf(file.GetProperty("digest"))))],
            Documents = [.. json.GetProperty("documents").EnumerateArray().Select(ReadDocument)],
            LocalFiles = json.TryGetProperty("local", out var local) ? RepeatedFiles.Read(local) : null,
            Since = json.GetProperty("since").GetDateTimeOffset(),
            Until = json.TryGetProperty("until", out var until) ? until.GetDateTimeOffset() : null,
            Warnings = [.. json.GetProperty("warnings").EnumerateArray().Select(static warning => warning.GetString()!)],
        };
    }

    /// <summary>Remembers it under <paramref name="key"/>.</summary>
    /// <exception cref="StoreWriteException">The store cannot be written.</exception>
    public void Write(ContentStore store, Digest key)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            Write(json);
        }

        store.AddResult(Kind, key, buffer.WrittenSpan);
    }

    private void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("architecture", Architecture);
        json.WriteString("image", Image.ToString());
        json.WriteStartArray("files");
        foreach (var file in Files)
        {
            json.WriteStartObject();
            json.WriteString("path", file.Path);
            json.WriteString("digest", file.Digest?.ToString());
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("documents");
        foreach (var document in Documents)
        {
            Write(json, document);
        }

        json.WriteEndArray();
        if (LocalFiles is { } local)
        {
            json.WritePropertyName("local");
            local.Write(json);
        }

        json.WriteString("since", Since);
        if (Until is { } until)
        {
            json.WriteString("until", until);
        }

        json.WriteStartArray("warnings");
        foreach (string warning in Warnings)
        {
            json.WriteStringValue(warning);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, SeenDocument document)
    {
        json.WriteStartObject();
        json.WriteStartArray("addresses");
        foreach (var address in document.Addresses)
        {
            json.WriteStringValue(address.AbsoluteUri);
        }

        json.WriteEndArray();
        json.WriteString("digest", document.Digest.ToString());
        json.WriteString("note", document.Note.Key);
        json.WriteBoolean(Copy, document.Note is SeenNote.Copy);
        json.WriteEndObject();
    }

    private static SeenDocument ReadDocument(JsonElement json)
    {
        string note = json.GetProperty("note").GetString()!;
        return new SeenDocument(
            [.. json.GetProperty("addresses").EnumerateArray().Select(static address => new Uri(address.GetString()!))],
            DigestOf(json.GetProperty("digest"))!.Value,
            json.GetProperty(Copy).GetBoolean() ? new SeenNote.Copy(note) : new SeenNote.OfRepository(note));
    }

    private static Digest? DigestOf(JsonElement json) => json.GetString() is { } text ? Digest.Parse(text, CultureInfo.InvariantCulture) : null;
}
