using System.Collections.Immutable;
using System.CommandLine;
using Bothy.Cli.Rendering;
using Bothy.Engine.Building;
using Bothy.Engine.Locking;
using Bothy.Oci;
using Bothy.Oci.Layout;
using Bothy.Oci.Targets;

namespace Bothy.Cli.Commands;

/// <summary>The option <c>--attach</c> of <c>build</c>: the lock travels with the image in layouts too, as it always does to registries.</summary>
internal sealed class AttachOption
{
    // Not by itself: programs that take a layout's only image refuse one that has anything beside it.
    private readonly Option<bool> _attach = new("--attach") { Description = "Attach the lock and the image file to the image in layouts as well, for 'build --from'." };

    /// <summary>Declares the option on <paramref name="command"/>.</summary>
    public AttachOption(Command command) => command.Add(_attach);

    /// <summary>Whether it is asked for.</summary>
    public bool IsAsked(ParseResult arguments) => arguments.GetValue(_attach);

    /// <summary>
    /// Attaches what the image was built from to it: wherever it was pushed to, and in the layouts it was written to where that is asked for. What must
    /// not be published is not pushed, with a warning, but an error where it is asked for.
    /// </summary>
    /// <exception cref="BothyException">It cannot be written, or has a password in it.</exception>
    public async Task AttachAsync(
        ParseResult arguments,
        Session session,
        LockFile plan,
        BuildResult built,
        BuildPlaces places,
        ProgressDisplay progress,
        CancellationToken cancellationToken)
    {
        await AttachAsync(arguments, session, plan, built, isDebug: false, places.Image, progress, cancellationToken);
        if (built.Debug is { } debug)
        {
            await AttachAsync(arguments, session, plan, debug, isDebug: true, places.Debug, progress, cancellationToken);
        }
    }

    private async Task AttachAsync(
        ParseResult arguments,
        Session session,
        LockFile plan,
        BuildResult built,
        bool isDebug,
        ImmutableArray<Destination> places,
        ProgressDisplay progress,
        CancellationToken cancellationToken)
    {
        bool isAsked = arguments.GetValue(_attach);
        var pushed = places.OfType<Destination.Registry>().ToList();
        if (pushed.Count == 0 && !isAsked)
        {
            return;
        }

        var attached = await session.Builder.AttachmentAsync(session.Image, plan, built, cancellationToken) with { IsDebug = isDebug };
        if (attached.Secret is { } secret && !isAsked)
        {
            progress.Report(new BuildEvent.Warning($"the lock is not attached: {secret}"));
            return;
        }

        var artifact = attached.About(built.Content.Root.Descriptor);
        foreach (string directory in places.OfType<Destination.Layout>().Where(_ => isAsked).Select(layout => layout.Directory).Distinct(StringComparer.Ordinal))
        {
            await Task.Run(() => OciLayoutWriter.Write(directory, null, artifact, threads: 1, cancellationToken), cancellationToken);
        }

        foreach (var repository in pushed.DistinctBy(each => each.Reference.Name, StringComparer.Ordinal))
        {
            await using var target = new RegistryTarget(repository.Client, repository.Reference);
            await target.PutArtifactAsync(artifact, cancellationToken);
            await target.FinishAsync(cancellationToken);
        }
    }
}
