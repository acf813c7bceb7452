using Bothy.Packages.Alpine;
using Bothy.Store;

namespace Bothy.Packages.Repositories;

/// <summary>How a package with some identity is found in the store and gets into it.</summary>
internal sealed class PackageArrival
{
    private readonly ContentStore _store;
    private readonly PackageIdentity _identity;

    private PackageArrival(ContentStore store, PackageIdentity identity)
    {
        _store = store;
        _identity = identity;
    }

    public static PackageArrival Of(PackageIdentity identity, ContentStore store) => new(store, identity);

    /// <summary>What is wrong with bytes that are to have an identity that is not a digest; null where they have it.</summary>
    public static string? Problem(PackageIdentity identity, Stream bytes) =>
        identity is PackageIdentity.OfApk apk ? ApkIdentity.Problem(bytes, apk.Checksum) : null;

    /// <summary>The digest of the package in the store; null where it is not there.</summary>
    public Digest? TryFind()
    {
        var digest = _identity switch
        {
            PackageIdentity.OfFile file => file.Digest,
            PackageIdentity.OfApk apk => ApkIdentity.TryFind(_store, apk.Checksum),
            _ => null,
        };
        return digest is { } known && _store.Contains(known) ? known : null;
    }

    /// <summary>Begins to receive it.</summary>
    public Reception Begin(long size) =>
        _identity is PackageIdentity.OfFile file ? _store.BeginReception(file.Digest, size) : _store.BeginReception(_identity.ToString(), size);

    /// <summary>Takes what was received, and returns its digest.</summary>
    /// <exception cref="RefusedContentException">It is something else.</exception>
    public Digest Commit(Reception reception)
    {
        if (_identity is not PackageIdentity.OfApk apk)
        {
            return reception.Commit();
        }

        var digest = reception.Commit(bytes => ApkIdentity.Problem(bytes, apk.Checksum));
        ApkIdentity.Remember(_store, apk.Checksum, digest);
        return digest;
    }
}
