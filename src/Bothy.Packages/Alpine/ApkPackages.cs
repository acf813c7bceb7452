using Bothy.Store;

namespace Bothy.Packages.Alpine;

/// <summary>
/// Opens packages that are in the store: a package is decoded once, into a catalogue, and read from there ever after.
/// Safe for several packages at a time.
/// </summary>
public sealed class ApkPackages(ContentStore store)
{
    /// <summary>
    /// Opens the package <paramref name="id"/>, whose <c>.apk</c> has the digest <paramref name="digest"/>. Its bytes are verified before
    /// anything made from them is used. The contents hold their catalogue's file open for as long as they are reachable.
    /// </summary>
    /// <param name="id">Which package; its architecture may be <c>noarch</c> where the package's own is.</param>
    /// <param name="digest">The digest of its file.</param>
    /// <param name="checksum">Its identity, where an index or a lock gives it.</param>
    /// <param name="cancellationToken">Ends the decoding.</param>
    /// <exception cref="BothyException">
    /// The <c>.apk</c> is not in the store, is damaged, must not be unpacked, or is another package than <paramref name="id"/>.
    /// </exception>
    public Task<PackageContents> OpenAsync(PackageId id, Digest digest, ApkChecksum? checksum, CancellationToken cancellationToken) =>
        throw new NotSupportedException(store.Directory);

    /// <summary>
    /// Looks for a good signature of the package's own, which it needs where no signed index vouches for it. The package must be in the store.
    /// </summary>
    /// <returns>The file name of the key; null where none of <paramref name="keys"/> signed it.</returns>
    /// <exception cref="BothyException">The <c>.apk</c> is not in the store, is damaged, or is no package.</exception>
    public Task<string?> FindSignerAsync(PackageId id, Digest digest, ApkKeyring keys, CancellationToken cancellationToken) =>
        throw new NotSupportedException(store.Directory);
}
