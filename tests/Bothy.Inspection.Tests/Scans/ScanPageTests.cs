using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;
using Bothy.Inspection.Advisories;
using Bothy.Inspection.Matching;
using Bothy.Inspection.Reports;
using Bothy.Inspection.Scans;
using Bothy.Inspection.Tests.Reports;
using Microsoft.Playwright;

namespace Bothy.Inspection.Tests.Scans;

/// <summary>A scan as a page.</summary>
public sealed class ScanPageTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Names_of_packages_and_advisories_are_never_markup()
    {
        string page = ScanPage.Of(Hostile());

        Assert.Equal(2, Regex.Count(page, "<script"));
        Assert.Equal(2, Regex.Count(page, "</script"));
        Assert.DoesNotContain("<img", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("onmouseover='", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<a ", page, StringComparison.Ordinal);
        Assert.DoesNotMatch("[\\u0000-\\u0009\\u000b-\\u001f\\u007f-\\u009f\\u202a-\\u202e\\u2028\\u2029\\ufeff]", page);
        Assert.Equal(page, ScanPage.Of(Hostile()));
    }

    [Fact]
    public void Hostile_names_stay_texts_in_documents()
    {
        foreach (var write in new Action<Utf8JsonWriter>[] { json => SarifWriter.Write(Hostile(), "1", json), json => CycloneDxFindings.Write(Hostile(), "1", json), json => OpenVexWriter.Write(Hostile().Report, default, "1", json) })
        {
            using var stream = new MemoryStream();
            using (var json = new Utf8JsonWriter(stream))
            {
                write(json);
            }

            JsonDocument.Parse(stream.ToArray()).Dispose();
        }
    }

    [RequiresTheory(Needs.Browser)]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task The_page_sorts_and_searches_and_loads_nothing(ColorScheme scheme)
    {
        string file = Write(ScanSamples.Outcome(baseline: true));
        await using var browser = await BrowserPage.OpenAsync(file, scheme);
        var page = browser.Page;

        Assert.Equal(["CVE-2021-0001", "CVE-2021-0002", "CVE-2021-0003", "CVE-2021-0004"], await NamesAsync(page));
        await page.Locator("#findings-table th >> text=Severity").ClickAsync();
        Assert.Equal(["CVE-2021-0001", "CVE-2021-0002", "CVE-2021-0003", "CVE-2021-0004"], await NamesAsync(page));
        await page.Locator("#findings-table th >> text=Severity").ClickAsync();
        Assert.Equal(["CVE-2021-0004", "CVE-2021-0003", "CVE-2021-0002", "CVE-2021-0001"], await NamesAsync(page));
        await page.Locator("#search").FillAsync("tzdata");
        await page.WaitForFunctionAsync("() => document.querySelector('[data-count-of=findings-table]').textContent === '1 of 4'");

        Assert.Empty(browser.Complaints);
        Assert.Equal([$"file://{file}"], browser.Requests);
    }

    [RequiresFact(Needs.Browser)]
    public async Task Hostile_names_are_shown_and_do_nothing()
    {
        string file = Write(Hostile());
        await using var browser = await BrowserPage.OpenAsync(file);

        await browser.Page.Locator("#search").FillAsync("<script");
        Assert.Equal("undefined", await browser.Page.EvaluateAsync<string>("() => typeof window.harmed"));
        Assert.Equal(0, await browser.Page.Locator("img").CountAsync());
        Assert.Contains("<script>window.harmed=1</script>", await browser.Page.Locator("body").InnerTextAsync(), StringComparison.Ordinal);
        Assert.Empty(browser.Complaints);
        Assert.Equal([$"file://{file}"], browser.Requests);
    }

    private static ScanOutcome Hostile()
    {
        var outcome = ScanSamples.Outcome();
        ImmutableArray<Vulnerability> findings =
        [
            .. HostileNames.Texts.Select(text => ScanSamples.Finding(text, text, SeverityLevel.High, text, text, facts: new AdvisoryFacts { Id = text, Summary = text, References = [text] }) with
            {
                Aliases = [text],
                Suppression = new Suppression(SuppressionKind.Vex, text, text, text),
            }),
        ];
        return outcome with
        {
            Report = outcome.Report with
            {
                Subject = outcome.Report.Subject with { Name = HostileNames.Texts[0], Distribution = HostileNames.Texts[1], Warnings = [.. HostileNames.Texts] },
                Vulnerabilities = findings,
                Suppressed = findings,
                Unjudged = [.. HostileNames.Texts.Select(text => new Unjudged(UnjudgedReason.NoRecord, text, findings[0].Packages))],
                Notes = [.. HostileNames.Texts],
            },
            Sources = [.. HostileNames.Texts.Select(text => new SnapshotSource(AdvisoryFeed.Osv, text, text, Digest.Of([]), null, 1, 1, 1))],
        };
    }

    private static async Task<string[]> NamesAsync(IPage page) => [.. await page.Locator("#findings-table tbody b").AllInnerTextsAsync()];

    private string Write(ScanOutcome outcome)
    {
        string file = _directory["scan.html"];
        System.IO.File.WriteAllText(file, ScanPage.Of(outcome));
        return file;
    }
}
