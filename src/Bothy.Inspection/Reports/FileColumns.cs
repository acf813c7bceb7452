using System.Text;
using System.Text.Json;
using Bothy.Formats.Text;
using Bothy.Formats.Trees;
using Bothy.Inspection.Size;

namespace Bothy.Inspection.Reports;

/// <summary>A file of a page's treemap.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Bytes">Its bytes.</param>
/// <param name="Group">The number of its package, or whatever else the page groups by; -1 for none.</param>
/// <param name="Layer">The number of its layer.</param>
/// <param name="Kind">What it is for.</param>
internal readonly record struct MappedFile(TreePath Path, long Bytes, int Group, int Layer, FileKind Kind);

/// <summary>
/// The files of a page in the form that its program reads: columns of numbers over a table of directories. An image of 30,000 files is
/// a megabyte of it, a third of the same as objects.
/// </summary>
internal static class FileColumns
{
    /// <summary>JSON without any <c>&lt;</c>; <paramref name="nobody"/> is what files without a group are called.</summary>
    public static string Json(IReadOnlyList<MappedFile> files, IEnumerable<string> groups, IEnumerable<string> layers, string nobody)
    {
        var directories = new List<(int Parent, string Name)> { (-1, "") };
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal) { [""] = 0 };
        int[] places = [.. files.Select(file => NumberOf(file.Path.Parent, numbers, directories))];
        using var bytes = new MemoryStream();

        // The default encoder escapes whatever could end the element that the JSON is in.
        using (var writer = new Utf8JsonWriter(bytes))
        {
            writer.WriteStartObject();
            writer.WriteStartObject("dirs");
            Numbers(writer, "parent", directories.Select(static directory => (long)directory.Parent));
            Texts(writer, "name", directories.Select(static directory => directory.Name));
            writer.WriteEndObject();
            writer.WriteStartObject("files");
            Numbers(writer, "dir", places.Select(static place => (long)place));
            Texts(writer, "name", files.Select(static file => file.Path.Name));
            Numbers(writer, "size", files.Select(static file => file.Bytes));
            Numbers(writer, "group", files.Select(static file => (long)file.Group));
            Numbers(writer, "layer", files.Select(static file => (long)file.Layer));
            Numbers(writer, "kind", files.Select(static file => (long)file.Kind));
            writer.WriteEndObject();
            Texts(writer, "groups", groups);
            Texts(writer, "layers", layers);
            Texts(writer, "kinds", Enum.GetValues<FileKind>().Select(static kind => kind.Name()));
            writer.WriteString("nobody", nobody);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.ToArray());
    }

    private static int NumberOf(TreePath directory, Dictionary<string, int> numbers, List<(int Parent, string Name)> directories)
    {
        if (!numbers.TryGetValue(directory.Value, out int number))
        {
            int parent = NumberOf(directory.Parent, numbers, directories);
            number = directories.Count;
            directories.Add((parent, directory.Name));
            numbers.Add(directory.Value, number);
        }

        return number;
    }

    private static void Numbers(Utf8JsonWriter writer, string name, IEnumerable<long> values)
    {
        writer.WriteStartArray(name);
        foreach (long value in values)
        {
            writer.WriteNumberValue(value);
        }

        writer.WriteEndArray();
    }

    private static void Texts(Utf8JsonWriter writer, string name, IEnumerable<string> values)
    {
        writer.WriteStartArray(name);
        foreach (string value in values)
        {
            writer.WriteStringValue(VisibleText.Of(value));
        }

        writer.WriteEndArray();
    }
}
