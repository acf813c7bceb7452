using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;
using Bothy.Engine.ImageFiles;
using Bothy.Engine.LocalFiles;
using Bothy.Oci;
using Bothy.Packages.Repositories;
using Bothy.Store;

namespace Bothy.Engine.Building;

/// <summary>
/// Builds that gave what the store had already, by the words in which they were asked for: while the files that decide them have the same bytes, and the
/// repositories that were solved with serve the same documents, neither the image file nor a lock or an index is read for what it says.
/// </summary>
/// <param name="store">Where they are remembered.</param>
/// <param name="documents">Asked whether documents of repositories are still the same.</param>
/// <param name="clock">The clock that signatures and indexes are judged by.</param>
/// <param name="parallelism">How many threads may read local files at once.</param>
/// <remarks>Reading them takes longer than all the rest of a build in which nothing has changed, since most of the program has to be loaded for it.</remarks>
public sealed class RepeatedBuilds(ContentStore store, SeenDocuments documents, TimeProvider clock, int parallelism)
{
    private const char Separator = '\0';

    private readonly DateTimeOffset _now = clock.GetUtcNow();

    /// <summary>The key of a build.</summary>
    /// <param name="words">All that was said and all of the surroundings that may decide what is built, names of files among it; not what is in the files.</param>
    public static Digest KeyOf(IEnumerable<string> words)
    {
        // Where no architecture is named, this machine's is meant; stores can be shared.
        string[] program = [EarlierBuilds.Program, RuntimeInformation.OSArchitecture.ToString()];
        return Digest.Of(Encoding.UTF8.GetBytes(string.Join(Separator, program.Concat(words))));
    }

    /// <summary>Whether a build <paramref name="key"/> is remembered, whatever has become of what decided it.</summary>
    public bool IsKnown(Digest key) => RepeatedBuild.TryRead(store, key) is not null;

    /// <summary>
    /// Delivers again what the build <paramref name="key"/> gave, and reports what it said; null where that is not known or something has changed since,
    /// with nothing reported but that local files and repositories were looked at.
    /// </summary>
    /// <param name="key">See <see cref="KeyOf"/>.</param>
    /// <param name="destinations">Where to.</param>
    /// <param name="trace">The trace of the build that follows where nothing can be repeated.</param>
    /// <param name="progress">Told what happens.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="BothyException">It cannot be delivered, or a repository cannot be asked.</exception>
    public async Task<BuildResult?> TryRepeatAsync(
        Digest key, ImmutableArray<Destination> destinations, BuildTrace trace, IProgress<BuildEvent> progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(trace);
        ArgumentNullException.ThrowIfNull(progress);
        if (destinations.Any(destination => destination is not (Destination.Layout or Destination.OciArchive or Destination.DockerArchive))
            || RepeatedBuild.TryRead(store, key) is not { } record
            || TryFind(record) is not { } found
            || !HasSameFiles(record, trace, progress, cancellationToken)
            || !await AreServedAsync(record, progress, cancellationToken))
        {
            return null;
        }

        try
        {
            var delivery = new Delivery(found.Image, [], found.Epoch) { Parallelism = parallelism };
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

        progress.Report(EarlierBuilds.NothingChanged(found.Facts.Architecture.Name));
        foreach (string warning in record.Warnings)
        {
            progress.Report(new BuildEvent.Warning(warning));
        }

        return new BuildResult(found.Facts.Digest, [found.Facts], found.Image);
    }

    /// <summary>
    /// Remembers that the build <paramref name="key"/> gave <paramref name="result"/>, unless the store did not have that before, more decides it than
    /// can be told by the bytes of a few files and documents, or one of the files has changed meanwhile.
    /// </summary>
    /// <param name="key">See <see cref="KeyOf"/>.</param>
    /// <param name="spec">The image file.</param>
    /// <param name="lockFile">The lock, as it was before it was read.</param>
    /// <param name="settings">What it was built with; its trace was told what the build looked at.</param>
    /// <param name="result">What the build gave.</param>
    /// <param name="warnings">What it warned of.</param>
    /// <exception cref="StoreWriteException">The store cannot be written.</exception>
    public void Add(Digest key, ImageSpec spec, FileRead lockFile, BuildSettings settings, BuildResult result, IEnumerable<string> warnings)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(result);
        if (settings.Trace is not { IsIncomplete: false } trace)
        {
            return;
        }

        ImmutableArray<FileRead> files = [lockFile, .. spec.Files, .. trace.Files];
        var seen = trace.Documents;
        if (result.FoundBy is not { } image || spec.Files.IsEmpty || spec.Debug || BuildCheck.AsksAdvisories(spec)
            || !files.All(IsUnchanged) || seen.Any(static document => document.HasSecrets))
        {
            return;
        }

        new RepeatedBuild
        {
            Architecture = result.Images[0].Architecture.Name,
            Image = image,
            Files = files,
            Documents = seen,
            LocalFiles = result.LocalFiles is { } local ? new RepeatedFiles(LocalFileRequest.Of(spec, settings), local.Digest) : null,
            Since = _now,
            Until = trace.Until,
            Warnings = [.. warnings],
        }.Write(store, key);
    }

    private bool HasSameFiles(RepeatedBuild record, BuildTrace trace, IProgress<BuildEvent> progress, CancellationToken cancellationToken)
    {
        if (record.LocalFiles is not { } local)
        {
            return true;
        }

        try
        {
            var files = new LocalFileReader(local.Request, store, clock, parallelism, progress).Read(cancellationToken)!;
            trace.Keep(local.Request, files);
            return files.Digest == local.Digest;
        }
        catch (BothyException)
        {
            // Whoever reads the image file knows where in it that is asked for.
            return false;
        }
    }

    private EarlierBuild? TryFind(RepeatedBuild record)
    {
        if (!record.HoldsAt(_now) || !record.Files.All(IsUnchanged))
        {
            return null;
        }

        var records = new BuildRecords(store);
        return ImageArchitecture.TryParse(record.Architecture, preferDebian: false, out var architecture)
            && new EarlierBuilds(store).TryFind(record.Image, architecture) is { } build
            && records.Contains(build.Facts.Digest)
            && records.Contains(build.Image.Manifest.Config.Digest)
            ? build
            : null;
    }

    private async Task<bool> AreServedAsync(RepeatedBuild record, IProgress<BuildEvent> progress, CancellationToken cancellationToken)
    {
        if (record.Documents.All(static document => document.IsLocal))
        {
            return record.Documents.IsEmpty || await documents.AreCurrentAsync(record.Documents, cancellationToken);
        }

        string phase = $"indexes {record.Architecture}";
        progress.Report(new BuildEvent.Started(phase));
        bool areCurrent = await documents.AreCurrentAsync(record.Documents, cancellationToken);
        progress.Report(new BuildEvent.Finished(phase, areCurrent ? "as they were" : "there are newer ones"));
        return areCurrent;
    }

    private static bool IsUnchanged(FileRead file) => FileRead.Of(file.Path) == file;
}
