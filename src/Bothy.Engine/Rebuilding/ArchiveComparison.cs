using System.Globalization;
using Bothy.Formats.Tar;
using Bothy.Formats.Text;
using Bothy.Formats.Trees;

namespace Bothy.Engine.Rebuilding;

/// <summary>Reads two tar archives side by side, in constant memory, to the first entry, header field or byte in which they differ.</summary>
/// <param name="place">What is compared, to begin places with.</param>
/// <param name="original">Names the first archive in messages.</param>
/// <param name="rebuilt">Names the second one.</param>
internal sealed class ArchiveComparison(string place, string original, string rebuilt)
{
    private const int BlockSize = 1 << 16;
    private const string End = "no further entry";

    private static readonly (string Name, Func<TarEntry, string> Value)[] Fields =
    [
        ("kind", entry => entry.Kind.ToString()),
        ("link target", entry => Text(entry.LinkName)),
        ("mode", entry => Convert.ToString(entry.Mode, 8).PadLeft(4, '0')),
        ("owner", entry => Number(entry.UserId)),
        ("group", entry => Number(entry.GroupId)),
        ("owner's name", entry => Text(entry.UserName)),
        ("group's name", entry => Text(entry.GroupName)),
        ("time", entry => Number(entry.ModifiedTime)),
        ("device", entry => $"{Number(entry.DeviceMajor)}:{Number(entry.DeviceMinor)}"),
        ("extended attributes", entry => string.Join(", ", entry.ExtendedAttributes.Select(each => $"{Text(each.Key)}={Convert.ToHexStringLower(each.Value.Span)}"))),
        ("further PAX records", entry => string.Join(", ", entry.OtherRecords.Select(each => $"{Text(each.Key)}={Text(each.Value)}"))),
        ("size", entry => Number(entry.Size)),
    ];

    /// <summary>The first difference; where the entries are all the same, that their headers are written differently.</summary>
    /// <exception cref="BothyException">One of the archives cannot be read.</exception>
    public ImageDifference FindFirst(Stream was, Stream @is, CancellationToken cancellationToken)
    {
        var first = Open(was, original);
        var second = Open(@is, rebuilt);
        byte[] buffers = new byte[2 * BlockSize];
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            bool hasFirst = first.TryReadNext(out var a);
            bool hasSecond = second.TryReadNext(out var b);
            if (!hasFirst && !hasSecond)
            {
                return new ImageDifference($"{place}: the archive", "headers", "other headers") { Reason = "its entries are the same, and written differently" };
            }

            if (a?.Name != b?.Name)
            {
                return new ImageDifference($"{place}: the entries", a is null ? End : Text(a.Name), b is null ? End : Text(b.Name));
            }

            if (Compare(a!, b!) is { } difference)
            {
                return difference;
            }

            if (a!.Kind == EntryKind.File && FirstByte(first.OpenContent(), second.OpenContent(), buffers) is var (at, x, y) && at >= 0)
            {
                return new ImageDifference(
                    $"{place}, {Text(a.Name)}: byte {Number(at)} of {Number(a.Size)}", $"0x{x:x2}", $"0x{y:x2}");
            }
        }
    }

    // As runtimes read layers: eStargz has its index behind the end.
    private static TarReader Open(Stream archive, string name) => new(archive, name, TarLimits.Default) { AllowTrailingData = true, AllowMissingEnd = true };

    private ImageDifference? Compare(TarEntry was, TarEntry @is)
    {
        foreach (var (name, value) in Fields)
        {
            string a = value(was);
            string b = value(@is);
            if (a != b)
            {
                return new ImageDifference($"{place}, {Text(was.Name)}: {name}", a, b);
            }
        }

        return null;
    }

    private static (long At, byte Was, byte Is) FirstByte(Stream was, Stream @is, byte[] buffers)
    {
        var a = buffers.AsSpan(0, BlockSize);
        var b = buffers.AsSpan(BlockSize);
        long seen = 0;
        while (true)
        {
            // The sizes are the same, so the blocks are.
            int read = was.ReadAtLeast(a, BlockSize, throwOnEndOfStream: false);
            @is.ReadExactly(b[..read]);
            int same = a[..read].CommonPrefixLength(b[..read]);
            if (same < read)
            {
                return (seen + same, a[same], b[same]);
            }

            if (read == 0)
            {
                return (-1, 0, 0);
            }

            seen += read;
        }
    }

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Text(string? text) => text is null ? "none" : VisibleText.Of(text);
}
