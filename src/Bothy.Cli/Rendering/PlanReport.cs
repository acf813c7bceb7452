using System.Text.Json;
using Bothy.Engine.Locking;
using Bothy.Formats.Text;
using Bothy.Packages.Solving;

namespace Bothy.Cli.Rendering;

/// <summary>Prints what was decided: the packages in installation order, and why each.</summary>
internal static class PlanReport
{
    /// <summary>A table for each architecture.</summary>
    public static string Text(LockFile plan) => string.Join("\n\n", plan.Architectures.Values.Select(Text));

    /// <summary>An array of packages, those of all architectures in turn.</summary>
    public static string Json(LockFile plan) => JsonText.Of(writer =>
    {
        writer.WriteStartArray();
        foreach (var package in plan.Architectures.Values.SelectMany(architecture => architecture.AllPackages))
        {
            WritePackage(writer, package);
        }

        writer.WriteEndArray();
    });

    /// <summary>Why a package is there, in a few words: the request, or what needs it.</summary>
    public static string Short(Reason reason) => reason switch
    {
        Reason.Requested requested => $"requested as {requested.Request}",
        Reason.Needed { Field: "install_if" } together => $"comes with {together.Relation}",
        Reason.Needed needed => $"{needed.By.Name} needs {needed.Relation}",
        Reason.NeededSlice needed => $"{needed.BySlice} needs {needed.Slice}",
        _ => throw new ArgumentOutOfRangeException(nameof(reason)),
    };

    private static string Text(LockedArchitecture architecture)
    {
        var table = new TextTable("PACKAGE", "VERSION", "ARCH", "SIZE", "WHY").AlignRight(3);
        foreach (var package in architecture.Packages)
        {
            string more = package.Reasons.Length > 1 ? FormattableString.Invariant($" (and {package.Reasons.Length - 1} more)") : "";
            table.Add(package.Id.Name, package.Id.Version, package.Id.Architecture, ByteSize.Text(package.Size), Short(package.Reasons[0]) + more);
        }

        foreach (var debug in architecture.Debug)
        {
            table.Add(debug.Id.Name, debug.Id.Version, debug.Id.Architecture, ByteSize.Text(debug.Size), "for the debug variant alone");
        }

        foreach (var omitted in architecture.Omitted)
        {
            string why = omitted.Reasons.IsEmpty ? "" : $"; {Short(omitted.Reasons[0])}";
            table.Add(omitted.Id.Name, omitted.Id.Version, "-", "-", $"omitted{why}");
        }

        return table.ToString();
    }

    private static void WritePackage(Utf8JsonWriter writer, LockedPackage package)
    {
        writer.WriteStartObject();
        writer.WriteString("name", package.Id.Name);
        writer.WriteString("version", package.Id.Version);
        writer.WriteString("arch", package.Id.Architecture);
        if (!package.Slices.IsEmpty)
        {
            writer.WriteStartArray("slices");
            foreach (string slice in package.Slices)
            {
                writer.WriteStringValue(slice);
            }

            writer.WriteEndArray();
        }

        writer.WriteStartArray("why");
        foreach (var reason in package.Reasons)
        {
            writer.WriteStringValue(Short(reason));
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
