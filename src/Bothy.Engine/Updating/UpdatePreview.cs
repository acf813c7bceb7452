using Bothy.Engine.Building;
using Bothy.Engine.ImageFiles;
using Bothy.Engine.Locking;
using Bothy.Inspection.Catalog;
using Bothy.Inspection.Comparison;
using Bothy.Oci;

namespace Bothy.Engine.Updating;

/// <summary>Puts both images of an update together, in memory alone, to say which files it changes.</summary>
/// <param name="settings">How packages may be had; offline, where those of the store are all that is to be used.</param>
/// <param name="spec">The image file.</param>
public sealed class UpdatePreview(BuildSettings settings, ImageSpec spec)
{
    /// <summary>The update with the files that it changes, or with the reason why they are not known.</summary>
    /// <exception cref="BothyException">A package has to be fetched and cannot be; offline, that is a reason instead.</exception>
    public async Task<LockUpdate> WithFilesAsync(LockUpdate update, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(update);
        var architectures = update.Architectures.ToBuilder();
        for (int i = 0; i < architectures.Count; i++)
        {
            if (architectures[i].IsOutdated)
            {
                architectures[i] = architectures[i] with { Files = await FilesOfAsync(architectures[i], cancellationToken) };
            }
        }

        return update with { Architectures = architectures.ToImmutable() };
    }

    private async Task<FileUpdate> FilesOfAsync(ArchitectureUpdate update, CancellationToken cancellationToken)
    {
        if (update.HasOtherSlices)
        {
            return FileUpdate.Unknown("the slice definitions that the lock was written by are not there any more");
        }

        try
        {
            var before = await AssembleAsync(update.Name, update.Before, cancellationToken);
            var after = await AssembleAsync(update.Name, update.After, cancellationToken);
            return new FileUpdate(FileChange.Between(before.Tree, after.Tree), before, after, NotComputed: null);
        }

        // An image that is not where it was any more may be in nobody's hands.
        catch (BothyException failure) when (settings.Offline || update.Base is { HasMoved: true })
        {
            return FileUpdate.Unknown(failure.Message.Split('\n')[0]);
        }
    }

    private async Task<ImageContents> AssembleAsync(string name, LockedArchitecture plan, CancellationToken cancellationToken)
    {
        string[] parts = name.Split('/');
        var assembly = await new ImageBuilder(settings).AssembleAsync(spec, name, plan, cancellationToken);
        return ImageContents.Of(assembly.Tree, new ContainerConfig(), new Platform("linux", parts[0], parts.ElementAtOrDefault(1)));
    }
}
