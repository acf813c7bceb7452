using System.Text;
using Bothy.Store;

namespace Bothy.Packages.Alpine;

/// <summary>Where in the store the package of an identity is.</summary>
internal static class ApkIdentity
{
    /// <summary>The digest of the package, where one of this identity came into the store.</summary>
    public static Digest? TryFind(ContentStore store, ApkChecksum checksum) =>
        store.Notes.TryRead(Note(checksum)) is { } note && Digest.TryParse(Encoding.ASCII.GetString(note), null, out var digest) ? digest : null;

    /// <summary>Notes that the package of this identity is in the store under <paramref name="digest"/>.</summary>
    public static void Remember(ContentStore store, ApkChecksum checksum, Digest digest) =>
        store.Notes.Write(Note(checksum), Encoding.ASCII.GetBytes(digest.ToString()));

    private static string Note(ApkChecksum checksum) => $"apk/package {checksum}";
}
