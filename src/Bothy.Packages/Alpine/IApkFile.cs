using System.Collections.Immutable;
using Bothy.Formats.Compression;
using Bothy.Packages.Alpine.Adb;
using Bothy.Store;

namespace Bothy.Packages.Alpine;

/// <summary>An <c>.apk</c> of either format, read forward once: each of its methods reads the file, so one of them is called.</summary>
internal interface IApkFile
{
    /// <summary>Reads everything to the end, into <paramref name="catalogue"/>, and checks every link of the chain from the identity to the bytes of each file.</summary>
    /// <returns>The package's identity in all its forms.</returns>
    /// <exception cref="MalformedDataException">It is not a package, or one that must not be unpacked.</exception>
    /// <exception cref="BothyException">It is over a limit, or a link of the chain is broken.</exception>
    ImmutableArray<ApkChecksum> Read(CatalogueWriter catalogue);

    /// <summary>What keeps the bytes from being the package <paramref name="expected"/>; null where nothing does.</summary>
    string? Problem(ApkChecksum expected);

    /// <summary>The key of <paramref name="keys"/> that signed it, or why there is none.</summary>
    /// <exception cref="MalformedDataException">It is not a package.</exception>
    ApkVerdict FindSigner(ApkKeyring keys);
}

/// <summary>Tells the formats of packages apart.</summary>
internal static class ApkFile
{
    /// <summary>A reader of <paramref name="apk"/>, by what it begins with.</summary>
    /// <param name="apk">The bytes; stays the caller's.</param>
    /// <param name="size">How many there are.</param>
    /// <param name="source">What they are, for messages.</param>
    /// <param name="freeSize">The size in bytes that every package may unpack to, however small it is.</param>
    public static IApkFile Open(Stream apk, long size, string source, long freeSize = UnpackedLimit.DefaultFreeSize)
    {
        var peeked = new PeekedStream(apk, AdbReader.MagicLength);
        return AdbReader.IsAdb(peeked.Start)
            ? new AdbApk(peeked, size, source, freeSize)
            : new ApkReader(peeked, size, source) { FreeSize = freeSize };
    }
}
