using Bothy.Packages.Alpine.Adb;

namespace Bothy.Packages.Alpine;

/// <summary>An index of either format in memory, which can be judged before anything else of it is read.</summary>
internal interface IApkIndexFile
{
    /// <summary>Judges the signatures.</summary>
    ApkVerdict Verify(ApkKeyring keys);

    /// <summary>Reads the repository's description, and when the index was made in seconds since 1970, 0 where it does not say.</summary>
    /// <exception cref="BothyException">It is no index.</exception>
    (string Description, long Time) ReadHeader();

    /// <summary>The packages as the text of an <c>APKINDEX</c>.</summary>
    /// <exception cref="BothyException">It is no index, or over a limit.</exception>
    byte[] ReadText();

    /// <summary>Reads the signatures of <paramref name="file"/>, of whichever format it is.</summary>
    /// <exception cref="MalformedDataException">It does not begin like an index.</exception>
    static IApkIndexFile Open(byte[] file, string source) => AdbReader.IsAdb(file) ? new AdbIndexFile(file, source) : new ApkIndexFile(file, source);
}
