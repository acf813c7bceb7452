using System.Collections.Immutable;
using Bothy.Formats.Compression;
using Bothy.Formats.Deb822;
using Bothy.Formats.Trees;
using Bothy.Store;

namespace Bothy.Packages.Debian;

/// <summary>
/// Opens packages that are in the store: a package is decoded once, into a catalogue, and read from there ever after.
/// Safe for several packages at a time.
/// </summary>
public sealed class DebPackages(ContentStore store)
{
    // Part of the catalogue's name: to be raised when the same package is to be decoded differently.
    private const string CatalogueKind = "deb-1";

    /// <summary>The size in bytes that every package may unpack to, however small it is; beyond it the ratio is limited.</summary>
    internal long FreeSize { get; init; } = UnpackedLimit.DefaultFreeSize;

    /// <summary>
    /// Opens the package <paramref name="id"/>, whose <c>.deb</c> has the digest <paramref name="digest"/>. Its bytes are verified before
    /// anything made from them is used. The contents hold their catalogue's file open for as long as they are reachable.
    /// </summary>
    /// <exception cref="BothyException">
    /// The <c>.deb</c> is not in the store, is damaged, must not be unpacked, or is another package than <paramref name="id"/>.
    /// </exception>
    public Task<PackageContents> OpenAsync(PackageId id, Digest digest, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(id);
        // Decoding keeps a processor busy from beginning to end; there is nothing in it to await.
        return Task.Run(() => Open(id, digest, cancellationToken), cancellationToken);
    }

    /// <summary>
    /// Decodes the <c>.deb</c> of <paramref name="id"/> before anybody has vouched for its bytes. What comes of it is the caller's: to be committed with their
    /// digest once they were found good, or to be thrown away. That the package is <paramref name="id"/> is for <see cref="OpenAsync"/> to see.
    /// </summary>
    /// <exception cref="BothyException">It is not a <c>.deb</c>, must not be unpacked, or the store cannot be written.</exception>
    public CatalogueWriter Decode(PackageId id, Stream deb)
    {
        ArgumentNullException.ThrowIfNull(id);
        var writer = store.BeginCatalogue(CatalogueKind);
        try
        {
            Read(id, deb, writer);
            return writer;
        }
        catch
        {
            writer.Dispose();
            throw;
        }
    }

    private PackageContents Open(PackageId id, Digest digest, CancellationToken cancellationToken)
    {
        var catalogue = store.OpenOrMakeCatalogue(digest, CatalogueKind, () => Decode(id, digest, cancellationToken), cancellationToken);
        try
        {
            CheckControl(catalogue.Attachments, id);
            return new PackageContents(id, catalogue.ReadTree(new Origin.Package(id.Name, id.Version, id.Architecture)), catalogue.Attachments);
        }
        catch
        {
            catalogue.Dispose();
            throw;
        }
    }

    private Catalogue Decode(PackageId id, Digest digest, CancellationToken cancellationToken)
    {
        using var deb = store.TryOpenVerified(digest)
            ?? throw new BothyException($"cannot open {id}: its .deb {digest} is not in the store");
        using var guarded = new CancellableStream(deb, cancellationToken);
        using var writer = store.BeginCatalogue(digest, CatalogueKind);
        try
        {
            Read(id, guarded, writer);
        }
        catch (MalformedDataException)
        {
            // Bytes that are not the package's own explain everything else that is wrong with them.
            deb.CopyTo(Stream.Null);
            throw;
        }

        // The digest is compared at the end of the bytes, wherever the archive said that it ends.
        deb.CopyTo(Stream.Null);
        return writer.Commit();
    }

    private void Read(PackageId id, Stream deb, CatalogueWriter writer) => new DebReader(deb, $"the .deb of {id}", writer, FreeSize).Read();

    private static void CheckControl(ImmutableSortedDictionary<string, ReadOnlyMemory<byte>> control, PackageId id)
    {
        string source = $"control of {id}";
        var paragraphs = control.TryGetValue("control", out var bytes) ? Deb822Document.Parse(bytes.Span, source).Paragraphs : [];
        if (paragraphs.Length != 1)
        {
            throw new MalformedDataException(source, 0, FormattableString.Invariant($"it has {paragraphs.Length} paragraphs where one is expected"));
        }

        var actual = new PackageId(paragraphs[0]["Package"] ?? "", paragraphs[0]["Version"] ?? "", paragraphs[0]["Architecture"] ?? "");
        if (actual != id)
        {
            throw new BothyException($"cannot use {id}: its .deb says that it is {actual}")
            {
                Hint = "The archive's index and its packages contradict each other; use another mirror, and tell its owner.",
            };
        }
    }
}
