using System.Buffers;
using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Bothy.Oci.Json;

/// <summary>How JSON documents of images are written and read: compact, fixed order, sorted maps; strict and limited.</summary>
internal static class OciJson
{
    /// <summary>The largest document read, in bytes; what registries accept (distribution-spec: at least 4 MiB).</summary>
    public const int MaxDocument = 4 << 20;

    private static readonly JsonWriterOptions WriterOptions = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        NewLine = "\n",
    };

    // Two readers that take different ones of two equal keys would see two different images.
    public static readonly JsonDocumentOptions ReaderOptions = new() { AllowDuplicateProperties = false, MaxDepth = 32 };

    public static ImmutableSortedDictionary<string, string> EmptyMap { get; } =
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>Refuses a document that is too large before a byte of it is read.</summary>
    /// <exception cref="MalformedDataException">It is.</exception>
    public static void CheckSize(Descriptor descriptor)
    {
        if (descriptor.Size > MaxDocument)
        {
            throw TooLarge(descriptor.Digest.ToString(), 0, descriptor.Size);
        }
    }

    public static byte[] Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, WriterOptions))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    public static T Read<T>(ReadOnlyMemory<byte> json, string source, Func<JsonFields, T> read, int maxDocument = MaxDocument) =>
        ReadElement(json, source, root => read(new JsonFields(root, source, "")), maxDocument);

    /// <summary>Reads a document that is a list of objects.</summary>
    public static ImmutableArray<T> ReadList<T>(ReadOnlyMemory<byte> json, string source, Func<JsonFields, T> read) =>
        ReadElement(json, source, root => JsonFields.ObjectsOf(root, source, read), MaxDocument);

    private static T ReadElement<T>(ReadOnlyMemory<byte> json, string source, Func<JsonElement, T> read, int maxDocument)
    {
        if (json.Length > maxDocument)
        {
            throw TooLarge(source, maxDocument, json.Length, maxDocument);
        }

        try
        {
            using var document = JsonDocument.Parse(json, ReaderOptions);
            return read(document.RootElement);
        }
        catch (JsonException failure)
        {
            throw new MalformedDataException(source, failure.BytePositionInLine ?? 0, "not the JSON it should be");
        }
        catch (InvalidOperationException)
        {
            // Strings that are not UTF-8, or hold half a surrogate pair, are only found out when they are asked for.
            throw new MalformedDataException(source, 0, "a string that is not Unicode");
        }
    }

    public static void WriteOptional(this Utf8JsonWriter writer, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            writer.WriteString(name, value);
        }
    }

    public static void WriteOptional(this Utf8JsonWriter writer, string name, DateTimeOffset? value)
    {
        if (value is { } time)
        {
            writer.WriteString(name, time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture));
        }
    }

    public static void WriteOptional(this Utf8JsonWriter writer, string name, ImmutableSortedDictionary<string, string> map)
    {
        if (map.IsEmpty)
        {
            return;
        }

        writer.WriteStartObject(name);
        foreach (var (key, value) in map)
        {
            writer.WriteString(key, value);
        }

        writer.WriteEndObject();
    }

    public static void WriteOptional(this Utf8JsonWriter writer, string name, ImmutableArray<string> values)
    {
        if (values.IsDefaultOrEmpty)
        {
            return;
        }

        writer.WriteStartArray(name);
        foreach (string value in values)
        {
            writer.WriteStringValue(value);
        }

        writer.WriteEndArray();
    }

    /// <summary>A set as Go writes it: a map of names to empty objects.</summary>
    public static void WriteOptionalSet(this Utf8JsonWriter writer, string name, ImmutableSortedSet<string> values)
    {
        if (values.IsEmpty)
        {
            return;
        }

        writer.WriteStartObject(name);
        foreach (string value in values)
        {
            writer.WriteStartObject(value);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    public static MalformedDataException TooLarge(string source, long offset, long size, int limit = MaxDocument) =>
        new(source, offset, FormattableString.Invariant($"a document of {size} bytes, more than {limit}"));
}
