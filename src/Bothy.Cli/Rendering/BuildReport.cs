using System.Globalization;
using System.Text.Json;
using Bothy.Engine.Building;
using Bothy.Formats.Text;

namespace Bothy.Cli.Rendering;

/// <summary>Says what a build made.</summary>
internal static class BuildReport
{
    /// <summary>A line an image for people; what the filters left out where more is wanted.</summary>
    public static void Summarise(BuildResult result, Verbosity verbosity, Terminal terminal)
    {
        Summarise(result, "", verbosity, terminal);
        if (result.Debug is { } debug)
        {
            Summarise(debug, ", debug", Verbosity.Normal, terminal);
        }
    }

    /// <summary>The digest of the image, and that of its debug variant where one was built.</summary>
    public static IEnumerable<string> DigestsOf(BuildResult result) => new[] { result, result.Debug }.OfType<BuildResult>().Select(static each => each.Digest.ToString());

    private static void Summarise(BuildResult result, string variant, Verbosity verbosity, Terminal terminal)
    {
        foreach (var image in result.Images)
        {
            terminal.Line(string.Create(
                CultureInfo.InvariantCulture,
                $"{image.Architecture}{variant}: {ByteSize.Text(image.CompressedSize)} compressed, {ByteSize.Text(image.UnpackedSize)} unpacked, {image.Packages} packages, {image.Files} files"));
            foreach (var dropped in image.Dropped.Where(_ => verbosity == Verbosity.Verbose))
            {
                terminal.Line(string.Create(CultureInfo.InvariantCulture, $"note: left out {dropped.Files} files ({ByteSize.Text(dropped.Bytes)}): {dropped.Rule}"));
            }
        }
    }

    /// <summary>The same as JSON.</summary>
    public static string Json(BuildResult result) => JsonText.Of(writer =>
    {
        writer.WriteStartObject();
        WriteResult(writer, result);
        if (result.Debug is { } debug)
        {
            writer.WriteStartObject("debug");
            WriteResult(writer, debug);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    });

    private static void WriteResult(Utf8JsonWriter writer, BuildResult result)
    {
        writer.WriteString("digest", result.Digest.ToString());
        writer.WriteStartArray("images");
        foreach (var image in result.Images)
        {
            writer.WriteStartObject();
            writer.WriteString("arch", image.Architecture.Name);
            writer.WriteString("digest", image.Digest.ToString());
            writer.WriteNumber("compressedSize", image.CompressedSize);
            writer.WriteNumber("unpackedSize", image.UnpackedSize);
            writer.WriteNumber("packages", image.Packages);
            writer.WriteNumber("files", image.Files);
            writer.WriteStartArray("uncoveredScripts");
            foreach (var script in image.Uncovered)
            {
                writer.WriteStartObject();
                writer.WriteString("package", script.Package.Name);
                writer.WriteString("script", script.Script);
                writer.WriteNumber("line", script.Line);
                writer.WriteString("command", script.Command);
                writer.WriteString("reason", script.Reason);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
