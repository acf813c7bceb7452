using System.Globalization;
using System.Text.Json;
using Bothy.Engine.ImageFiles;
using Bothy.Engine.LocalFiles;
using Bothy.Formats.Trees;

namespace Bothy.Engine.Building;

/// <summary>The local files of a build that can be repeated.</summary>
/// <param name="Request">Which they are.</param>
/// <param name="Digest">The digest of all that of them which went into the image.</param>
internal sealed record RepeatedFiles(LocalFileRequest Request, Digest Digest)
{
    /// <summary>Writes it as the value of a property.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("digest", Digest.ToString());
        json.WriteString("project", Request.Project);
        json.WriteBoolean("outside", Request.AllowOutside);
        json.WriteStartArray("sources");
        foreach (var file in Request.Files)
        {
            Write(json, file);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Reads what <see cref="Write(Utf8JsonWriter)"/> wrote.</summary>
    public static RepeatedFiles Read(JsonElement json)
    {
        string project = json.GetProperty("project").GetString()!;
        var request = new LocalFileRequest
        {
            Project = project,
            Files = [.. json.GetProperty("sources").EnumerateArray().Select(source => ReadSource(source, project))],
            AllowOutside = json.GetProperty("outside").GetBoolean(),
        };
        return new RepeatedFiles(request, Digest.Parse(json.GetProperty("digest").GetString()!, CultureInfo.InvariantCulture));
    }

    private static void Write(Utf8JsonWriter json, LocalFileSpec file)
    {
        json.WriteStartObject();
        json.WriteString("source", file.Source.Value);
        json.WriteString("path", file.Path.Value);
        json.WriteBoolean("into", file.IntoDirectory);
        json.WriteNumber("uid", (long?)file.Uid ?? -1);
        json.WriteNumber("gid", (long?)file.Gid ?? -1);
        json.WriteNumber("mode", file.Mode ?? -1);
        json.WriteStartArray("exclude");
        foreach (string pattern in file.Exclude)
        {
            json.WriteStringValue(pattern);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    // Where it stood in the image file is told by nobody: what cannot be read is read again from there.
    private static LocalFileSpec ReadSource(JsonElement json, string project) => new(
        new Marked<string>(json.GetProperty("source").GetString()!, new SourceMark(project, 1, 1)), TreePath.Parse(json.GetProperty("path").GetString()!))
    {
        IntoDirectory = json.GetProperty("into").GetBoolean(),
        Uid = json.GetProperty("uid").GetInt64() is >= 0 and var uid ? (uint)uid : null,
        Gid = json.GetProperty("gid").GetInt64() is >= 0 and var gid ? (uint)gid : null,
        Mode = json.GetProperty("mode").GetInt32() is >= 0 and var mode ? mode : null,
        Exclude = [.. json.GetProperty("exclude").EnumerateArray().Select(static pattern => pattern.GetString()!)],
    };
}
