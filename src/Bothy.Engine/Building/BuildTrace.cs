using System.Collections.Immutable;
using Bothy.Engine.ImageFiles;
using Bothy.Engine.LocalFiles;
using Bothy.Packages.Repositories;

namespace Bothy.Engine.Building;

/// <summary>
/// What a build looked at beside the image file, the lock and local files: files of the machine, documents of repositories, the clock. While all of that
/// is as it was, building again comes to the same. Safe for several threads.
/// </summary>
public sealed class BuildTrace
{
    private readonly Lock _adding = new();
    private readonly List<FileRead> _files = [];
    private readonly List<SeenDocument> _documents = [];
    private DateTimeOffset? _until;
    private (LocalFileRequest Request, LocalFileSet Files)? _local;

    /// <summary>The files, and the directories whose names were looked at.</summary>
    public ImmutableArray<FileRead> Files
    {
        get
        {
            lock (_adding)
            {
                return [.. _files.Distinct()];
            }
        }
    }

    /// <summary>The documents of repositories.</summary>
    public ImmutableArray<SeenDocument> Documents
    {
        get
        {
            lock (_adding)
            {
                return [.. _documents.DistinctBy(static document => document.Note)];
            }
        }
    }

    /// <summary>Whether something was looked at that cannot be told here.</summary>
    public bool IsIncomplete { get; private set; }

    /// <summary>From when on signatures and indexes may be judged otherwise; null for never.</summary>
    public DateTimeOffset? Until => _until;

    /// <summary>Keeps local files that were looked at to find that they have changed: nobody has to look again.</summary>
    internal void Keep(LocalFileRequest request, LocalFileSet files) => _local = (request, files);

    /// <summary>The local files of <paramref name="request"/>, where they were looked at before; else null.</summary>
    internal LocalFileSet? FilesOf(LocalFileRequest request) => _local is { } local && local.Request.IsSameAs(request) ? local.Files : null;

    /// <summary>Says that something was looked at that cannot be told here.</summary>
    public void LeaveIncomplete() => IsIncomplete = true;

    /// <summary>Adds a file that was looked at.</summary>
    public void Add(FileRead file)
    {
        lock (_adding)
        {
            _files.Add(file);
        }
    }

    /// <summary>Adds what is at <paramref name="paths"/> as it is now.</summary>
    public void Add(IEnumerable<string> paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        foreach (string path in paths)
        {
            Add(FileRead.Of(path));
        }
    }

    /// <summary>Adds all files that are in <paramref name="directories"/> as they are now, and that there are no others.</summary>
    public void AddDirectories(IEnumerable<string> directories)
    {
        ArgumentNullException.ThrowIfNull(directories);
        foreach (string directory in directories)
        {
            Add([directory + "/"]);
            Add(Directory.Exists(directory) ? Directory.EnumerateFiles(directory) : []);
        }
    }

    /// <summary>Adds a document of a repository.</summary>
    public void Add(SeenDocument document) => Add([document]);

    /// <summary>Adds documents of repositories.</summary>
    public void Add(IEnumerable<SeenDocument> documents)
    {
        lock (_adding)
        {
            _documents.AddRange(documents);
        }
    }

    /// <summary>Says that what was found does not hold from <paramref name="time"/> on; null for no end.</summary>
    public void EndsAt(DateTimeOffset? time)
    {
        lock (_adding)
        {
            _until = time < (_until ?? DateTimeOffset.MaxValue) ? time : _until;
        }
    }
}
