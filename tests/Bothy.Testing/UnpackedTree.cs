using System.Globalization;
using System.Text;
using Bothy.Formats.Tar;
using Bothy.Formats.Trees;

namespace Bothy.Testing;

/// <summary>A directory that another program unpacked, as <c>find</c> sees it: with modes, owners, devices and files of several names.</summary>
public static class UnpackedTree
{
    private const int Fields = 9;

    private static readonly Origin FromDisk = new Origin.ImageFile("test");

    /// <summary>Reads everything below <paramref name="root"/>, which is not among it.</summary>
    public static FileTree Read(string root)
    {
        byte[] output = Judge.Run("find", root, "-mindepth", "1", "-printf", @"%P\0%y\0%m\0%U\0%G\0%l\0%i\0%n\0%s\0").Succeeded().OutputBytes;
        string[] fields = TarText.Decode(output).Split('\0');
        var tree = new FileTree();
        var firstNames = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string[] entry in fields[..^1].Chunk(Fields).OrderBy(entry => TreePath.Parse(entry[0])))
        {
            tree.Set(EntryOf(root, entry, firstNames));
        }

        return tree;
    }

    private static TreeEntry EntryOf(string root, string[] fields, Dictionary<string, string> firstNames)
    {
        bool isFile = fields[1] == "f";
        bool isAnotherName = isFile && fields[7] != "1" && !firstNames.TryAdd(fields[6], fields[0]);
        var (major, minor) = fields[1] is "c" or "b" ? DeviceOf(Path.Combine(root, fields[0])) : (0, 0);
        return new TreeEntry
        {
            Path = TreePath.Parse(fields[0]),
            Kind = fields[1] switch
            {
                "f" => isAnotherName ? EntryKind.HardLink : EntryKind.File,
                "d" => EntryKind.Directory,
                "l" => EntryKind.SymbolicLink,
                "c" => EntryKind.CharacterDevice,
                "b" => EntryKind.BlockDevice,
                "p" => EntryKind.Fifo,
                _ => throw new InvalidOperationException($"cannot tell what {fields[0]} is"),
            },
            Mode = Convert.ToInt32(fields[2], 8),
            UserId = int.Parse(fields[3], CultureInfo.InvariantCulture),
            GroupId = int.Parse(fields[4], CultureInfo.InvariantCulture),
            LinkTarget = isAnotherName ? firstNames[fields[6]] : fields[1] == "l" ? fields[5] : null,
            Content = isFile && !isAnotherName ? FileContent.Of(ReadBytes(root, fields[0])) : null,
            DeviceMajor = major,
            DeviceMinor = minor,
            Origin = FromDisk,
        };
    }

    // The platform opens no file whose name is not UTF-8.
    private static byte[] ReadBytes(string root, string path) => path.AsSpan().ContainsAnyInRange('\uDC80', '\uDCFF')
        ? Judge.Run("sh", ["-c", $"cat \"$(printf '{Escaped(path)}')\""], directory: root).Succeeded().OutputBytes
        : File.ReadAllBytes(Path.Combine(root, path));

    private static string Escaped(string path) =>
        TarText.Encode(path).Aggregate(new StringBuilder(), (text, value) => text.Append('\\').Append(Convert.ToString(value, 8).PadLeft(3, '0'))).ToString();

    private static (int Major, int Minor) DeviceOf(string path)
    {
        string[] numbers = Judge.Run("stat", "--format=%Hr %Lr", path).Succeeded().Output.Split(' ');
        return (int.Parse(numbers[0], CultureInfo.InvariantCulture), int.Parse(numbers[1], CultureInfo.InvariantCulture));
    }
}
