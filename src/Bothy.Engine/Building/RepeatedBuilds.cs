using System.Collections.Immutable;
using System.Text;
using Bothy.Engine.ImageFiles;
using Bothy.Oci;
using Bothy.Store;

namespace Bothy.Engine.Building;

/// <summary>
/// Builds from a lock that gave what the store had already, by the words in which they were asked for: while the files that decide them have the same
/// bytes, neither the image file nor the lock is read for what it says.
/// </summary>
/// <remarks>Reading both takes longer than all the rest of a build in which nothing has changed, since most of the program has to be loaded for it.</remarks>
public sealed class RepeatedBuilds(ContentStore store)
{
    private const string Kind = "repeat-1";
    private const char Separator = '\0';

    /// <summary>The key of a build.</summary>
    /// <param name="words">All that was said and all of the surroundings that may decide what is built, names of files among it; not what is in the files.</param>
    public static Digest KeyOf(IEnumerable<string> words) => Digest.Of(Encoding.UTF8.GetBytes(string.Join(Separator, words.Prepend(EarlierBuilds.Program))));

    /// <summary>
    /// Delivers again what the build <paramref name="key"/> gave, and reports what it said; null, with nothing reported, where that is not known or a file has changed since.
    /// </summary>
    /// <exception cref="BothyException">It cannot be delivered.</exception>
    public async Task<BuildResult?> TryRepeatAsync(
        Digest key, ImmutableArray<Destination> destinations, IProgress<BuildEvent> progress, CancellationToken cancellationToken)
    {
        if (destinations.Any(destination => destination is not (Destination.Layout or Destination.OciArchive or Destination.DockerArchive))
            || TryFind(key) is not { } found)
        {
            return null;
        }

        try
        {
            var delivery = new Delivery(found.Build.Image, [], found.Build.Epoch);
            foreach (var destination in destinations)
            {
                await Task.Run(() => destination.Write(delivery, cancellationToken), cancellationToken);
            }
        }
        catch (DamagedItemException)
        {
            // It has been taken out of the store and is reported; what is missing now is made by building.
            return null;
        }

        progress.Report(EarlierBuilds.NothingChanged(found.Build.Facts.Architecture.Name));
        foreach (string warning in found.Warnings)
        {
            progress.Report(new BuildEvent.Warning(warning));
        }

        return new BuildResult(found.Build.Facts.Digest, [found.Build.Facts], found.Build.Image);
    }

    /// <summary>
    /// Remembers that the build <paramref name="key"/> gave <paramref name="result"/>, unless the store did not have that before, more decides it than
    /// can be told by the bytes of a few files, or one of them has changed meanwhile.
    /// </summary>
    /// <param name="key">See <see cref="KeyOf"/>.</param>
    /// <param name="spec">The image file.</param>
    /// <param name="lockFile">The lock, as it was before it was read.</param>
    /// <param name="result">What the build gave.</param>
    /// <param name="warnings">What it warned of.</param>
    /// <exception cref="StoreWriteException">The store cannot be written.</exception>
    public void Add(Digest key, ImageSpec spec, FileRead lockFile, BuildResult result, IEnumerable<string> warnings)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(result);
        ImmutableArray<FileRead> files = [lockFile, .. spec.Files];
        if (result.FoundBy is not { } image || spec.Files.IsEmpty || !IsDecidedByFiles(spec) || !files.All(IsUnchanged))
        {
            return;
        }

        IEnumerable<string> fields =
        [
            result.Images[0].Architecture.Name,
            image.ToString(),
            files.Length.ToString(System.Globalization.CultureInfo.InvariantCulture),
            .. files.SelectMany(file => new[] { file.Path, file.Digest?.ToString() ?? "" }),
            .. warnings,
        ];
        store.AddResult(Kind, key, Encoding.UTF8.GetBytes(string.Join(Separator, fields)));
    }

    // A policy may ask for the day, and the rest for other files or images.
    private static bool IsDecidedByFiles(ImageSpec spec) =>
        spec is { Policy: null, Tests: null, Init: null, Debug: false }
        && spec.Contents is { Base: null, BaseIndex: null, Slices: null, Files.IsEmpty: true };

    private (EarlierBuild Build, string[] Warnings)? TryFind(Digest key)
    {
        if (store.TryReadResult(Kind, key) is not { } record)
        {
            return null;
        }

        string[] fields = Encoding.UTF8.GetString(record).Split(Separator);
        int files = int.Parse(fields[2], System.Globalization.CultureInfo.InvariantCulture);
        for (int index = 0; index < files; index++)
        {
            string digest = fields[4 + (2 * index)];
            if (!IsUnchanged(new FileRead(fields[3 + (2 * index)], digest.Length == 0 ? null : Digest.Parse(digest, null))))
            {
                return null;
            }
        }

        var records = new BuildRecords(store);
        return ImageArchitecture.TryParse(fields[0], preferDebian: false, out var architecture)
            && new EarlierBuilds(store).TryFind(Digest.Parse(fields[1], null), architecture) is { } build
            && records.Contains(build.Facts.Digest)
            && records.Contains(build.Image.Manifest.Config.Digest)
            ? (build, fields[(3 + (2 * files))..])
            : null;
    }

    private static bool IsUnchanged(FileRead file) => FileRead.Of(file.Path) == file;
}
