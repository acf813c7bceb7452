using System.Text;
using Bothy.Formats.Compression;
using Bothy.Formats.Trees;
using Bothy.Store;

namespace Bothy.Packages.Alpine;

/// <summary>
/// Opens packages that are in the store: a package is decoded once, into a catalogue, and read from there ever after.
/// Safe for several packages at a time.
/// </summary>
public sealed class ApkPackages(ContentStore store)
{
    // Part of the catalogue's name: to be raised when the same package is to be decoded differently.
    private const string CatalogueKind = "apk-1";

    // Beside the control files, which all begin with a dot.
    private const string ChecksumsAttachment = "checksums";

    /// <summary>The size in bytes that every package may unpack to, however small it is; beyond it the ratio is limited.</summary>
    internal long FreeSize { get; init; } = UnpackedLimit.DefaultFreeSize;

    /// <summary>
    /// Opens the package <paramref name="id"/>, whose <c>.apk</c> has the digest <paramref name="digest"/>. Its bytes are verified before
    /// anything made from them is used. The contents hold their catalogue's file open for as long as they are reachable; their control
    /// files are <c>.PKGINFO</c> and the scripts, <c>.post-install</c> and so on.
    /// </summary>
    /// <param name="id">Which package. Where the package is for every architecture (<c>noarch</c>), that of its repository.</param>
    /// <param name="digest">The digest of its file.</param>
    /// <param name="checksum">Its identity, where an index or a lock gives it.</param>
    /// <param name="cancellationToken">Ends the decoding.</param>
    /// <exception cref="BothyException">
    /// The <c>.apk</c> is not in the store, is damaged, must not be unpacked, or is another package than <paramref name="id"/>.
    /// </exception>
    public Task<PackageContents> OpenAsync(PackageId id, Digest digest, ApkChecksum? checksum, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(id);
        // Decoding keeps a processor busy from beginning to end; there is nothing in it to await.
        return Task.Run(() => Open(id, digest, checksum, cancellationToken), cancellationToken);
    }

    /// <summary>
    /// Decodes the <c>.apk</c> of <paramref name="id"/> before anybody has vouched for its bytes. What comes of it is the caller's: to be committed with their
    /// digest once they were found good, or to be thrown away. That the package is <paramref name="id"/> is for <see cref="OpenAsync"/> to see.
    /// </summary>
    /// <param name="id">Which package.</param>
    /// <param name="apk">The bytes.</param>
    /// <param name="size">How many there are.</param>
    /// <exception cref="BothyException">It is not a package, must not be unpacked, or the store cannot be written.</exception>
    public CatalogueWriter Decode(PackageId id, Stream apk, long size)
    {
        ArgumentNullException.ThrowIfNull(id);
        var writer = store.BeginCatalogue(CatalogueKind);
        try
        {
            Read(id, apk, size, writer);
            return writer;
        }
        catch
        {
            writer.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Checks that one of <paramref name="keys"/> signed the package itself, which it needs where no signed index vouches for it. It must be in the store.
    /// </summary>
    /// <returns>The file name of the key.</returns>
    /// <exception cref="BothyException">None of them did, or the <c>.apk</c> is not in the store, is damaged, or is no package.</exception>
    public Task<string> CheckSignatureAsync(PackageId id, Digest digest, ApkKeyring keys, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(id);
        ArgumentNullException.ThrowIfNull(keys);
        return Task.Run(() => CheckSignature(id, digest, keys, cancellationToken), cancellationToken);
    }

    private PackageContents Open(PackageId id, Digest digest, ApkChecksum? checksum, CancellationToken cancellationToken)
    {
        var catalogue = store.OpenOrMakeCatalogue(digest, CatalogueKind, () => Decode(id, digest, cancellationToken), cancellationToken);
        try
        {
            var control = catalogue.Attachments;
            CheckChecksum(id, Encoding.ASCII.GetString(control[ChecksumsAttachment].Span), checksum);
            CheckName(id, ApkPkgInfo.Parse(control[ApkPkgInfo.FileName].Span, $"{ApkPkgInfo.FileName} of {id}"));
            return new PackageContents(id, catalogue.ReadTree(new Origin.Package(id.Name, id.Version, id.Architecture)), control.Remove(ChecksumsAttachment));
        }
        catch
        {
            catalogue.Dispose();
            throw;
        }
    }

    private Catalogue Decode(PackageId id, Digest digest, CancellationToken cancellationToken)
    {
        using var apk = OpenVerified(id, digest);
        using var guarded = new CancellableStream(apk, cancellationToken);
        using var writer = store.BeginCatalogue(digest, CatalogueKind);
        try
        {
            Read(id, guarded, apk.Length, writer);
        }
        catch (BothyException failure) when (failure is not (StoreWriteException or DamagedItemException))
        {
            // Bytes that are not the package's own explain everything else that is wrong with them.
            apk.CopyTo(Stream.Null);
            throw;
        }

        return writer.Commit();
    }

    private void Read(PackageId id, Stream apk, long size, CatalogueWriter writer)
    {
        var checksums = ApkFile.Open(apk, size, Source(id), FreeSize).Read(writer);
        writer.Attach(ChecksumsAttachment, Encoding.ASCII.GetBytes(string.Join(' ', checksums)));
    }

    private string CheckSignature(PackageId id, Digest digest, ApkKeyring keys, CancellationToken cancellationToken)
    {
        using var apk = OpenVerified(id, digest);
        using var guarded = new CancellableStream(apk, cancellationToken);
        var verdict = ApkFile.Open(guarded, apk.Length, Source(id)).FindSigner(keys);
        apk.CopyTo(Stream.Null);
        return verdict.KeyName ?? throw new BothyException($"cannot trust {id}: {verdict.Problem}, and no signed index vouches for it")
        {
            Hint = verdict.Hint,
        };
    }

    private Stream OpenVerified(PackageId id, Digest digest) =>
        store.TryOpenVerified(digest) ?? throw new BothyException($"cannot open {id}: its .apk {digest} is not in the store");

    private static string Source(PackageId id) => $"the .apk of {id}";

    private static void CheckChecksum(PackageId id, string actual, ApkChecksum? expected)
    {
        if (expected is { } wanted && !actual.Split(' ').Contains(wanted.ToString(), StringComparer.Ordinal))
        {
            throw new BothyException($"cannot trust {id}: the control segment of its .apk has the checksums {actual}, not {wanted} (C:)")
            {
                Hint = "The digest and the checksum that are recorded for it are not those of one package.",
            };
        }
    }

    private static void CheckName(PackageId id, ApkPkgInfo info)
    {
        var actual = new PackageId(info.Name, info.Version, info.Architecture == "noarch" ? id.Architecture : info.Architecture);
        if (actual != id)
        {
            throw new BothyException($"cannot use {id}: its .apk says that it is {actual}")
            {
                Hint = "The repository's index and its packages contradict each other; use another mirror, and tell its owner.",
            };
        }
    }
}
