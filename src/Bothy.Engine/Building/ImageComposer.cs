using System.Collections.Immutable;
using System.Globalization;
using Bothy.Engine.Assembly;
using Bothy.Engine.Bases;
using Bothy.Engine.ImageFiles;
using Bothy.Formats.Trees;
using Bothy.Oci;

namespace Bothy.Engine.Building;

/// <summary>Turns what an image file says about running into the configuration and annotations of an image.</summary>
internal static class ImageComposer
{
    /// <summary>Where programs are looked for unless the image file says otherwise.</summary>
    public const string DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private static readonly TreePath CertificateBundle = TreePath.Parse("etc/ssl/certs/ca-certificates.crt");

    /// <summary>
    /// The latest time that an image of <paramref name="tree"/> shows: <paramref name="sourceDateEpoch"/>, else the newest
    /// time of a package's file. What packages did not bring gets that time, so that no build's own clock is in the image; what an image to build on has stays as it is,
    /// and the time is none before <paramref name="floor"/>.
    /// </summary>
    public static long Settle(FileTree tree, long? sourceDateEpoch, long floor = 0)
    {
        long epoch = sourceDateEpoch
            ?? tree.Entries.Where(entry => entry.Origin is Origin.Package).Select(entry => entry.ModifiedTime).Append(floor).Max();
        foreach (var entry in tree.Entries.Where(entry => entry.Origin is not (Origin.Package or Origin.Layer) && entry.ModifiedTime != epoch).ToList())
        {
            tree.Set(entry with { ModifiedTime = epoch });
        }

        return epoch;
    }

    /// <summary>
    /// The latest time that the image of <paramref name="assembly"/> shows, as the layers of packages have it, so that what is above them changes
    /// none of theirs; it is given to what packages did not bring, in every layer.
    /// </summary>
    public static long Settle(AssemblyResult assembly, long? sourceDateEpoch, long floor = 0)
    {
        long epoch = Settle(assembly.Below, sourceDateEpoch, floor);
        foreach (var tree in assembly.Above.Select(layer => layer.Tree).Append(assembly.Tree))
        {
            Settle(tree, epoch);
        }

        return epoch;
    }

    /// <summary>The configuration of the image of <paramref name="layers"/>, without their digests.</summary>
    public static ImageConfig Config(
        ImageSpec spec, ImageArchitecture architecture, AssemblyResult assembly, long epoch, ImmutableArray<DividedLayer> layers, BaseImage? below = null)
    {
        var created = DateTimeOffset.FromUnixTimeSeconds(epoch);
        return new ImageConfig
        {
            Platform = PlatformOf(architecture),
            Created = created,
            Container = InitProgram.Before(spec, assembly.Tree, InheritedConfig.Over(below?.Config.Container, new ContainerConfig
            {
                User = assembly.RunAs,
                Env = Environment(spec, assembly.Tree, below),
                Entrypoint = Entrypoint(spec.Entrypoint),
                Cmd = spec.Command,
                WorkingDir = spec.WorkingDirectory,
                StopSignal = spec.StopSignal,
                Labels = spec.Labels,
                Volumes = spec.Volumes.ToImmutableSortedSet(StringComparer.Ordinal),
                ExposedPorts = spec.Ports.Select(port => port.ToString()).ToImmutableSortedSet(StringComparer.Ordinal),
            })),
            History =
            [
                .. below is null ? [] : InheritedConfig.History(below.Config),
                .. layers.Select(layer => new HistoryEntry
                {
                    Created = created,
                    CreatedBy = $"bothy build {Path.GetFileName(spec.FileName)}",
                    Comment = $"bothy {Tool.Version}{(layer.What.Length == 0 ? "" : ": ")}{layer.What}",
                }),
            ],
        };
    }

    /// <summary>The annotations of the manifest: those of the image file, and what can be said without asking.</summary>
    public static ImmutableSortedDictionary<string, string> Annotations(ImageSpec spec, long epoch, BaseImage? below = null)
    {
        var annotations = spec.Annotations.ToBuilder();
        if (below is not null)
        {
            // The name is one that others can use only where it is a registry's.
            annotations.TryAdd("org.opencontainers.image.base.digest", below.Digest.ToString());
            if (below.Reference is { } reference)
            {
                annotations.TryAdd("org.opencontainers.image.base.name", reference);
            }
        }

        annotations.TryAdd(
            "org.opencontainers.image.created",
            DateTimeOffset.FromUnixTimeSeconds(epoch).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        if (spec.VcsUrl is { } source)
        {
            // apko's form is URL@REVISION; the revision has an annotation of its own.
            int at = source.LastIndexOf('@');
            bool hasRevision = at > source.LastIndexOf('/');
            annotations.TryAdd("org.opencontainers.image.source", hasRevision ? source[..at] : source);
            if (hasRevision)
            {
                annotations.TryAdd("org.opencontainers.image.revision", source[(at + 1)..]);
            }
        }

        return annotations.ToImmutable();
    }

    /// <summary>The architecture in OCI's words.</summary>
    public static Platform PlatformOf(ImageArchitecture architecture) => new("linux", architecture.Oci, architecture.OciVariant);

    private static ImmutableArray<string> Environment(ImageSpec spec, FileTree tree, BaseImage? below)
    {
        var variables = spec.Environment.ToBuilder();
        if (below?.Config.Container.Env.Any(static variable => variable.StartsWith("PATH=", StringComparison.Ordinal)) != true)
        {
            variables.TryAdd("PATH", DefaultPath);
        }

        // An image to build on that has certificates has decided how they are found.
        if (tree.Contains(CertificateBundle) && below?.Contents.Tree.Contains(CertificateBundle) != true)
        {
            variables.TryAdd("SSL_CERT_FILE", CertificateBundle.ToString());
        }

        return [.. variables.Select(variable => $"{variable.Key}={variable.Value}")];
    }

    private static ImmutableArray<string> Entrypoint(EntrypointSpec? entrypoint) => entrypoint switch
    {
        null => [],
        { IsServiceBundle: true } => ["/bin/s6-svscan", "/sv"],
        { ShellFragment: { } script } => ["/bin/sh", "-c", script],
        _ => entrypoint.Command,
    };
}
