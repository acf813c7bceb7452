using System.Text.Json;
using Bothy.Engine.Updating;
using Bothy.Inspection.Comparison;

namespace Bothy.Cli.Rendering;

/// <summary>What a new lock would change, for programs; docs/reports.md says what each field means.</summary>
internal static class OutdatedJson
{
    public static string Of(LockUpdate update) => JsonText.Of(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("imageFile", update.ImageFileName);
        writer.WriteBoolean("outdated", update.IsOutdated);
        if (update.Slices is { } slices)
        {
            writer.WriteStartObject("slices");
            writer.WriteBoolean("changed", slices.HaveChanged);
            writer.WriteString("from", slices.Before?.ToString());
            writer.WriteString("to", slices.After?.ToString());
            writer.WriteEndObject();
        }
        else
        {
            writer.WriteNull("slices");
        }

        writer.WriteStartArray("architectures");
        foreach (var architecture in update.Architectures)
        {
            Write(writer, architecture);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    });

    private static void Write(Utf8JsonWriter writer, ArchitectureUpdate architecture)
    {
        writer.WriteStartObject();
        writer.WriteString("arch", architecture.Name);
        writer.WriteNumber("packages", architecture.Before.Packages.Length);
        writer.WriteStartArray("steps");
        foreach (var step in architecture.Steps)
        {
            writer.WriteStartObject();
            writer.WriteString("name", step.Name);
            writer.WriteString("arch", step.Architecture);
            writer.WriteString("source", (step.After ?? step.Before)!.Source);
            writer.WriteString("change", OutdatedWords.Change(step));
            writer.WriteString("from", step.Before?.Id.Version);
            writer.WriteString("to", step.After?.Id.Version);
            WriteFlag(writer, "security", step.IsSecurity);
            writer.WriteNumber("bytes", step.Bytes);
            writer.WriteStartArray("why");
            foreach (var reason in (step.After ?? step.Before)!.Reasons)
            {
                writer.WriteStringValue(PlanReport.Short(reason));
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        Write(writer, architecture.Base);
        writer.WriteStartArray("indexes");
        foreach (var repository in architecture.Repositories)
        {
            writer.WriteStartObject();
            writer.WriteString("name", repository.Name);
            WriteTime(writer, "from", repository.Before);
            WriteTime(writer, "to", repository.After);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartObject("packageBytes");
        writer.WriteNumber("from", architecture.BytesBefore);
        writer.WriteNumber("to", architecture.BytesAfter);
        writer.WriteEndObject();
        Write(writer, architecture.Files);
        if (architecture.Findings is { } findings)
        {
            writer.WriteStartObject("vulnerabilities");
            ScanJson.WriteShort(writer, "gone", findings.Gone);
            ScanJson.WriteShort(writer, "come", findings.Come);
            writer.WriteEndObject();
        }
        else
        {
            writer.WriteNull("vulnerabilities");
        }

        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, BaseStep? below)
    {
        if (below is null)
        {
            writer.WriteNull("base");
            return;
        }

        writer.WriteStartObject("base");
        writer.WriteString("image", below.Image);
        writer.WriteBoolean("moved", below.HasMoved);
        writer.WriteString("from", below.Before?.Manifest.ToString());
        writer.WriteString("to", below.After?.Manifest.ToString());
        writer.WriteStartArray("steps");
        foreach (var step in below.Packages)
        {
            writer.WriteStartObject();
            writer.WriteString("name", step.Name);
            writer.WriteString("arch", step.Architecture);
            writer.WriteString("change", step.Kind.Word());
            writer.WriteString("from", step.Before);
            writer.WriteString("to", step.After);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, FileUpdate files)
    {
        writer.WriteStartObject("files");
        writer.WriteString("notKnown", files.NotComputed);
        if (files is { BytesBefore: { } before, BytesAfter: { } after })
        {
            writer.WriteNumber("unpackedFrom", before);
            writer.WriteNumber("unpackedTo", after);
        }

        writer.WriteStartArray("changes");
        foreach (var change in files.Changes)
        {
            CompareJson.Write(writer, change);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteFlag(Utf8JsonWriter writer, string name, bool? value)
    {
        if (value is { } flag)
        {
            writer.WriteBoolean(name, flag);
        }
        else
        {
            writer.WriteNull(name);
        }
    }

    private static void WriteTime(Utf8JsonWriter writer, string name, DateTimeOffset? time) =>
        writer.WriteString(name, time is { } known ? OutdatedWords.Date(known) : null);
}
