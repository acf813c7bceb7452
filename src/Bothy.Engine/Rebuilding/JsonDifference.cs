using System.Text.Json;
using Bothy.Formats.Text;

namespace Bothy.Engine.Rebuilding;

/// <summary>Finds where two JSON documents part: the first field, in the order of the first document.</summary>
internal static class JsonDifference
{
    private const string None = "none";
    private const int MaxShown = 200;

    /// <summary>The first difference; null where they are the same bytes.</summary>
    /// <param name="was">The first document, which has been parsed before.</param>
    /// <param name="is">The second one.</param>
    /// <param name="place">What they are.</param>
    public static ImageDifference? FindFirst(ReadOnlyMemory<byte> was, ReadOnlyMemory<byte> @is, string place)
    {
        if (was.Span.SequenceEqual(@is.Span))
        {
            return null;
        }

        using var first = JsonDocument.Parse(was);
        using var second = JsonDocument.Parse(@is);
        return Compare(first.RootElement, second.RootElement, "", place)
            ?? new ImageDifference($"{place}: the text", "one spelling", "another") { Reason = "its fields are the same, and written differently" };
    }

    private static ImageDifference? Compare(JsonElement? was, JsonElement? @is, string path, string place)
    {
        switch (was?.ValueKind, @is?.ValueKind)
        {
            case (JsonValueKind.Object, JsonValueKind.Object):
                var names = was.Value.EnumerateObject().Select(field => field.Name).Union(@is.Value.EnumerateObject().Select(field => field.Name), StringComparer.Ordinal);
                return First(names.Select(name => (Field(was.Value, name), Field(@is.Value, name), path.Length == 0 ? name : $"{path}.{name}")), place);
            case (JsonValueKind.Array, JsonValueKind.Array):
                int length = Math.Max(was.Value.GetArrayLength(), @is.Value.GetArrayLength());
                return First(Enumerable.Range(0, length).Select(i => (Item(was.Value, i), Item(@is.Value, i), FormattableString.Invariant($"{path}[{i}]"))), place);
            default:
                string a = Shown(was);
                string b = Shown(@is);
                return a == b ? null : new ImageDifference($"{place}: {VisibleText.Of(path)}", a, b);
        }
    }

    private static ImageDifference? First(IEnumerable<(JsonElement? Was, JsonElement? Is, string Path)> pairs, string place) =>
        pairs.Select(pair => Compare(pair.Was, pair.Is, pair.Path, place)).FirstOrDefault(difference => difference is not null);

    private static JsonElement? Field(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value : null;

    private static JsonElement? Item(JsonElement element, int i) => i < element.GetArrayLength() ? element[i] : null;

    private static string Shown(JsonElement? element)
    {
        string text = element is { } value ? VisibleText.Of(value.GetRawText()) : None;
        return text.Length <= MaxShown ? text : text[..MaxShown] + "…";
    }
}
