using System.Globalization;
using System.Net;
using System.Text;
using Bothy.Formats.Text;

namespace Bothy.Inspection.Reports;

/// <summary>Markup. Text becomes markup in one way only, which escapes it: names in images are anybody's.</summary>
internal readonly record struct Html
{
    private readonly string? _markup;

    private Html(string markup) => _markup = markup;

    public static Html Nothing => default;

    /// <summary>The end of a line of the page's source.</summary>
    public static Html NewLine { get; } = new("\n");

    /// <summary>Text of any origin: escaped, and with invisible characters written out.</summary>
    public static implicit operator Html(string? text) => new(WebUtility.HtmlEncode(VisibleText.Of(text ?? "")));

    /// <summary>Text from an image: its direction ends where it ends.</summary>
    public static Html Foreign(string? text) => Tag("bdi", "", text);

    /// <summary>A number, in digits.</summary>
    public static Html Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>An element; <paramref name="attributes"/> are written by this code, or made by <see cref="Attribute"/>.</summary>
    public static Html Tag(string name, string attributes, params IEnumerable<Html> children)
    {
        var text = new StringBuilder().Append('<').Append(name);
        if (attributes.Length > 0)
        {
            text.Append(' ').Append(attributes);
        }

        text.Append('>');
        foreach (var child in children)
        {
            text.Append(child._markup);
        }

        return new Html(text.Append("</").Append(name).Append('>').ToString());
    }

    /// <summary>An element that has no content and no end.</summary>
    public static Html Single(string name, string attributes) => new($"<{name} {attributes}>");

    /// <summary>An attribute with a value of any origin.</summary>
    public static string Attribute(string name, string value) => $"{name}=\"{WebUtility.HtmlEncode(VisibleText.Of(value))}\"";

    public static Html Join(params IEnumerable<Html> parts) => new(string.Concat(parts.Select(static part => part._markup)));

    /// <summary>Markup that this project wrote: its style and its program, and JSON in which every <c>&lt;</c> is escaped.</summary>
    public static Html Trusted(string markup) => new(markup);

    public override string ToString() => _markup ?? "";
}
