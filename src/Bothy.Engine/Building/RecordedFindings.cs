using System.Collections.Immutable;
using System.Text.Json;
using Bothy.Formats.Trees;
using Bothy.Inspection.Checks;

namespace Bothy.Engine.Building;

/// <summary>What was found of an image that was built, as the store keeps it.</summary>
internal static class RecordedFindings
{
    private const string Key = "findings";

    /// <summary>Writes <paramref name="findings"/> into the object that is open.</summary>
    public static void Write(Utf8JsonWriter json, ImmutableArray<Finding> findings)
    {
        json.WriteStartArray(Key);
        foreach (var finding in findings)
        {
            json.WriteStartObject();
            json.WriteNumber("area", (int)finding.Area);
            json.WriteString("kind", finding.Kind);
            json.WriteNumber("severity", (int)finding.Severity);
            json.WriteString("path", finding.Path?.Value);
            json.WriteString("package", finding.Package);
            json.WriteString("reason", finding.Reason);
            json.WriteString("hint", finding.Hint);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>The findings in <paramref name="json"/>; null where none were looked for.</summary>
    public static ImmutableArray<Finding>? Read(JsonElement json) =>
        json.TryGetProperty(Key, out var findings) ? [.. findings.EnumerateArray().Select(ReadFinding)] : null;

    private static Finding ReadFinding(JsonElement finding)
    {
        string? Text(string name) => finding.GetProperty(name).GetString();
        return new Finding(
            (CheckArea)finding.GetProperty("area").GetInt32(),
            Text("kind")!,
            (Severity)finding.GetProperty("severity").GetInt32(),
            Text("path") is { } path ? TreePath.Parse(path) : null,
            Text("package"),
            Text("reason")!,
            Text("hint"));
    }
}
