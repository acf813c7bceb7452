using System.Collections.Immutable;
using Bothy.Engine.ImageFiles;
using Bothy.Oci.Sources;
using Bothy.Packages.Slices;
using Bothy.Store;
using Bothy.Transfer;

namespace Bothy.Engine.Building;

/// <summary>What a build works with, apart from what it builds. Nothing in it but <see cref="SourceDateEpoch"/> and <see cref="Slices"/> changes the bytes of an image.</summary>
public sealed record BuildSettings
{
    /// <summary>Where packages and indexes are kept.</summary>
    public required ContentStore Store { get; init; }

    /// <summary>How they are fetched.</summary>
    public required TransferClient Transfer { get; init; }

    /// <summary>The clock that signatures and indexes are judged by.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>Told what happens; called from several threads.</summary>
    public required IProgress<BuildEvent> Progress { get; init; }

    /// <summary>How an image to build on is opened; null where none is.</summary>
    public ImageAccess? Images { get; init; }

    /// <summary>Where the machine's own apt configuration and keyrings are read from.</summary>
    public string MachineRoot { get; init; } = "/";

    /// <summary>What a relative name of an image file is relative to: a full path.</summary>
    public string WorkingDirectory { get; init; } = "/";

    /// <summary>The Debian mirror for sources without a URI that the machine's own configuration does not answer; null for none.</summary>
    public string? DebianMirror { get; init; }

    /// <summary>How many threads may work at once.</summary>
    public int Parallelism { get; init; } = 1;

    /// <summary>Whether only what the store has may be used.</summary>
    public bool Offline { get; init; }

    /// <summary>Whether indexes older than those of the lock are accepted.</summary>
    public bool AllowRollback { get; init; }

    /// <summary>Whether apk indexes and packages that no trusted key signed are taken.</summary>
    public bool AllowUntrusted { get; init; }

    /// <summary>Local directories to look for packages in before further mirrors.</summary>
    public ImmutableArray<string> PackageDirectories { get; init; } = [];

    /// <summary>Whether local files may come from outside the image file's directory.</summary>
    public bool AllowOutside { get; init; }

    /// <summary>The slice definitions that came with an image that is built again; null to read those that the image file names.</summary>
    public SliceRelease? Slices { get; init; }

    /// <summary>Whether images that would not work, or break their policy, are refused.</summary>
    public bool Check { get; init; }

    /// <summary>Whether images that fail the tests of their image file are refused.</summary>
    public bool Test { get; init; }

    /// <summary>Told what the build looks at; null where nobody asks.</summary>
    public BuildTrace? Trace { get; init; }

    /// <summary>The newest time an image may show, in seconds since 1970; null to take it from the newest file of the packages.</summary>
    public long? SourceDateEpoch { get; init; }

    /// <summary>The directory of the image file, which relative names in it start at.</summary>
    internal string DirectoryOf(ImageSpec spec) => Path.GetDirectoryName(Path.GetFullPath(spec.FileName, WorkingDirectory))!;

    /// <summary>
    /// The full path of what the image file calls <paramref name="name"/>: beside the file where that is there, else in the working
    /// directory, where apko looks, else beside the file.
    /// </summary>
    internal string PathBeside(ImageSpec spec, string name)
    {
        string beside = Path.GetFullPath(name, DirectoryOf(spec));
        string here = Path.GetFullPath(name, WorkingDirectory);
        if (Path.Exists(beside) || !Path.Exists(here))
        {
            return beside;
        }

        Trace?.Add(FileRead.Of(beside));
        return here;
    }
}
