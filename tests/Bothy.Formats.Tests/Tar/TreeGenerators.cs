using Bothy.Formats.Trees;
using FsCheck;
using FsCheck.Fluent;

namespace Bothy.Formats.Tests.Tar;

/// <summary>Random entries that a tar archive can hold.</summary>
internal static class TreeGenerators
{
    private static readonly Gen<string> Part =
        from letter in Gen.Elements('a', 'Z', '-', '.', ' ', '\u0151', '\u65e5')
        from length in Gen.Frequency((8, Gen.Choose(1, 12)), (1, Gen.Choose(90, 170)))
        select new string(letter, length) + "x";

    private static readonly Gen<string> Path =
        from depth in Gen.Choose(1, 5)
        from parts in Part.ArrayOf(depth)
        select string.Join('/', parts);

    private static readonly Gen<int> Id = Gen.OneOf(Gen.Constant(0), Gen.Choose(1, 70_000), Gen.Choose(2_097_150, 2_097_153), Gen.Constant(int.MaxValue));

    private static readonly Gen<string?> Owner = Gen.Elements<string?>(null, "root", "nonroot", new string('o', 31), new string('o', 32), "gr\u00f6\u00dfe");

    private static readonly Gen<long> Time = Gen.Elements(0L, 1, 1_700_000_000, (1L << 33) - 1, 1L << 33, -1, -1_000_000_000);

    private static readonly Gen<byte[]> Bytes = Gen.Choose(0, 255).Select(value => (byte)value).ListOf().Select(list => list.ToArray());

    private static readonly Gen<EntryKind> Kind = Gen.Elements(Enum.GetValues<EntryKind>());

    public static Gen<List<TreeEntry>> Entries { get; } = Entry().ListOf().Select(list => list.DistinctBy(entry => entry.Path).ToList());

    private static Gen<TreeEntry> Entry() =>
        from path in Path
        from kind in Kind
        from mode in Gen.Choose(0, 0xFFF)
        from owner in Id.Two()
        from names in Owner.Two()
        from time in Time
        from target in Path
        from content in Bytes
        from device in Gen.Choose(0, 2_097_151).Two()
        from attribute in Gen.Frequency((4, Gen.Constant<byte[]?>(null)), (1, Bytes.Where(bytes => bytes.Length > 0).Select(bytes => (byte[]?)bytes)))
        let isDevice = kind is EntryKind.CharacterDevice or EntryKind.BlockDevice
        select new TreeEntry
        {
            Path = TreePath.Parse(path),
            Kind = kind,
            Mode = mode,
            Origin = TarArchive.Test,
            UserId = owner.Item1,
            GroupId = owner.Item2,
            UserName = names.Item1,
            GroupName = names.Item2,
            ModifiedTime = time,
            Content = kind == EntryKind.File ? FileContent.Of(content) : null,
            LinkTarget = kind is EntryKind.SymbolicLink or EntryKind.HardLink ? target : null,
            DeviceMajor = isDevice ? device.Item1 : 0,
            DeviceMinor = isDevice ? device.Item2 : 0,
            ExtendedAttributes = attribute is null ? TreeEntry.NoAttributes : TreeEntry.NoAttributes.Add("user.test", attribute),
        };
}
