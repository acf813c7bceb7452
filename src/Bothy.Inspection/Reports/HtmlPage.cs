using System.Security.Cryptography;
using System.Text;

namespace Bothy.Inspection.Reports;

/// <summary>
/// A page that is one file: style, program and figures in it, nothing from anywhere else. A policy in it (CSP) forbids browsers to load anything
/// and to run anything but the program whose digest it names, so that even a mistake here would not let an image's names do harm.
/// </summary>
internal static class HtmlPage
{
    private static readonly string Style = Asset("page.css");

    private static readonly string Program = string.Concat(new[] { "treemap.js", "tables.js", "page.js" }.Select(Asset));

    private static readonly string Policy = string.Join(
        "; ",
        "default-src 'none'",
        $"script-src '{Hash(Program)}'",
        $"style-src '{Hash(Style)}'",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
        "require-trusted-types-for 'script'");

    /// <summary>The page called <paramref name="title"/>, with <paramref name="data"/> (JSON without any <c>&lt;</c>) for its program.</summary>
    public static string Of(string title, Html body, string data)
    {
        if (data.Contains('<', StringComparison.Ordinal))
        {
            throw new ArgumentException("markup in JSON that was to be escaped", nameof(data));
        }

        return "<!doctype html>\n" + Html.Tag(
            "html",
            "lang=\"en\"",
            Html.NewLine,
            Html.Tag(
                "head",
                "",
                Html.Single("meta", "charset=\"utf-8\""),
                Html.Single("meta", $"http-equiv=\"Content-Security-Policy\" content=\"{Policy}\""),
                Html.Single("meta", "name=\"viewport\" content=\"width=device-width, initial-scale=1\""),
                Html.Single("meta", "name=\"referrer\" content=\"no-referrer\""),
                Html.Single("link", "rel=\"icon\" href=\"data:,\""),
                Html.Tag("title", "", title),
                Html.Tag("style", "", Html.Trusted(Style))),
            Html.NewLine,
            Html.Tag(
                "body",
                "",
                Html.NewLine,
                body,
                Html.NewLine,
                Html.Tag("script", "type=\"application/json\" id=\"data\"", Html.Trusted(data)),
                Html.NewLine,
                Html.Tag("script", "", Html.Trusted(Program)),
                Html.NewLine),
            Html.NewLine) + "\n";
    }

    private static string Hash(string text) => "sha256-" + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static string Asset(string name)
    {
        using var stream = typeof(HtmlPage).Assembly.GetManifestResourceStream($"Bothy.Inspection.Reports.{name}")
            ?? throw new InvalidOperationException($"{name} is not in this assembly");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
