using System.Globalization;
using System.Text;
using Bothy.Formats.Deb822;
using Bothy.Store;

namespace Bothy.Packages.Repositories;

/// <summary>What the store remembers of a repository: which signed file was seen last, and how to ask whether there is a newer one.</summary>
/// <param name="Release">The digest of the signed file in the store.</param>
/// <param name="Signature">The digest of the detached signature in the store; null where the file carries its own.</param>
/// <param name="LastModified">The server's date of the file.</param>
/// <param name="EntityTag">The server's entity tag of the file.</param>
internal sealed record RepositoryNote(Digest Release, Digest? Signature, DateTimeOffset? LastModified, string? EntityTag)
{
    /// <summary>Reads the note named <paramref name="key"/>; null where there is none that can be understood.</summary>
    public static RepositoryNote? TryRead(ContentStore store, string key)
    {
        if (store.Notes.TryRead(key) is not { } bytes)
        {
            return null;
        }

        try
        {
            var fields = Deb822Document.Parse(bytes, "note").Paragraphs.FirstOrDefault();
            if (!Digest.TryParse(fields?["Release"], null, out var release))
            {
                return null;
            }

            return new RepositoryNote(
                release,
                Digest.TryParse(fields["Signature"], null, out var signature) ? signature : null,
                DateTimeOffset.TryParseExact(fields["Last-Modified"], "O", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) ? date : null,
                fields["Entity-Tag"]);
        }
        catch (MalformedDataException)
        {
            // A note of another version; the next one replaces it.
            return null;
        }
    }

    /// <summary>Makes this the note named <paramref name="key"/>.</summary>
    public void Write(ContentStore store, string key)
    {
        var fields = new List<Deb822Field> { new("Release", Release.ToString()) };
        if (Signature is { } signature)
        {
            fields.Add(new Deb822Field("Signature", signature.ToString()));
        }

        if (LastModified is { } date)
        {
            fields.Add(new Deb822Field("Last-Modified", date.ToString("O", CultureInfo.InvariantCulture)));
        }

        if (EntityTag is { } tag && tag.All(c => c is > ' ' and < '\x7f'))
        {
            fields.Add(new Deb822Field("Entity-Tag", tag));
        }

        store.Notes.Write(key, Encoding.UTF8.GetBytes(new Deb822Paragraph(fields).ToString()));
    }
}
