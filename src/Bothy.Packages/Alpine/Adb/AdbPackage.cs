using System.Collections.Immutable;
using Bothy.Formats.Tar;
using Bothy.Formats.Trees;

namespace Bothy.Packages.Alpine.Adb;

/// <summary>The metadata of a package of format 3: description, files, scripts and triggers (apk-package(5)).</summary>
internal sealed class AdbPackage
{
    private const int MaxMetadata = 64 << 20;
    private const int MaxFiles = 1 << 20;

    // The order of the slots, from 1.
    private static readonly string[] ScriptNames =
        [".trigger", ".pre-install", ".post-install", ".pre-deinstall", ".post-deinstall", ".pre-upgrade", ".post-upgrade"];

    private AdbPackage(AdbPackageInfo info, ImmutableArray<AdbDirectory> directories, ImmutableArray<KeyValuePair<string, ReadOnlyMemory<byte>>> scripts)
    {
        Info = info;
        Directories = directories;
        Scripts = scripts;
    }

    /// <summary>The description, with triggers and priority of replacement.</summary>
    public AdbPackageInfo Info { get; }

    /// <summary>The directories with their files, in the order that content follows.</summary>
    public ImmutableArray<AdbDirectory> Directories { get; }

    /// <summary>The scripts, by the names they have in a v2 package.</summary>
    public ImmutableArray<KeyValuePair<string, ReadOnlyMemory<byte>>> Scripts { get; }

    /// <summary>Opens a file that should be a package: its metadata and signatures are read, and nothing of it is trusted yet.</summary>
    /// <param name="file">The file; stays the caller's.</param>
    /// <param name="source">What it is, for messages.</param>
    /// <param name="limit">The most bytes it may decompress to.</param>
    /// <exception cref="MalformedDataException">It is no file of format 3.</exception>
    /// <exception cref="BothyException">It is compressed in a way that is not supported, or over a limit.</exception>
    public static AdbReader Open(Stream file, string source, long limit) => new(file, source, MaxMetadata, limit);

    /// <summary>Reads the metadata.</summary>
    /// <exception cref="MalformedDataException">It is no package.</exception>
    public static AdbPackage Read(AdbReader reader, string source)
    {
        if (reader.Schema != AdbSchema.Package)
        {
            throw reader.Malformed(4, "it is not a package");
        }

        var root = new AdbDocument(reader.Metadata, source).Root;
        var info = AdbPackageInfo.Read(root[1].ToObject());
        var fields = info.Info with { Triggers = Triggers(root[4].ToObject()), ReplacesPriority = root[5].ToNumber(int.MaxValue) };
        var shape = new PackageTreeShape($"{source}, metadata", allowDevices: true);
        return new AdbPackage(info with { Info = fields }, Paths(root[2].ToObject(), fields.BuildTime, shape), ReadScripts(root[3].ToObject()));
    }

    private static ImmutableArray<string> Triggers(AdbObject array)
    {
        var triggers = ImmutableArray.CreateBuilder<string>();
        for (int i = 1; i <= array.Last; i++)
        {
            triggers.Add(array[i].ToWord());
        }

        return triggers.ToImmutable();
    }

    private static ImmutableArray<KeyValuePair<string, ReadOnlyMemory<byte>>> ReadScripts(AdbObject slots)
    {
        var scripts = ImmutableArray.CreateBuilder<KeyValuePair<string, ReadOnlyMemory<byte>>>();
        for (int i = 1; i <= Math.Min(slots.Last, ScriptNames.Length); i++)
        {
            if (slots[i].ToBlob() is { IsEmpty: false } script)
            {
                scripts.Add(KeyValuePair.Create(ScriptNames[i - 1], script));
            }
        }

        return scripts.ToImmutable();
    }

    private static ImmutableArray<AdbDirectory> Paths(AdbObject array, long directoryTime, PackageTreeShape shape)
    {
        int files = 0;
        var directories = ImmutableArray.CreateBuilder<AdbDirectory>();
        for (int i = 1; i <= array.Last; i++)
        {
            directories.Add(Directory(array[i], directoryTime, shape));
            files += 1 + directories[^1].Files.Length;
            if (files > MaxFiles)
            {
                throw array[i].Malformed(FormattableString.Invariant($"it has more than {MaxFiles} files"));
            }
        }

        return directories.ToImmutable();
    }

    // Directories have no time of their own; in a package of format 2 they have this one too.
    private static AdbDirectory Directory(AdbValue value, long time, PackageTreeShape shape)
    {
        var slots = value.ToObject();
        var path = shape.Add(new TarEntry { Name = slots[1].ToText(), Kind = EntryKind.Directory });
        var array = slots[3].ToObject();
        var files = ImmutableArray.CreateBuilder<AdbFile>();
        for (int i = 1; i <= array.Last; i++)
        {
            files.Add(AdbFile.Read(array[i], path, shape));
        }

        return new AdbDirectory(AdbAccess.Read(slots[2].ToObject(), TreeEntry.DefaultDirectoryMode).Entry(path, EntryKind.Directory, time), files.ToImmutable());
    }
}

/// <summary>A directory and the files directly in it.</summary>
internal sealed record AdbDirectory(TreeEntry Entry, ImmutableArray<AdbFile> Files);
