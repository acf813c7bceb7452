using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Bothy.Formats.Trees;
using Bothy.Inspection;
using Bothy.Inspection.Checks;
using Bothy.Inspection.Comparison;
using Bothy.Inspection.Parts;
using Bothy.Inspection.Scans;
using Bothy.Inspection.Size;
using Bothy.Oci;

namespace Bothy.Cli.Rendering;

/// <summary>The answers about an image for programs; docs/reports.md says what each field means.</summary>
internal static class InspectJson
{
    public static string Of(InspectReport report) => JsonText.Of(writer =>
    {
        writer.WriteStartObject();
        WriteFields(writer, report);
        writer.WriteEndObject();
    });

    /// <summary>The fields of <paramref name="report"/>; whoever compares images writes those of each.</summary>
    public static void WriteFields(Utf8JsonWriter writer, InspectReport report)
    {
        writer.WriteString("name", report.Name);
        writer.WriteString("digest", report.Digest?.ToString());
        writer.WriteString("platform", report.Platform.ToString());
        writer.WriteString("distribution", report.Distribution);
        writer.WriteString("created", report.Created?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        WriteConfig(writer, report.Container);
        WriteSize(writer, report.Size);
        WriteParts(writer, report.Parts);
        WriteRun(writer, report.Run);
        WriteHardening(writer, report);
        WriteVulnerabilities(writer, report.Scan);
        if (report.Shared is { } shared)
        {
            writer.WriteStartObject("shared");
            WriteTexts(writer, "beside", shared.Beside);
            WriteShare(writer, "registry", shared.Registry.Images[0]);
            WriteShare(writer, "host", shared.Host.Images[0]);
            writer.WriteEndObject();
        }
    }

    private static void WriteVulnerabilities(Utf8JsonWriter writer, ScanOutcome? scan)
    {
        if (scan is null)
        {
            writer.WriteNull("vulnerabilities");
            return;
        }

        writer.WriteStartObject("vulnerabilities");
        ScanJson.WriteSnapshot(writer, scan);
        ScanJson.WriteCounts(writer, ScanCounts.Of(scan.Report.Vulnerabilities));
        writer.WriteNumber("unjudged", scan.Report.Unjudged.Sum(static one => one.Packages.Length));
        ScanJson.WriteShort(writer, "findings", scan.Report.Vulnerabilities);
        writer.WriteEndObject();
    }

    /// <summary>What an image costs among others.</summary>
    public static void WriteShare(Utf8JsonWriter writer, string name, CompanyShare share)
    {
        writer.WriteStartObject(name);
        WriteShareFields(writer, share);
        writer.WriteEndObject();
    }

    /// <summary>The fields of <see cref="WriteShare"/>.</summary>
    public static void WriteShareFields(Utf8JsonWriter writer, CompanyShare share)
    {
        writer.WriteNumber("alone", share.Alone);
        writer.WriteNumber("added", share.Added);
        writer.WriteNumber("own", share.Marginal);
        writer.WriteNumber("shared", share.Shared);
    }

    private static void WriteConfig(Utf8JsonWriter writer, ContainerConfig config)
    {
        writer.WriteStartObject("config");
        writer.WriteString("user", config.User);
        writer.WriteString("workingDir", config.WorkingDir);
        WriteTexts(writer, "entrypoint", config.Entrypoint);
        WriteTexts(writer, "cmd", config.Cmd);
        WriteTexts(writer, "env", config.Env);
        WriteTexts(writer, "ports", config.ExposedPorts);
        WriteTexts(writer, "volumes", config.Volumes);
        writer.WriteString("stopSignal", config.StopSignal);
        WriteHealthCheck(writer, config.HealthCheck);
        WriteTexts(writer, "onBuild", config.OnBuild);
        writer.WriteStartObject("labels");
        foreach (var (key, value) in config.Labels)
        {
            writer.WriteString(key, value);
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteHealthCheck(Utf8JsonWriter writer, HealthCheck? check)
    {
        if (check is null)
        {
            writer.WriteNull("healthCheck");
            return;
        }

        writer.WriteStartObject("healthCheck");
        WriteTexts(writer, "test", check.Test);
        writer.WriteNumber("interval", check.Interval);
        writer.WriteNumber("timeout", check.Timeout);
        writer.WriteNumber("startPeriod", check.StartPeriod);
        writer.WriteNumber("startInterval", check.StartInterval);
        writer.WriteNumber("retries", check.Retries);
        writer.WriteEndObject();
    }

    private static void WriteSize(Utf8JsonWriter writer, SizeReport size)
    {
        writer.WriteStartObject("size");
        WriteNumber(writer, "compressed", size.Compressed);
        writer.WriteNumber("unpacked", size.Unpacked);
        writer.WriteNumber("hidden", size.Waste);
        writer.WriteNumber("files", size.Files);
        writer.WriteNumber("directories", size.Directories);
        writer.WriteNumber("links", size.Links);
        writer.WriteStartArray("layers");
        foreach (var layer in size.Layers)
        {
            writer.WriteStartObject();
            writer.WriteNumber("layer", layer.Index + 1);
            writer.WriteString("digest", layer.Blob.ToString());
            writer.WriteString("diffId", layer.DiffId.ToString());
            writer.WriteString("createdBy", layer.CreatedBy);
            writer.WriteNumber("compressed", layer.Compressed);
            writer.WriteNumber("archive", layer.Archive);
            writer.WriteNumber("unpacked", layer.Unpacked);
            writer.WriteNumber("hidden", layer.Hidden);
            writer.WriteNumber("files", layer.Files);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        WritePackages(writer, size);
        writer.WriteStartArray("top");
        foreach (var directory in size.Top)
        {
            writer.WriteStartObject();
            writer.WriteString("path", directory.Path.ToString());
            writer.WriteNumber("files", directory.Files);
            writer.WriteNumber("bytes", directory.Bytes);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("hiddenFiles");
        foreach (var file in size.Hidden)
        {
            writer.WriteStartObject();
            writer.WriteString("path", file.Path.ToString());
            writer.WriteNumber("bytes", file.Bytes);
            writer.WriteNumber("layer", file.Layer + 1);
            writer.WriteNumber("hiddenBy", file.HiddenIn + 1);
            writer.WriteString("how", file.How());
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WritePackages(Utf8JsonWriter writer, SizeReport size)
    {
        writer.WriteStartArray("packages");
        foreach (var package in size.Packages)
        {
            writer.WriteStartObject();
            writer.WriteString("name", package.Package!.Name);
            writer.WriteString("version", package.Package.Version);
            writer.WriteString("arch", package.Package.Architecture);
            writer.WriteString("source", package.Package.SourceName);
            writer.WriteString("license", package.Package.License);
            writer.WriteNumber("files", package.Files);
            writer.WriteNumber("bytes", package.Bytes);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartObject("unowned");
        writer.WriteNumber("files", size.Unowned.Files);
        writer.WriteNumber("bytes", size.Unowned.Bytes);
        writer.WriteEndObject();
    }

    private static void WriteParts(Utf8JsonWriter writer, MovingParts parts)
    {
        writer.WriteStartObject("parts");
        writer.WriteNumber("packages", parts.Packages);
        WritePaths(writer, "programs", parts.Executables);
        writer.WriteNumber("commands", parts.Commands.Length);
        WritePaths(writer, "setuid", parts.SetUserIds);
        WritePaths(writer, "setgid", parts.SetGroupIds);
        writer.WriteStartArray("capabilities");
        foreach (var file in parts.Capabilities)
        {
            writer.WriteStartObject();
            writer.WriteString("path", file.Path.ToString());
            writer.WriteString("capabilities", file.Capabilities);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        WritePaths(writer, "worldWritable", parts.WorldWritable);
        WritePaths(writer, "shells", parts.Shells);
        WritePaths(writer, "packageManagers", parts.PackageManagers);
        WritePaths(writer, "interpreters", parts.Interpreters);
        writer.WriteStartArray("users");
        foreach (var user in parts.Users)
        {
            writer.WriteStartObject();
            writer.WriteString("name", user.Name);
            writer.WriteNumber("uid", user.UserId);
            writer.WriteNumber("gid", user.GroupId);
            writer.WriteString("shell", user.Shell);
            writer.WriteBoolean("mayLogIn", user.MayLogIn);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteString("user", parts.User);
        writer.WriteBoolean("runsAsRoot", parts.RunsAsRoot);
        writer.WriteEndObject();
    }

    private static void WriteRun(Utf8JsonWriter writer, RunReport run)
    {
        writer.WriteStartObject("run");
        writer.WriteString("verdict", run.Verdict() switch
        {
            RunVerdict.Yes => "yes",
            RunVerdict.Partly => "partly",
            RunVerdict.No => "no",
            _ => "nothing",
        });
        writer.WriteStartArray("libc");
        foreach (var library in run.Libraries)
        {
            writer.WriteStartObject();
            writer.WriteString("kind", library.Kind == CLibraryKind.Musl ? "musl" : "glibc");
            writer.WriteString("version", library.Version);
            writer.WriteString("loader", library.Loader.ToString());
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        if (run.Start is { } start)
        {
            writer.WriteStartObject("start");
            WriteTexts(writer, "command", start.Command);
            writer.WriteString("program", start.Program?.ToString());
            writer.WriteString("interpreter", start.Interpreter);
            writer.WriteBoolean("starts", start.Starts);
            writer.WriteEndObject();
        }
        else
        {
            writer.WriteNull("start");
        }

        writer.WriteStartArray("findings");
        foreach (var finding in run.Findings)
        {
            writer.WriteStartObject();
            writer.WriteString("kind", finding.Kind);
            writer.WriteString("severity", finding.Severity switch { Severity.Error => "error", Severity.Warning => "warning", _ => "note" });
            writer.WriteString("path", finding.Path?.ToString());
            writer.WriteString("package", finding.Package);
            writer.WriteString("reason", finding.Reason);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteHardening(Utf8JsonWriter writer, InspectReport report)
    {
        writer.WriteStartArray("hardening");
        foreach (var share in report.Hardening)
        {
            writer.WriteStartObject();
            writer.WriteString("property", share.Property);
            writer.WriteNumber("met", share.Met);
            writer.WriteNumber("counted", share.Counted);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteNumber(Utf8JsonWriter writer, string name, long? number)
    {
        if (number is { } value)
        {
            writer.WriteNumber(name, value);
        }
        else
        {
            writer.WriteNull(name);
        }
    }

    private static void WritePaths(Utf8JsonWriter writer, string name, ImmutableArray<TreePath> paths) => WriteTexts(writer, name, paths.Select(static path => path.ToString()));

    private static void WriteTexts(Utf8JsonWriter writer, string name, IEnumerable<string> texts)
    {
        writer.WriteStartArray(name);
        foreach (string text in texts)
        {
            writer.WriteStringValue(text);
        }

        writer.WriteEndArray();
    }
}
