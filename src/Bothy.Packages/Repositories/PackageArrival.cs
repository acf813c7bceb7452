using Bothy.Packages.Alpine;
using Bothy.Store;

namespace Bothy.Packages.Repositories;

/// <summary>How a package with some identity is found in the store and gets into it.</summary>
internal sealed class PackageArrival(ContentStore store, PackageIdentity identity)
{
    /// <summary>The digest of the package in the store; null where it is not there.</summary>
    public Digest? TryFind()
    {
        var digest = identity switch
        {
            PackageIdentity.OfFile file => file.Digest,
            PackageIdentity.OfApk apk => ApkIdentity.TryFind(store, apk.Checksum),
            _ => null,
        };
        return digest is { } known && store.Contains(known) ? known : null;
    }

    /// <summary>Begins to receive it.</summary>
    public Reception Begin(long size) =>
        identity is PackageIdentity.OfFile file ? store.BeginReception(file.Digest, size) : store.BeginReception(identity.ToString(), size);

    /// <summary>Looks whether what was received is it, and returns its digest.</summary>
    /// <exception cref="RefusedContentException">It is something else.</exception>
    public Digest Check(Reception reception) =>
        reception.Check(identity is PackageIdentity.OfApk apk ? bytes => ApkFile.Open(bytes, bytes.Length, "the package").Problem(apk.Checksum) : null);

    /// <summary>Takes what was received and checked.</summary>
    public void Commit(Reception reception)
    {
        var digest = reception.Commit();
        if (identity is PackageIdentity.OfApk apk)
        {
            ApkIdentity.Remember(store, apk.Checksum, digest);
        }
    }
}
