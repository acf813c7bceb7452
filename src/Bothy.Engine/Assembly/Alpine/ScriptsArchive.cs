using System.Collections.Immutable;
using System.Text;

namespace Bothy.Engine.Assembly.Alpine;

/// <summary>
/// Writes <c>scripts.tar</c>, apk's copy of the scripts of installed packages. Its headers are of the older GNU kind, with numbers to the
/// full width of their fields and names cut off where they do not fit: no archive that Bothy makes for others looks like that.
/// </summary>
internal static class ScriptsArchive
{
    /// <summary>The longest name; a longer one is cut off.</summary>
    public const int NameLength = 99;

    private const int BlockSize = 512;
    private const int Program = 0b111_101_101;

    /// <summary>The archive of the scripts of <paramref name="packages"/>, which are in installation order, behind those that were there <paramref name="before"/>.</summary>
    public static byte[] Write(IEnumerable<(string Name, long Time, byte[] Content)> before, ImmutableArray<UnpackedApk> packages)
    {
        using var archive = new MemoryStream();
        foreach (var (name, time, content) in before)
        {
            Write(archive, name, time, content);
        }

        foreach (var package in packages)
        {
            foreach (string script in ApkScript.Names)
            {
                if (package.Contents.Control.TryGetValue(script, out var content))
                {
                    Write(archive, $"{package.Name}-{package.Id.Version}.{package.Facts.Checksum}{script}", package.Info.BuildTime, content.Span);
                }
            }
        }

        archive.Write(new byte[2 * BlockSize]);
        return archive.ToArray();
    }

    private static void Write(MemoryStream archive, string name, long time, ReadOnlySpan<byte> content)
    {
        Span<byte> header = stackalloc byte[BlockSize];
        header.Clear();
        byte[] bytes = Encoding.UTF8.GetBytes(name);
        bytes.AsSpan(0, Math.Min(bytes.Length, NameLength)).CopyTo(header);
        Octal(header[100..107], Program);
        Octal(header[108..115], 0);
        Octal(header[116..123], 0);
        Octal(header[124..136], content.Length);
        Octal(header[136..148], time);
        header[148..156].Fill((byte)' ');
        header[156] = (byte)'0';
        "ustar  "u8.CopyTo(header[257..]);
        "root"u8.CopyTo(header[265..]);
        "root"u8.CopyTo(header[297..]);
        int sum = 0;
        foreach (byte value in header)
        {
            sum += value;
        }

        Octal(header[148..154], sum);
        header[154] = 0;
        archive.Write(header);
        archive.Write(content);
        archive.Write(new byte[-content.Length & (BlockSize - 1)]);
    }

    private static void Octal(Span<byte> field, long value)
    {
        for (int i = field.Length - 1; i >= 0; i--)
        {
            field[i] = (byte)('0' + (value & 7));
            value >>= 3;
        }
    }
}
