using System.Globalization;
using Bothy.Formats.Text;
using Bothy.Formats.Trees;

namespace Bothy.Inspection.Reports;

/// <summary>What pages are put together from.</summary>
internal static class PageParts
{
    public static Html Bytes(long bytes) => ByteSize.Text(bytes);

    public static Html Path(TreePath path) => Html.Foreign(path.ToString());

    public static Html Percent(long part, long whole) => whole == 0 ? "–" : string.Create(CultureInfo.InvariantCulture, $"{100.0 * part / whole:F1} %");

    /// <summary>A card with a heading, a remark beside it and what <paramref name="content"/> holds.</summary>
    public static Html Card(string id, string heading, Html remark, params IEnumerable<Html> content) => Html.Tag(
        "section",
        $"class=\"card\" id=\"{id}\" aria-labelledby=\"{id}-heading\"",
        content.Prepend(Html.Tag("header", "", Html.Tag("h2", $"id=\"{id}-heading\"", heading), Html.Tag("span", "class=\"quiet\"", remark))).Append(Html.NewLine));

    /// <summary>A list of names and figures in an answer.</summary>
    public static Html Figures(params IEnumerable<(string Name, Html Figure)> figures) =>
        Html.Tag("ul", "", figures.Select(static figure => Html.Tag("li", "", Html.Tag("span", "", figure.Name), Html.Tag("span", "", figure.Figure))));

    /// <summary>A table that the page's program sorts and searches. Columns are <c>text</c>, <c>number</c> or <c>plain</c>, which does not sort.</summary>
    public static Html Table(string id, IReadOnlyList<(string Heading, string Sort)> columns, IEnumerable<Html> rows, bool tall = true) => Html.Join(
        Html.Tag(
            "div",
            tall ? "class=\"scroll tall\" tabindex=\"0\" role=\"region\" aria-label=\"table\"" : "class=\"scroll\"",
            Html.Tag(
                "table",
                $"class=\"sortable\" id=\"{id}\"",
                Html.Tag("thead", "", Html.Tag("tr", "", columns.Select(static column => Heading(column.Heading, column.Sort)))),
                Html.Tag("tbody", "", rows)),
            Html.Tag("p", "class=\"none\" hidden", "Nothing here has these words.")));

    /// <summary>How many rows of the table <paramref name="id"/> the search has left; the page's program writes it.</summary>
    public static Html Count(string id, int rows) => Html.Tag("span", $"data-count-of=\"{id}\"", Html.Number(rows));

    public static Html Row(params IEnumerable<Html> cells) => Html.Tag("tr", "", cells);

    public static Html Cell(Html content, string attributes = "") => Html.Tag("td", attributes, content);

    public static Html Number(long number) => Html.Tag("td", "class=\"number\"", Html.Number(number));

    public static Html SizeCell(long bytes) => Html.Tag("td", $"class=\"number\" data-value=\"{bytes.ToString(CultureInfo.InvariantCulture)}\"", Bytes(bytes));

    /// <summary>A bar for <paramref name="part"/> of <paramref name="whole"/>.</summary>
    public static Html Meter(long part, long whole) => Html.Tag(
        "td",
        "class=\"meter\"",
        Html.Tag("meter", string.Create(CultureInfo.InvariantCulture, $"min=\"0\" max=\"{Math.Max(whole, 1)}\" value=\"{part}\" aria-label=\"{(whole == 0 ? 0 : 100.0 * part / whole):F1} %\""), ""));

    /// <summary>What people search and zoom with.</summary>
    public static Html Search() => Html.Tag(
        "div",
        "class=\"find\" role=\"search\"",
        Html.Single("input", "id=\"search\" type=\"search\" placeholder=\"Search paths and packages\" aria-label=\"Search paths and packages\" autocomplete=\"off\" spellcheck=\"false\""),
        Html.Tag("kbd", "aria-hidden=\"true\"", "/"),
        Html.Tag("output", "id=\"found\" for=\"search\"", ""));

    /// <summary>The treemap and what belongs to it; <paramref name="group"/> and <paramref name="layer"/> are the words for what it groups by beside directories.</summary>
    public static Html Map(string heading, Html remark, string group, string layer) => Html.Tag(
        "section",
        "class=\"card\" aria-labelledby=\"map-heading\"",
        Html.Tag(
            "header",
            "",
            Html.Tag("h2", "id=\"map-heading\"", heading),
            Html.Tag("span", "class=\"quiet\"", remark),
            Html.Tag(
                "span",
                "class=\"push\"",
                Html.Tag(
                    "span",
                    "class=\"switch\" role=\"group\" aria-label=\"Group by\"",
                    Grouping("directory", "By directory"),
                    Grouping("group", $"By {group}"),
                    Grouping("layer", $"By {layer}")),
                Html.Tag(
                    "label",
                    "",
                    "Colour ",
                    Html.Tag(
                        "select",
                        "id=\"colour\"",
                        Html.Tag("option", "value=\"kind\"", "kind of file"),
                        Html.Tag("option", "value=\"group\"", group),
                        Html.Tag("option", "value=\"layer\"", layer))))),
        Html.Tag("nav", "aria-label=\"Place in the map\"", Html.Tag("ol", "class=\"crumbs\" id=\"crumbs\"", "")),
        Html.Tag(
            "div",
            "class=\"field\"",
            Html.Tag(
                "div",
                "class=\"plane\"",
                Html.Tag(
                    "canvas",
                    "id=\"map\" tabindex=\"0\" role=\"img\" aria-label=\"Treemap of bytes. Arrow keys choose, Enter zooms in, Escape zooms out. The list beside it holds the same.\"",
                    ""),
                Html.Tag("div", "class=\"tip\" id=\"tip\" hidden", "")),
            Html.Tag("ol", "class=\"contents\" id=\"contents\" aria-label=\"What is in it, largest first\"", "")),
        Html.Tag("ul", "class=\"legend\" id=\"legend\" aria-label=\"Colours\"", ""),
        Html.Tag("noscript", "", Html.Tag("p", "", "The map, searching and sorting need JavaScript, which runs from this page alone.")));

    /// <summary>The table of all files, which the page's program fills.</summary>
    public static Html Files(string heading, string group, string layer) => Html.Tag(
        "section",
        "class=\"card\" aria-labelledby=\"files-heading\"",
        Html.Tag("header", "", Html.Tag("h2", "id=\"files-heading\"", heading), Html.Tag("span", "class=\"quiet\" id=\"files-count\"", "")),
        Html.Tag(
            "div",
            "class=\"scroll\"",
            Html.Tag(
                "table",
                "id=\"files\"",
                Html.Tag(
                    "thead",
                    "",
                    Html.Tag(
                        "tr",
                        "",
                        Html.Tag("th", "scope=\"col\" data-column=\"path\"", "Path"),
                        Html.Tag("th", "scope=\"col\" data-column=\"group\"", group),
                        Html.Tag("th", "scope=\"col\" data-column=\"layer\"", layer),
                        Html.Tag("th", "scope=\"col\" data-column=\"size\" class=\"number\" aria-sort=\"descending\"", "Size"))),
                Html.Tag("tbody", "", ""))),
        Html.Tag("button", "type=\"button\" class=\"more-rows\" id=\"more-files\" hidden", "Show 500 more"));

    /// <summary>The end of every page.</summary>
    public static Html Footer() => Html.Tag("footer", "", "Made by Bothy. This page is complete in itself: it loads nothing and sends nothing.");

    private static Html Heading(string heading, string sort) => sort switch
    {
        "plain" => Html.Tag("th", "scope=\"col\"", heading),
        "number" => Html.Tag("th", "scope=\"col\" class=\"number\" data-sort=\"number\"", heading),
        _ => Html.Tag("th", "scope=\"col\" data-sort=\"text\"", heading),
    };

    private static Html Grouping(string value, string text) => Html.Tag("button", $"type=\"button\" data-grouping=\"{value}\" aria-pressed=\"false\"", text);
}
