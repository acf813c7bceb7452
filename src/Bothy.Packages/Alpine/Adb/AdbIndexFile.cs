namespace Bothy.Packages.Alpine.Adb;

/// <summary>A <c>Packages.adb</c> in memory. It carries no date.</summary>
internal sealed class AdbIndexFile(byte[] file, string source) : IApkIndexFile
{
    /// <inheritdoc />
    public ApkVerdict Verify(ApkKeyring keys)
    {
        using var reader = Open();
        return keys.FindSigner(reader);
    }

    /// <inheritdoc />
    public (string Description, long Time) ReadHeader() => (Read().Description, 0);

    /// <inheritdoc />
    public byte[] ReadText() => Read().ToApkIndex();

    private AdbIndex Read()
    {
        using var reader = Open();
        return AdbIndex.Read(reader, source);
    }

    private AdbReader Open() => AdbIndex.Open(new MemoryStream(file, writable: false), source);
}
