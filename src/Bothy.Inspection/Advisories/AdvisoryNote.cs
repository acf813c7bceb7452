using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Bothy.Formats.Deb822;
using Bothy.Store;

namespace Bothy.Inspection.Advisories;

/// <summary>How to ask a server whether a document is still the one that was fetched.</summary>
/// <param name="Address">The document's address as a snapshot remembers it.</param>
/// <param name="Document">The digest of its bytes.</param>
/// <param name="LastModified">The server's date of it.</param>
/// <param name="EntityTag">The server's entity tag of it.</param>
internal sealed record SourceTag(string Address, Digest Document, DateTimeOffset? LastModified, string? EntityTag);

/// <summary>What a store remembers of its snapshots.</summary>
internal sealed record AdvisoryNote(Digest Current, Digest? Previous, DateTimeOffset? Checked, ImmutableArray<SourceTag> Tags)
{
    /// <summary>Reads the note; null where there is none that can be understood.</summary>
    public static AdvisoryNote? TryRead(ContentStore store, string name)
    {
        if (store.Notes.TryRead(name) is not { } bytes)
        {
            return null;
        }

        try
        {
            var paragraphs = Deb822Document.Parse(bytes, "note").Paragraphs;
            return paragraphs is [var first, ..] && Digest.TryParse(first["Current"], null, out var current)
                ? new AdvisoryNote(current, DigestOf(first, "Previous"), TimeOf(first, "Checked"), [.. paragraphs.Skip(1).Select(TagOf).OfType<SourceTag>()])
                : null;
        }
        catch (MalformedDataException)
        {
            // A note of another version; the next one replaces it.
            return null;
        }
    }

    /// <summary>Makes this the note.</summary>
    public void Write(ContentStore store, string name)
    {
        var text = new StringBuilder(Paragraph(("Current", Current.ToString()), ("Previous", Previous?.ToString()), ("Checked", Text(Checked))));
        foreach (var tag in Tags)
        {
            string? entityTag = tag.EntityTag is { } value && value.All(c => c is > ' ' and < '\x7f') ? value : null;
            text.Append('\n').Append(Paragraph(("Address", tag.Address), ("Document", tag.Document.ToString()), ("Last-Modified", Text(tag.LastModified)), ("Entity-Tag", entityTag)));
        }

        store.Notes.Write(name, Encoding.UTF8.GetBytes(text.ToString()));
    }

    private static SourceTag? TagOf(Deb822Paragraph paragraph) =>
        paragraph["Address"] is { } address && DigestOf(paragraph, "Document") is { } document
            ? new SourceTag(address, document, TimeOf(paragraph, "Last-Modified"), paragraph["Entity-Tag"])
            : null;

    private static string Paragraph(params (string Name, string? Value)[] fields) =>
        new Deb822Paragraph([.. fields.Where(field => field.Value is not null).Select(field => new Deb822Field(field.Name, field.Value!))]).ToString();

    private static Digest? DigestOf(Deb822Paragraph paragraph, string name) => Digest.TryParse(paragraph[name], null, out var digest) ? digest : null;

    private static DateTimeOffset? TimeOf(Deb822Paragraph paragraph, string name) =>
        DateTimeOffset.TryParseExact(paragraph[name], "O", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) ? time : null;

    private static string? Text(DateTimeOffset? time) => time?.ToString("O", CultureInfo.InvariantCulture);
}
