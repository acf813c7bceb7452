using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Bothy.Engine.Building;
using Bothy.Engine.ImageFiles;
using Bothy.Formats.Text;
using Bothy.Formats.Trees;
using Bothy.Store;

namespace Bothy.Engine.LocalFiles;

/// <summary>Reads what an image file's <c>contents.files</c> names: which files there are, what goes where, and the digest of each.</summary>
internal sealed class LocalFileReader
{
    private const int ReadableByAll = 0b100_100_100;
    private const int ProgramMode = 0b111_101_101;
    private const string Phase = "local files";

    private readonly LocalFileRequest _request;
    private readonly IProgress<BuildEvent> _progress;
    private readonly FileDigests _digests;

    public LocalFileReader(LocalFileRequest request, ContentStore store, TimeProvider time, int parallelism, IProgress<BuildEvent> progress)
    {
        _request = request;
        _progress = progress;
        _digests = new FileDigests(store, time, parallelism);
    }

    /// <summary>Reads all of it; null where the image file names nothing.</summary>
    /// <exception cref="BothyException">Something is not there, must not be read, lies outside the image file's directory or cannot be in an image.</exception>
    public LocalFileSet? Read(CancellationToken cancellationToken)
    {
        if (_request.Files.IsEmpty)
        {
            return null;
        }

        _progress.Report(new BuildEvent.Started(Phase));
        ImmutableArray<LocalFileSource> sources = [.. _request.Files.Select(file => Read(file, cancellationToken))];
        int count = sources.Sum(source => source.Entries.Count(entry => entry.Kind == EntryKind.File));
        string read = _digests.Bytes.Read == 0 ? "" : $", {ByteSize.Text(_digests.Bytes.Read)} of it read";
        _progress.Report(new BuildEvent.Finished(Phase, string.Create(CultureInfo.InvariantCulture, $"{count} files, {ByteSize.Text(_digests.Bytes.Total)}{read}")));
        return new LocalFileSet(sources, Digest.Of(Encoding.ASCII.GetBytes(string.Concat(sources.Select(source => $"{source.Digest}\n")))));
    }

    private LocalFileSource Read(LocalFileSpec file, CancellationToken cancellationToken)
    {
        try
        {
            var source = SourceLocation.Of(file.Source.Value, _request.Project, _request.AllowOutside);
            var found = Find(source, new ExcludeRules(file.Exclude), cancellationToken);
            var entries = Entries(file, source, found, cancellationToken);
            return new LocalFileSource(file.Source.Value, file.Path, entries, DigestOf(entries));
        }
        catch (BothyException failure) when (failure is not MalformedDataException)
        {
            throw new BothyException($"{file.Source.Mark}: {failure.Message}", failure) { Hint = failure.Hint ?? TravelHint };
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new BothyException($"{file.Source.Mark}: cannot read '{file.Source.Value}': {FileFailure.Reason(failure)}", failure) { Hint = TravelHint };
        }
    }

    // An image file that was read from none came with an image.
    private string? TravelHint => _request.HasTravelled ? "Local files do not travel with an image: they are looked for in the working directory." : null;

    private static List<FoundFile> Find(SourceLocation source, ExcludeRules rules, CancellationToken cancellationToken)
    {
        if (source.Status is { IsDirectory: false })
        {
            return rules.Excludes([source.Name])
                ? throw new BothyException($"cannot take '{source.Text}': its own 'exclude' leaves it out")
                : [new FoundFile([], source.FullPath, source.Status)];
        }

        var found = new SourceWalk(rules).Walk(source.FullPath, source.Pattern, cancellationToken);
        return source.Pattern is null || found.Count > 0 ? found
            : throw new BothyException($"cannot take '{source.Text}': nothing in {source.FullPath} matches{(rules.IsEmpty ? "" : " and is not excluded")}");
    }

    private ImmutableArray<TreeEntry> Entries(LocalFileSpec file, SourceLocation source, List<FoundFile> found, CancellationToken cancellationToken)
    {
        var files = found.Where(one => one.Status.IsFile).OrderBy(one => one.Relative, StringComparer.Ordinal).ToList();
        string what = $"{source.FullPath}\n{source.Text}\n{string.Join('\n', file.Exclude)}";
        var contents = _digests.Of(what, files, new ReadProgress(_progress), cancellationToken);
        var contentOf = files.Zip(contents).ToDictionary(pair => pair.First.Relative, pair => pair.Second, StringComparer.Ordinal);
        var origin = new Origin.LocalFile(file.Source.Value);
        var target = file.IntoDirectory && source.Status is { IsDirectory: false } ? Below(file.Path, source.Name) : file.Path;
        var entries = new List<TreeEntry>(found.Count + 1);
        if (source.Status is { IsDirectory: true } && source.Pattern is null && !target.IsRoot)
        {
            entries.Add(Owned(TreeEntry.Directory(target, origin, DirectoryMode(file.Mode)), file));
        }

        foreach (var one in found)
        {
            var path = one.Parts.Length == 0 ? target : Below(target, one.Relative);
            entries.Add(Owned(
                one.Status.IsDirectory ? TreeEntry.Directory(path, origin, DirectoryMode(file.Mode))
                : one.Status.IsLink ? TreeEntry.SymbolicLink(path, TargetOf(one), origin)
                : TreeEntry.File(path, contentOf[one.Relative], origin, file.Mode ?? (one.Status.IsExecutable ? ProgramMode : TreeEntry.DefaultFileMode)),
                file));
        }

        return [.. entries.OrderBy(entry => entry.Path)];
    }

    private static TreeEntry Owned(TreeEntry entry, LocalFileSpec file) => entry with
    {
        UserId = checked((int)(file.Uid ?? 0)),
        GroupId = checked((int)(file.Gid ?? 0)),
    };

    // Who may read a file may go into the directory that it is in.
    private static int DirectoryMode(int? mode) => mode is { } given ? (given & 0b111_111_111) | ((given & ReadableByAll) >> 2) : TreeEntry.DefaultDirectoryMode;

    private static string TargetOf(FoundFile link) => new FileInfo(link.FullPath).LinkTarget is { Length: > 0 } target && !target.Contains('\uFFFD', StringComparison.Ordinal)
        ? target
        : throw new BothyException($"cannot take {link.FullPath}: what it links to is not UTF-8 text");

    private static TreePath Below(TreePath directory, string relative) => TreePath.TryParse((directory.IsRoot ? "" : directory.Value + "/") + relative, null, out var path)
        ? path
        : throw new BothyException($"cannot put '{relative}' into {directory}: that is no path of an image");

    private static Digest DigestOf(ImmutableArray<TreeEntry> entries)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var entry in entries)
        {
            // NUL is in no path and no link.
            hash.AppendData(Encoding.UTF8.GetBytes(string.Create(
                CultureInfo.InvariantCulture, $"{entry.Path.Value}\0{(int)entry.Kind}\0{entry.Mode}\0{entry.UserId}\0{entry.GroupId}\0{entry.LinkTarget}\0{entry.Content?.Digest}\0")));
        }

        return Digest.FromHash(hash.GetHashAndReset());
    }

    private sealed class ReadProgress(IProgress<BuildEvent> progress) : IProgress<long>
    {
        public void Report(long value) => progress.Report(new BuildEvent.Advanced(Phase, value, 0));
    }
}
