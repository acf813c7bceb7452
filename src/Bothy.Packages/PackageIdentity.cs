using Bothy.Packages.Alpine;

namespace Bothy.Packages;

/// <summary>What decides whether bytes are a package, wherever they come from.</summary>
public abstract record PackageIdentity
{
    private PackageIdentity()
    {
    }

    /// <summary>The digest of the package's file, as Debian's indexes and every lock give it.</summary>
    public sealed record OfFile(Digest Digest) : PackageIdentity
    {
        /// <inheritdoc />
        public override string ToString() => Digest.ToString();
    }

    /// <summary>apk's: the checksum of the control part, which names the hash of the files; what an <c>APKINDEX</c> gives.</summary>
    public sealed record OfApk(ApkChecksum Checksum) : PackageIdentity
    {
        /// <inheritdoc />
        public override string ToString() => Checksum.ToString();
    }
}
