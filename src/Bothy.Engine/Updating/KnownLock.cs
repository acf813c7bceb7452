using Bothy.Engine.Building;
using Bothy.Engine.ImageFiles;
using Bothy.Engine.Locking;
using Bothy.Oci;
using Bothy.Oci.Sources;
using Bothy.Packages.Slices;
using Bothy.Store;

namespace Bothy.Engine.Updating;

/// <summary>The lock that an image was built from, wherever it is kept.</summary>
/// <param name="Lock">The lock.</param>
/// <param name="ImageFile">The image file, as far as it decides the packages.</param>
/// <param name="Shown">Where both are from, in words.</param>
public sealed record KnownLock(LockFile Lock, ImageSpec ImageFile, string Shown)
{
    /// <summary>The slice definitions that travel with the image; null where none do.</summary>
    public SliceRelease? Slices { get; init; }

    /// <summary><paramref name="settings"/> to solve the image file with: with the definitions that travel with the image, where the directory that it names is not there.</summary>
    public BuildSettings SettingsFrom(BuildSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return Slices is not null && ImageFile.Contents.Slices is { } directory && !Directory.Exists(settings.PathBeside(ImageFile, directory.Value)) ? settings with { Slices = Slices } : settings;
    }

    /// <summary>Asks the lock that is attached to the image, then the store's record of its build; null where neither is there.</summary>
    /// <exception cref="BothyException">The image cannot be found, or what is attached to it cannot be read.</exception>
    public static async Task<KnownLock?> FindAsync(ContentStore store, ImageSource source, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        var root = await source.ResolveAsync(cancellationToken);
        return await AttachedLock.FindAsync(source, root, cancellationToken) is { } attached
            ? new KnownLock(attached.Lock, attached.ImageFile, $"the lock attached to {source.Name}") { Slices = attached.Slices }
            : Recorded(store, source, root.Digest);
    }

    /// <summary>The name of the architecture in the lock that is for <paramref name="platform"/>; null where it is for others.</summary>
    public string? NameOf(Platform platform) => ImageBackground.NameOf(Lock, platform);

    /// <summary>A lock that is a file; the image file is what the lock repeats of it.</summary>
    /// <param name="lockFile">The lock.</param>
    /// <param name="path">Its path: relative names of the image file start at its directory.</param>
    public static KnownLock Of(LockFile lockFile, string path)
    {
        ArgumentNullException.ThrowIfNull(lockFile);
        return new KnownLock(lockFile, ImageBackground.SpecOf(lockFile, Path.Combine(Path.GetDirectoryName(path) ?? "", lockFile.ImageFileName)), $"the lock {path}");
    }

    private static KnownLock? Recorded(ContentStore store, ImageSource source, Digest digest) =>
        new BuildRecords(store).TryFind(digest) is { } record
            ? new KnownLock(record.Lock, ImageBackground.SpecOf(record.Lock, record.ImageFile), $"the store's record of the build of {source.Name}")
            : null;
}
