using System.CommandLine;
using Bothy.Engine;
using Bothy.Engine.Building;
using Bothy.Inspection.Catalog;
using Bothy.Inspection.Sbom;
using Bothy.Oci;
using Bothy.Oci.Reading;
using Bothy.Oci.Sources;
using Bothy.Store;

namespace Bothy.Cli.Commands;

/// <summary><c>bothy sbom</c>.</summary>
internal static class SbomCommand
{
    public static Command Create(Surroundings surroundings, Terminal terminal)
    {
        var command = new Command("sbom", "Print what an image is made of: packages, files, licences and dependencies, as a bill of materials.");
        var image = new ImageArgument(command);
        var format = SbomOptions.Format();
        var files = SbomOptions.Files();
        var output = new Option<string>("--output", "-o") { Description = "Where to write it, instead of standard output; with --platforms a directory.", HelpName = "FILE|DIR" };
        command.Add(format);
        command.Add(files);
        command.Add(output);
        var platforms = new PlatformsOption(command, image, "write a bill for", "Write a bill for each of several platforms of an index");
        command.Validators.Add(result =>
        {
            if (platforms.IsGiven(result) && result.GetResult(output) is null)
            {
                result.AddError("cannot print several bills: name a directory for them with --output");
            }
        });
        command.SetAction(async (arguments, cancellationToken) =>
        {
            var form = arguments.GetValue(format);
            string? place = arguments.GetValue(output);
            if (await platforms.OfAsync(arguments, surroundings, cancellationToken) is not { } several)
            {
                await using var session = await image.OpenAsync(arguments, surroundings, terminal, cancellationToken);
                await WriteAsync(await BillAsync(session), form, place, surroundings, terminal);
                return ExitCode.Success;
            }

            PackageFiles.CreateDirectory(place!, surroundings);
            var written = new List<string>();
            foreach (var platform in several)
            {
                string file = Path.Combine(place!, FileName(platform, form));
                if (written.Contains(file, StringComparer.Ordinal))
                {
                    throw new BothyException($"cannot write {file}: it is the bill of another platform already");
                }

                await using var session = await image.OpenAsync(arguments, platform, surroundings, terminal, cancellationToken);
                await WriteAsync(await BillAsync(session), form, file, surroundings, terminal);
                written.Add(file);
            }

            terminal.Result(string.Join('\n', written));
            return ExitCode.Success;

            Task<BillOfMaterials> BillAsync(ImageSession session) => MakeAsync(
                session.Source,
                session.Image,
                (image.LocationOf(arguments, surroundings) as ImageLocation.Registry)?.Reference.Name,
                session.Store,
                arguments.GetValue(files),
                surroundings,
                terminal,
                cancellationToken);
        });
        return command;
    }

    // Whoever made the index chose the names of its platforms.
    private static string FileName(Platform platform, SbomFormat format)
    {
        string name = platform.ToString();
        string plain = string.Concat((name.StartsWith("linux/", StringComparison.Ordinal) ? name["linux/".Length..] : name).Select(static character => char.IsAsciiLetterOrDigit(character) ? character : '-'));
        return $"sbom-{plain}.{SbomOptions.Ending(format)}";
    }

    /// <summary>The bill of an image that was read; what could not be read of it is said as warnings.</summary>
    /// <param name="source">Where the image is.</param>
    /// <param name="image">The image.</param>
    /// <param name="repository">The repository that it is from, with its host; null where it is from none. A bill is called by it or by the image's own digest, not by where a copy lies.</param>
    /// <param name="store">Where builds are recorded.</param>
    /// <param name="files">The files to list.</param>
    /// <param name="surroundings">For <c>SOURCE_DATE_EPOCH</c>.</param>
    /// <param name="terminal">Where warnings go.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<BillOfMaterials> MakeAsync(
        ImageSource source,
        OpenedImage image,
        string? repository,
        ContentStore store,
        SbomFiles files,
        Surroundings surroundings,
        Terminal terminal,
        CancellationToken cancellationToken)
    {
        var contents = ImageContents.Of(image);
        var subject = SbomSubject.Of(
            image, repository ?? image.ManifestDescriptor.Digest.ToString(), repository, surroundings.SourceDateEpoch(), Tool.Version);
        var background = await ImageBackground.FindAsync(store, source, contents, cancellationToken);
        var graph = background.Graph.Packages.IsEmpty ? null : background.Graph;
        var bill = BillOfMaterials.Of(contents, subject, graph, files, cancellationToken);
        foreach (string warning in contents.Warnings.Concat(background.Warnings).Concat(bill.PassedOver))
        {
            terminal.Warning(warning);
        }

        return bill;
    }

    private static async Task WriteAsync(BillOfMaterials bill, SbomFormat format, string? output, Surroundings surroundings, Terminal terminal)
    {
        if (output is not null)
        {
            await PackageFiles.WriteAsync(output, surroundings, stream => bill.Write(format, stream));
            return;
        }

        using var bytes = new MemoryStream();
        bill.Write(format, bytes);
        terminal.Result(System.Text.Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length));
    }
}
