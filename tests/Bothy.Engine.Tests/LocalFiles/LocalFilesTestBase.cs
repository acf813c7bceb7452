using System.Text;
using Bothy.Engine.Building;
using Bothy.Engine.ImageFiles;
using Bothy.Engine.LocalFiles;
using Bothy.Formats.Trees;
using Bothy.Store;
using Bothy.Transfer;

namespace Bothy.Engine.Tests.LocalFiles;

/// <summary>A project directory with files in it, as <c>contents.files</c> sees it.</summary>
public abstract class LocalFilesTestBase : IDisposable
{
    private readonly TransferClient _transfer = new(new TransferSettings { UserAgent = "test", Offline = true }, TimeProvider.System);

    /// <summary>What is beside the project.</summary>
    internal TemporaryDirectory Outside { get; } = new();

    internal string Project => Directory.CreateDirectory(Outside["project"]).FullName;

    /// <summary>A clock for which everything was written long ago.</summary>
    internal FixedClock Clock { get; } = new(DateTimeOffset.UtcNow.AddHours(1));

    internal ContentStore Store => new(Outside["store"]);

    /// <summary>Writes a file of the project, a directory where <paramref name="name"/> ends in a slash.</summary>
    internal string Write(string name, string text = "text\n", UnixFileMode? mode = null)
    {
        string path = Path.Combine(Project, name);
        if (name.EndsWith('/'))
        {
            return Directory.CreateDirectory(path).FullName;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        if (mode is { } bits && !OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, bits);
        }

        return path;
    }

    internal void Link(string name, string target)
    {
        string path = Path.Combine(Project, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.CreateSymbolicLink(path, target);
    }

    /// <summary>Reads entries of <c>contents.files</c>, written as flow maps.</summary>
    internal LocalFileSet Read(params string[] files) => Read(allowOutside: false, files);

    internal LocalFileSet Read(bool allowOutside, params string[] files)
    {
        string yaml = $"contents:\n  files:\n{string.Concat(files.Select(file => $"  - {file}\n"))}";
        var settings = new BuildSettings
        {
            Store = Store,
            Transfer = _transfer,
            Time = Clock,
            Progress = new Progress<BuildEvent>(),
            WorkingDirectory = Project,
            Parallelism = 2,
            AllowOutside = allowOutside,
        };
        var request = LocalFileRequest.Of(ImageFile.Parse("image.yaml", Encoding.UTF8.GetBytes(yaml)), settings);
        return new LocalFileReader(request, settings.Store, settings.Time, settings.Parallelism, settings.Progress).Read(CancellationToken.None)!;
    }

    internal BothyException Refused(params string[] files) => Assert.Throws<BothyException>(() => Read(files));

    internal static string Dump(LocalFileSet set)
    {
        var tree = new FileTree();
        foreach (var entry in set.Sources.SelectMany(static source => source.Entries))
        {
            tree.Set(entry);
        }

        return TreeDump.Of(tree);
    }

    internal static string[] Paths(LocalFileSet set) =>
        [.. set.Sources.SelectMany(static source => source.Entries).Where(static entry => entry.Kind != EntryKind.Directory).Select(static entry => entry.Path.ToString())];

    public void Dispose()
    {
        _transfer.Dispose();
        Outside.Dispose();
        GC.SuppressFinalize(this);
    }
}
