using System.CommandLine;
using Bothy.Engine.Building;
using Bothy.Engine.ImageFiles;
using Bothy.Inspection.Sbom;
using Bothy.Oci;
using Bothy.Oci.Reading;
using Bothy.Oci.Registry;
using Bothy.Oci.Sources;
using Bothy.Oci.Targets;

namespace Bothy.Cli.Commands;

/// <summary>The options on bills of materials of what was built: written beside it by <c>--sbom-path</c>, attached to it where it is pushed.</summary>
internal sealed class BuiltBills
{
    private readonly Option<string> _path = new("--sbom-path")
    {
        Description = "A directory to write bills of materials into, as 'bothy sbom' prints them: sbom-ARCH.spdx.json.",
        HelpName = "DIR",
    };

    private readonly Option<SbomFormat[]> _formats = new("--sbom-formats")
    {
        Description = "The forms of those bills: spdx unless given, cyclonedx, or both.",
        HelpName = "FORMAT,…",
        CustomParser = static result => [.. result.Tokens.SelectMany(static token => token.Value.Split(',')).Select(text => SbomOptions.ParseFormat(text, result))],
    };

    private readonly Option<bool> _none = new("--no-sbom") { Description = "Attach no bill of materials to what is pushed." };

    /// <summary>Declares the options on <paramref name="command"/>.</summary>
    public BuiltBills(Command command)
    {
        command.Add(_path);
        command.Add(_formats);
        command.Add(_none);
    }

    /// <summary>Whether bills are to be written beside the image.</summary>
    public bool IsAsked(ParseResult arguments) => arguments.GetValue(_path) is not null;

    /// <summary>
    /// Writes the bills that are asked for. They are made from the image as it was written, read back, so that they are those that <c>bothy sbom</c> prints of it.
    /// </summary>
    /// <exception cref="BothyException">They cannot be made or written.</exception>
    public async Task WriteAsync(
        ParseResult arguments, BuildResult result, Session session, Surroundings surroundings, Terminal terminal, CancellationToken cancellationToken)
    {
        if (arguments.GetValue(_path) is not { } path)
        {
            return;
        }

        PackageFiles.CreateDirectory(path, surroundings);
        foreach (var (variant, suffix) in new[] { (result, ""), (result.Debug, "-debug") })
        {
            foreach (var (image, built) in variant is null ? [] : ImagesOf(variant.Content).Zip(variant.Images))
            {
                var bill = await MakeAsync(image, repository: null, session, surroundings, terminal, cancellationToken);
                foreach (var format in FormatsOf(arguments))
                {
                    await PackageFiles.WriteAsync(Path.Combine(path, FileName(built.Architecture, suffix, session.Image, format)), surroundings, stream => bill.Write(format, stream));
                }
            }
        }
    }

    /// <summary>Attaches the bill of each image to it in every repository that it was pushed to.</summary>
    /// <exception cref="BothyException">It cannot be made or sent.</exception>
    public async Task AttachAsync(
        ParseResult arguments,
        BuildResult result,
        BuildPlaces places,
        RegistryClient registries,
        Session session,
        Surroundings surroundings,
        Terminal terminal,
        CancellationToken cancellationToken)
    {
        await AttachAsync(arguments, result, PushedTo(places.Image), registries, session, surroundings, terminal, cancellationToken);
        if (result.Debug is { } debug)
        {
            await AttachAsync(arguments, debug, PushedTo(places.Debug), registries, session, surroundings, terminal, cancellationToken);
        }

        static IEnumerable<ImageReference> PushedTo(IEnumerable<Destination> destinations) => destinations.OfType<Destination.Registry>().Select(static each => each.Reference);
    }

    private async Task AttachAsync(
        ParseResult arguments,
        BuildResult result,
        IEnumerable<ImageReference> pushed,
        RegistryClient registries,
        Session session,
        Surroundings surroundings,
        Terminal terminal,
        CancellationToken cancellationToken)
    {
        if (arguments.GetValue(_none))
        {
            return;
        }

        // One bill a repository, however many tags it has: it is attached to the digest.
        foreach (var reference in pushed.DistinctBy(static reference => reference.Name, StringComparer.Ordinal))
        {
            await using var target = new RegistryTarget(registries, reference);
            foreach (var image in ImagesOf(result.Content))
            {
                var bill = await MakeAsync(image, reference.Name, session, surroundings, terminal, cancellationToken);
                foreach (var format in FormatsOf(arguments))
                {
                    await target.PutArtifactAsync(bill.ToArtifact(format), cancellationToken);
                }
            }
        }
    }

    /// <summary>The bill of an image that was just built.</summary>
    /// <param name="image">The image.</param>
    /// <param name="repository">The repository that it is pushed to, with its host; null where it is pushed to none.</param>
    /// <param name="session">The build.</param>
    /// <param name="surroundings">For <c>SOURCE_DATE_EPOCH</c>, and how many threads to use.</param>
    /// <param name="terminal">Where warnings go.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<BillOfMaterials> MakeAsync(
        OciImage image, string? repository, Session session, Surroundings surroundings, Terminal terminal, CancellationToken cancellationToken)
    {
        await using var source = new ContentSource(image, session.Image.FileName);
        using var opened = await new ImageReader(session.Store, surroundings.Parallelism).OpenAsync(source, platform: null, cancellationToken);
        return await SbomCommand.MakeAsync(source, opened, repository, session.Store, SbomFiles.All, surroundings, terminal, cancellationToken);
    }

    /// <summary>The images in what was built, in the order of its index.</summary>
    public static IEnumerable<OciImage> ImagesOf(OciContent content) => content switch
    {
        OciImage image => [image],
        OciIndex index => index.Images,
        _ => [],
    };

    private SbomFormat[] FormatsOf(ParseResult arguments) => arguments.GetValue(_formats) is { Length: > 0 } given ? [.. given.Distinct()] : [SbomFormat.Spdx];

    // apko's names, the architecture by the distribution's own name.
    private static string FileName(ImageArchitecture architecture, string suffix, ImageSpec spec, SbomFormat format)
    {
        string name = (spec.Contents.IsAlpine ? architecture.Apk : architecture.Debian) ?? architecture.Name.Replace('/', '-');
        return $"sbom-{name}{suffix}.{SbomOptions.Ending(format)}";
    }
}
