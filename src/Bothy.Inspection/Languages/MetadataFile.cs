using System.Text;
using System.Text.Json;
using Bothy.Formats.Trees;

namespace Bothy.Inspection.Languages;

/// <summary>Reads the small files that package tools leave behind; whatever is wrong with one is malformed data.</summary>
internal static class MetadataFile
{
    /// <summary>The largest text read, in bytes.</summary>
    public const int MaxText = 4 << 20;

    private const int MaxName = 512;

    private static readonly JsonDocumentOptions JsonOptions = new() { MaxDepth = 64, CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    public static byte[] Bytes(TreeEntry entry, int limit) => entry.Content!.Length <= limit
        ? entry.Content.ReadAll(limit)
        : throw new MalformedDataException(entry.Path.ToString(), limit, FormattableString.Invariant($"it has {entry.Content.Length} bytes, more than {limit}"));

    public static string Text(TreeEntry entry) => Text(Bytes(entry, MaxText));

    /// <summary>The bytes as UTF-8 without a byte order mark.</summary>
    public static string Text(byte[] bytes) => Encoding.UTF8.GetString(bytes).TrimStart('\uFEFF');

    /// <summary>Reads a JSON object and has <paramref name="read"/> look at it.</summary>
    public static T Json<T>(ReadOnlyMemory<byte> bytes, string source, Func<JsonElement, T> read)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes.Span.StartsWith("\uFEFF"u8) ? bytes[3..] : bytes, JsonOptions);
            return document.RootElement.ValueKind == JsonValueKind.Object ? read(document.RootElement) : throw new MalformedDataException(source, 0, "not a JSON object");
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

    /// <summary>The text of a member; null where there is none, it is empty or no text.</summary>
    public static string? Text(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text
            ? text
            : null;

    /// <summary>A name or version as one may be printed: no more than some hundred characters, none of them blank or a control character.</summary>
    public static bool IsName(string? text) =>
        text is { Length: > 0 and <= MaxName } && !text.AsSpan().ContainsAnyInRange('\0', ' ') && !text.Any(char.IsControl) && !text.Any(char.IsSurrogate);
}
