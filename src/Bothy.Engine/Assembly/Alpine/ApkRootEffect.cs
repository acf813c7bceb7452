using System.Collections.Immutable;
using Bothy.Engine.Assembly.Effects;
using Bothy.Engine.ImageFiles;
using Bothy.Formats.Trees;
using Bothy.Packages.Alpine;

namespace Bothy.Engine.Assembly.Alpine;

/// <summary>
/// What <c>apk add --initdb</c> makes in an empty root before it installs anything, and what the image file gives apk to go on from: its world,
/// repositories and keys.
/// </summary>
internal sealed class ApkRootEffect(ImmutableArray<UnpackedApk> packages, ApkAssembly assembly, ApkRecord? record) : IEffect
{
    private const string Library = "lib";
    private const int ReadOnly = 0b101_101_101;
    private const int Sticky = 0b001_111_111_111;
    private const int MemoryDevices = 1;

    private static readonly Origin Root = new Origin.Effect("apk-root");
    private static readonly Origin Repositories = new Origin.ImageFile("contents.repositories");
    private static readonly Origin Keyring = new Origin.ImageFile("contents.keyring");

    private static readonly (string Path, int Major, int Minor, int Mode)[] Devices =
    [
        ("dev/null", MemoryDevices, 3, 0b110_110_110),
        ("dev/zero", MemoryDevices, 5, 0b110_110_110),
        ("dev/random", MemoryDevices, 8, 0b110_110_110),
        ("dev/urandom", MemoryDevices, 9, 0b110_110_110),
        ("dev/console", 5, 1, 0b110_000_000),
    ];

    public string Name => "apk-root";

    /// <summary>Where the database of installed packages is: below <c>usr</c> where a package makes <c>/lib</c> a link into it.</summary>
    public static string DatabaseDirectory(ImmutableArray<UnpackedApk> packages) =>
        packages.Any(static package => package.Contents.Tree.TryGet(TreePath.Parse(Library), out var lib) && lib.Kind == EntryKind.SymbolicLink)
            ? "usr/lib/apk/db"
            : "lib/apk/db";

    public void Prepare(AssemblyState state)
    {
        if (record is null)
        {
            MakeRoot(state);
        }

        if (state.Image.Contents.Database == DatabaseChoice.None)
        {
            return;
        }

        state.Write("etc/apk/arch", FileContent.Of(assembly.Architecture + "\n"), Root);
        state.Write("etc/apk/world", FileContent.Of(World()), Root);
        state.MakeDirectory(record?.Directory ?? DatabaseDirectory(packages), Root);
        state.MakeDirectory("var/cache/apk", Root);
        if (record is null)
        {
            state.MakeDirectory("var/cache/misc", Root);
        }

        WriteTrust(state);
    }

    private static void MakeRoot(AssemblyState state)
    {
        state.MakeDirectory("dev", Root);
        foreach (var (path, major, minor, mode) in Devices)
        {
            state.Put(new TreeEntry { Path = TreePath.Parse(path), Kind = EntryKind.CharacterDevice, Mode = mode, Origin = Root, DeviceMajor = major, DeviceMinor = minor });
        }

        state.MakeDirectory("proc", Root, ReadOnly);
        state.MakeDirectory("tmp", Root, Sticky);
    }

    private void WriteTrust(AssemblyState state)
    {
        if (!assembly.Repositories.IsEmpty)
        {
            var all = (record?.Repositories() ?? []).Concat(assembly.Repositories).Distinct(StringComparer.Ordinal);
            state.Write("etc/apk/repositories", FileContent.Of(string.Concat(all.Select(static line => line + "\n"))), Repositories);
        }

        foreach (var key in assembly.Keys)
        {
            string path = $"etc/apk/keys/{key.Name}";
            if (!TreePath.TryParse(path, null, out var place) || place.Value != path || place.Name != key.Name)
            {
                throw new BothyException($"cannot assemble: '{key.Name}' cannot be the name of a key's file");
            }

            state.Write(path, FileContent.Of(key.Text), Keyring);
        }
    }

    // Of two requests for one name apk keeps the later. A world of nothing is an empty line.
    private string World()
    {
        var byName = new SortedDictionary<string, ApkDependency>(StringComparer.Ordinal);
        foreach (var request in (record?.World() ?? []).Concat(assembly.World))
        {
            byName[request.Name] = request;
        }

        return string.Join('\n', byName.Values) + "\n";
    }
}
