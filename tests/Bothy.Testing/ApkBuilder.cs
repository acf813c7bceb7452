using System.Collections.Immutable;
using System.Text;
using Bothy.Formats.Trees;
using Bothy.Packages.Alpine;
using Bothy.Packages.Alpine.Writing;

namespace Bothy.Testing;

/// <summary>
/// Makes an apk v2 package in a few lines: <c>new ApkBuilder("hello").Depends("musl").File("usr/bin/hello", "…", 0b111_101_101)</c>.
/// Directories above what is added are made as they are needed. Bytes that our own writer cannot be made to write are for the test to make.
/// </summary>
public sealed class ApkBuilder
{
    private readonly FileTree _tree = new();
    private ApkPkgInfo _info;
    private ImmutableSortedDictionary<string, ReadOnlyMemory<byte>> _scripts = ImmutableSortedDictionary.Create<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);

    /// <summary>Begins a package, whose origin is its own name.</summary>
    public ApkBuilder(string name, string version = "1.0-r0", string architecture = "x86_64")
    {
        _info = new ApkPkgInfo
        {
            Name = name,
            Version = version,
            Architecture = architecture,
            Description = $"{name} of a test",
            Url = "https://example.test",
            License = "MIT",
            Origin = name,
            BuildTime = 1_700_000_000,
        };
    }

    /// <summary>The package's name.</summary>
    public string Name => _info.Name;

    /// <summary>The package's version.</summary>
    public string Version => _info.Version;

    /// <summary>The package's architecture.</summary>
    public string Architecture => _info.Architecture;

    /// <summary>The name of its file in a repository.</summary>
    public string FileName => $"{Name}-{Version}.apk";

    /// <summary>What is written: <see cref="ApkPkgInfo.InstalledSize"/> is worked out where <see cref="Info"/> set none.</summary>
    public ApkToWrite Package
    {
        get
        {
            var package = new ApkToWrite(_info, _tree) { Scripts = _scripts };
            return _info.InstalledSize != 0 ? package : package with { Info = _info with { InstalledSize = ApkPackageWriter.InstalledSizeOf(package) } };
        }
    }

    /// <summary>Changes any part of the description.</summary>
    public ApkBuilder Info(Func<ApkPkgInfo, ApkPkgInfo> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        _info = change(_info);
        return this;
    }

    /// <summary>Adds dependencies, each as apk writes it: <c>musl&gt;=1.2</c>, <c>!other</c>, <c>so:libc.musl-x86_64.so.1</c>.</summary>
    public ApkBuilder Depends(params string[] dependencies) => Info(info => info with { Depends = info.Depends.AddRange(dependencies) });

    /// <summary>Adds what it provides: <c>name</c> or <c>name=version</c>.</summary>
    public ApkBuilder Provides(params string[] names) => Info(info => info with { Provides = info.Provides.AddRange(names) });

    /// <summary>Adds packages whose files it may overwrite.</summary>
    public ApkBuilder Replaces(params string[] names) => Info(info => info with { Replaces = info.Replaces.AddRange(names) });

    /// <summary>Adds conditions under which it is installed unasked.</summary>
    public ApkBuilder InstallIf(params string[] dependencies) => Info(info => info with { InstallIf = info.InstallIf.AddRange(dependencies) });

    /// <summary>Adds a <c>.trigger</c> script for these patterns of directories.</summary>
    public ApkBuilder Trigger(string script, params string[] patterns) =>
        Script(".trigger", script).Info(info => info with { Triggers = info.Triggers.AddRange(patterns) });

    /// <summary>Adds a script by its name in the package, such as <c>.post-install</c>.</summary>
    public ApkBuilder Script(string name, string text)
    {
        _scripts = _scripts.SetItem(name, Encoding.UTF8.GetBytes(text));
        return this;
    }

    /// <summary>Adds a file of <c>root:root</c>, or of <paramref name="owner"/>, <c>user:group</c>.</summary>
    public ApkBuilder File(string path, string text = "", int mode = TreeEntry.DefaultFileMode, string owner = "root:root") =>
        File(path, Encoding.UTF8.GetBytes(text), mode, owner);

    /// <summary>Adds a file of <c>root:root</c>, or of <paramref name="owner"/>, <c>user:group</c>.</summary>
    public ApkBuilder File(string path, byte[] content, int mode = TreeEntry.DefaultFileMode, string owner = "root:root") =>
        Add(Owned(TreeEntry.File(TreePath.Parse(path), FileContent.Of(content), Origin, mode), owner));

    /// <summary>Adds a directory.</summary>
    public ApkBuilder Directory(string path, int mode = TreeEntry.DefaultDirectoryMode, string owner = "root:root") =>
        Add(Owned(TreeEntry.Directory(TreePath.Parse(path), Origin, mode), owner));

    /// <summary>Adds a symbolic link.</summary>
    public ApkBuilder Link(string path, string target) => Add(Owned(TreeEntry.SymbolicLink(TreePath.Parse(path), target, Origin), "root:root"));

    /// <summary>Adds a second name for the file <paramref name="first"/>, which should be there already: the link has its mode, owner and attributes.</summary>
    public ApkBuilder HardLink(string path, string first)
    {
        var file = _tree.TryGet(TreePath.Parse(first), out var found) ? found : Owned(TreeEntry.File(TreePath.Parse(path), FileContent.Empty, Origin), "root:root");
        return Add(file with { Path = TreePath.Parse(path), Kind = EntryKind.HardLink, Content = null, LinkTarget = first });
    }

    /// <summary>Adds a character device.</summary>
    public ApkBuilder Device(string path, int major, int minor, int mode = 0b110_110_110) =>
        Add(Owned(
            new TreeEntry { Path = TreePath.Parse(path), Kind = EntryKind.CharacterDevice, Mode = mode, Origin = Origin, DeviceMajor = major, DeviceMinor = minor },
            "root:root"));

    /// <summary>Gives what was added at <paramref name="path"/> an extended attribute, such as <c>security.capability</c>.</summary>
    public ApkBuilder ExtendedAttribute(string path, string name, byte[] value)
    {
        if (!_tree.TryGet(TreePath.Parse(path), out var entry))
        {
            throw new ArgumentException($"nothing was added at {path}", nameof(path));
        }

        return Add(entry with { ExtendedAttributes = entry.ExtendedAttributes.SetItem(name, value) });
    }

    /// <summary>Adds an entry as it is, or puts it in the place of the one at its path.</summary>
    public ApkBuilder Add(TreeEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        for (var parent = entry.Path.Parent; !parent.IsRoot; parent = parent.Parent)
        {
            if (!_tree.Contains(parent))
            {
                _tree.Set(Owned(TreeEntry.Directory(parent, Origin), "root:root"));
            }
        }

        _tree.Set(entry);
        return this;
    }

    /// <summary>The file, signed by <paramref name="signers"/>.</summary>
    public byte[] Build(params ApkSigner[] signers) => Write(out _, signers);

    /// <summary>The file, signed by <paramref name="signers"/>, and what an index says of it.</summary>
    public byte[] Write(out WrittenApk written, params ApkSigner[] signers)
    {
        using var output = new MemoryStream();
        using var scratch = new MemoryStream();
        written = ApkPackageWriter.Write(Package, [.. signers], output, scratch);
        return output.ToArray();
    }

    private Origin.Package Origin => new(Name, Version, Architecture);

    private TreeEntry Owned(TreeEntry entry, string owner)
    {
        string[] names = owner.Split(':');
        return entry with { UserName = names[0], GroupName = names[1], ModifiedTime = _info.BuildTime };
    }
}
