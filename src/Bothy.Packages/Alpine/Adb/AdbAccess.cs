using System.Collections.Immutable;
using System.Text;
using Bothy.Formats.Trees;

namespace Bothy.Packages.Alpine.Adb;

/// <summary>Who may do what with a file: mode, owners by name, extended attributes.</summary>
internal sealed record AdbAccess(int Mode, string UserName, string GroupName, ImmutableSortedDictionary<string, ReadOnlyMemory<byte>> Attributes)
{
    private const int MaxMode = 0xFFF;

    // The catalogue does not keep origins; its reader knows the package.
    private static readonly Origin Unknown = new Origin.Effect("package");

    /// <summary>Reads the object; where there is none, it is root's with <paramref name="defaultMode"/>.</summary>
    public static AdbAccess Read(AdbObject slots, int defaultMode)
    {
        int mode = slots[1].IsNull ? defaultMode : slots[1].ToNumber(MaxMode);
        return new AdbAccess(mode, Name(slots[2]), Name(slots[3]), ReadAttributes(slots[4].ToObject()));
    }

    /// <summary>An entry with this access.</summary>
    public TreeEntry Entry(TreePath path, EntryKind kind, long modifiedTime) => new()
    {
        Path = path,
        Kind = kind,
        Mode = Mode,
        Origin = Unknown,
        UserName = UserName,
        GroupName = GroupName,
        ModifiedTime = modifiedTime,
        ExtendedAttributes = Attributes,
        Content = kind == EntryKind.File ? FileContent.Empty : null,
    };

    private static string Name(AdbValue value) => value.ToWord() is { Length: > 0 } name ? name : "root";

    private static ImmutableSortedDictionary<string, ReadOnlyMemory<byte>> ReadAttributes(AdbObject array)
    {
        var attributes = TreeEntry.NoAttributes;
        for (int i = 1; i <= array.Last; i++)
        {
            // The name, a NUL, the value.
            var blob = array[i].ToBlob();
            int nul = blob.Span.IndexOf((byte)0);
            if (nul <= 0 || !Ascii.IsValid(blob.Span[..nul]))
            {
                throw array[i].Malformed("an extended attribute has no usable name");
            }

            attributes = attributes.SetItem(Encoding.ASCII.GetString(blob.Span[..nul]), blob[(nul + 1)..].ToArray());
        }

        return attributes;
    }
}
