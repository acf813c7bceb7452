using System.Globalization;
using Bothy.Engine.Assembly;
using Bothy.Engine.ImageFiles;
using Bothy.Engine.Locking;
using Bothy.Formats.Text;
using Bothy.Formats.Trees;
using Bothy.Packages;

namespace Bothy.Cli.Rendering;

/// <summary>What an image of one architecture would hold.</summary>
internal sealed record Shown(string Architecture, LockedArchitecture Plan, AssemblyResult Assembly)
{
    /// <summary>The bytes and files that each origin brings.</summary>
    public ILookup<Origin, TreeEntry> ByOrigin { get; } =
        Assembly.Tree.Entries.Where(entry => entry.Kind == EntryKind.File).ToLookup(entry => entry.Origin);

    /// <summary>The files that <paramref name="package"/> brings.</summary>
    public IEnumerable<TreeEntry> FilesOf(PackageId package) => ByOrigin[new Origin.Package(package.Name, package.Version, package.Architecture)];

    /// <summary>The size of <paramref name="files"/> in bytes.</summary>
    public static long SizeOf(IEnumerable<TreeEntry> files) => files.Sum(file => file.Content!.Length);
}

/// <summary>Prints the effective image file, and the packages and sizes it leads to.</summary>
internal static class ShowReport
{
    /// <summary>For people.</summary>
    public static string Text(ImageSpec spec, IEnumerable<Shown> images) =>
        ImageSpecWriter.ToYaml(spec).TrimEnd('\n') + "\n\n" + string.Join("\n\n", images.Select(Text));

    /// <summary>For programs.</summary>
    public static string Json(ImageSpec spec, IEnumerable<Shown> images) => JsonText.Of(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("imageFile", ImageSpecWriter.ToYaml(spec));
        writer.WriteStartArray("images");
        foreach (var image in images)
        {
            writer.WriteStartObject();
            writer.WriteString("arch", image.Architecture);
            writer.WriteNumber("unpackedSize", Shown.SizeOf(image.ByOrigin.SelectMany(files => files)));
            writer.WriteStartArray("packages");
            foreach (var package in image.Plan.Packages)
            {
                writer.WriteStartObject();
                writer.WriteString("name", package.Id.Name);
                writer.WriteString("version", package.Id.Version);
                writer.WriteString("arch", package.Id.Architecture);
                writer.WriteNumber("downloadSize", package.Size);
                writer.WriteNumber("unpackedSize", Shown.SizeOf(image.FilesOf(package.Id)));
                writer.WriteNumber("files", image.FilesOf(package.Id).Count());
                writer.WriteString("why", PlanReport.Short(package.Reasons[0]));
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteStartArray("omitted");
            foreach (var omitted in image.Plan.Omitted)
            {
                writer.WriteStringValue(omitted.Id.Name);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    });

    private static string Text(Shown image)
    {
        var table = new TextTable("PACKAGE", "VERSION", "DOWNLOAD", "IN IMAGE", "FILES", "WHY").AlignRight(2).AlignRight(3).AlignRight(4);
        foreach (var package in image.Plan.Packages)
        {
            var files = image.FilesOf(package.Id).ToList();
            table.Add(package.Id.Name, package.Id.Version, ByteSize.Text(package.Size), ByteSize.Text(Shown.SizeOf(files)), Number(files.Count), PlanReport.Short(package.Reasons[0]));
        }

        foreach (var omitted in image.Plan.Omitted)
        {
            table.Add(omitted.Id.Name, omitted.Id.Version, "-", "-", "-", omitted.Reasons.IsEmpty ? "omitted" : $"omitted; {PlanReport.Short(omitted.Reasons[0])}");
        }

        foreach (var made in image.ByOrigin.Where(files => files.Key is not Origin.Package).OrderBy(files => files.Key.ToString(), StringComparer.Ordinal))
        {
            table.Add($"({made.Key})", "", "", ByteSize.Text(Shown.SizeOf(made)), Number(made.Count()), "");
        }

        long total = Shown.SizeOf(image.ByOrigin.SelectMany(files => files));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{table}\n\n{image.Architecture}: {image.Plan.Packages.Length} packages, {image.ByOrigin.Sum(files => files.Count())} files, {ByteSize.Text(total)} unpacked");
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
