using System.Collections.Immutable;
using System.Text;
using Bothy.Formats.Trees;
using Bothy.Packages;

namespace Bothy.Engine.Tests.Assembly;

/// <summary>A package made in memory, as the reader of <c>.deb</c> files would give it.</summary>
internal sealed class TestPackage(string name, string version = "1.0", string architecture = "amd64")
{
    private readonly FileTree _tree = new();
    private readonly Dictionary<string, string> _control = new(StringComparer.Ordinal);
    private readonly StringBuilder _fields = new();
    private readonly Origin _origin = new Origin.Package(name, version, architecture);

    public TestPackage Field(string field, string value)
    {
        _fields.Append(field).Append(": ").Append(value).Append('\n');
        return this;
    }

    public TestPackage Control(string file, string text)
    {
        _control[file] = text;
        return this;
    }

    public TestPackage Script(string file, string body) => Control(file, "#!/bin/sh\nset -e\n" + body + "\n");

    public TestPackage File(string path, string text = "", int mode = TreeEntry.DefaultFileMode, string? group = null) =>
        Add(TreeEntry.File(TreePath.Parse(path), FileContent.Of(text), _origin, mode) with { UserName = "root", GroupName = group ?? "root" });

    public TestPackage File(string path, byte[] content, int mode = TreeEntry.DefaultFileMode) => Add(TreeEntry.File(TreePath.Parse(path), FileContent.Of(content), _origin, mode));

    public TestPackage Directory(string path, int mode = TreeEntry.DefaultDirectoryMode) =>
        Add(TreeEntry.Directory(TreePath.Parse(path), _origin, mode));

    public TestPackage Link(string path, string target) => Add(TreeEntry.SymbolicLink(TreePath.Parse(path), target, _origin));

    public TestPackage HardLink(string path, string first) => Add(new TreeEntry
    {
        Path = TreePath.Parse(path),
        Kind = EntryKind.HardLink,
        Mode = TreeEntry.DefaultFileMode,
        Origin = _origin,
        LinkTarget = first,
    });

    public PackageContents Build()
    {
        var control = _control.ToImmutableSortedDictionary(
            static file => file.Key,
            static file => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(file.Value),
            StringComparer.Ordinal);
        string stanza = $"Package: {name}\nVersion: {version}\nArchitecture: {architecture}\n{_fields}";
        return new PackageContents(new PackageId(name, version, architecture), _tree, control.Add("control", Encoding.UTF8.GetBytes(stanza)));
    }

    private TestPackage Add(TreeEntry entry)
    {
        for (var parent = entry.Path.Parent; !parent.IsRoot && !_tree.Contains(parent); parent = parent.Parent)
        {
            _tree.Set(TreeEntry.Directory(parent, _origin));
        }

        _tree.Set(entry);
        return this;
    }
}
