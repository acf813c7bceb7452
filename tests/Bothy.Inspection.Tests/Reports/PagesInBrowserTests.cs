using System.Globalization;
using Bothy.Inspection.Comparison;
using Bothy.Inspection.Reports;
using Microsoft.Playwright;
using static Bothy.Inspection.Tests.SampleImage;

namespace Bothy.Inspection.Tests.Reports;

/// <summary>The pages in a browser: what they do, not how they are written.</summary>
public sealed class PagesInBrowserTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [RequiresFact(Needs.Browser)]
    public async Task The_map_zooms_in_and_out_by_mouse_list_and_keyboard()
    {
        using var image = await SmallAsync();
        await using var browser = await BrowserPage.OpenAsync(Inspect(image));
        var page = browser.Page;
        Assert.Equal(["usr/", "srv/data/", "lib/apk/db/"], await ContentsAsync(page));

        // The largest part is at the top left.
        await page.Locator("#map").ClickAsync(new LocatorClickOptions { Position = new Position { X = 30, Y = 30 } });
        Assert.Equal(["lib/", "bin/"], await ContentsAsync(page));
        Assert.Equal(["all", "usr"], await CrumbsAsync(page));

        await page.Locator("#contents button").First.ClickAsync();
        Assert.Equal(["liba.so", "libb.so"], await ContentsAsync(page));

        await page.Locator("#map").FocusAsync();
        await page.Keyboard.PressAsync("Escape");
        Assert.Equal(["all", "usr"], await CrumbsAsync(page));
        await page.Locator("#crumbs button").First.ClickAsync();
        Assert.Equal(["all"], await CrumbsAsync(page));

        await page.Locator("#map").FocusAsync();
        await page.Keyboard.PressAsync("ArrowRight");
        await page.Keyboard.PressAsync("Enter");
        Assert.Equal(["all", "usr"], await CrumbsAsync(page));
        Assert.Empty(browser.Complaints);
    }

    [RequiresFact(Needs.Browser)]
    public async Task The_map_groups_by_package_and_layer_and_says_what_is_under_the_mouse()
    {
        using var image = await SmallAsync();
        await using var browser = await BrowserPage.OpenAsync(Inspect(image));
        var page = browser.Page;

        await page.Locator("[data-grouping=group]").ClickAsync();
        Assert.Equal(["libs/", "tool/", "no package/"], await ContentsAsync(page));
        await page.Locator("[data-grouping=layer]").ClickAsync();
        Assert.Equal(["layer 1/", "layer 2/"], await ContentsAsync(page));

        await page.Locator("#map").HoverAsync(new LocatorHoverOptions { Position = new Position { X = 60, Y = 80 } });
        Assert.Contains("/usr/lib/liba.so", await page.Locator("#tip").InnerTextAsync(), StringComparison.Ordinal);
        Assert.Contains("libs", await page.Locator("#tip").InnerTextAsync(), StringComparison.Ordinal);

        await page.Locator("#colour").SelectOptionAsync("layer");
        Assert.Equal(["layer 1", "layer 2"], await page.Locator("#legend li").AllInnerTextsAsync());
        Assert.Empty(browser.Complaints);
    }

    [RequiresFact(Needs.Browser)]
    public async Task Tables_sort_and_searching_filters_them()
    {
        using var image = await SmallAsync();
        await using var browser = await BrowserPage.OpenAsync(Inspect(image));
        var page = browser.Page;
        Assert.Equal(["libs", "tool", "no package"], await ColumnAsync(page, "package-table", 1));

        await page.Locator("#package-table th button", new PageLocatorOptions { HasText = "Package" }).ClickAsync();
        Assert.Equal(["libs", "no package", "tool"], await ColumnAsync(page, "package-table", 1));
        await page.Locator("#package-table th button", new PageLocatorOptions { HasText = "Size" }).ClickAsync();
        Assert.Equal(["libs", "tool", "no package"], await ColumnAsync(page, "package-table", 1));
        await page.Locator("#package-table th button", new PageLocatorOptions { HasText = "Size" }).ClickAsync();
        Assert.Equal(["no package", "tool", "libs"], await ColumnAsync(page, "package-table", 1));
        Assert.Equal("ascending", await page.Locator("#package-table th", new PageLocatorOptions { HasText = "Size" }).GetAttributeAsync("aria-sort"));

        await page.Locator("#files th button", new PageLocatorOptions { HasText = "Path" }).ClickAsync();
        Assert.Equal(["/lib/apk/db/installed", "/srv/data/x", "/usr/bin/tool", "/usr/lib/liba.so", "/usr/lib/libb.so"], await ColumnAsync(page, "files", 1));

        // The slash key leads to the search.
        await page.Locator("body").PressAsync("/");
        await page.Keyboard.TypeAsync("lib so");
        await page.WaitForFunctionAsync("() => document.getElementById('found').textContent !== ''");
        Assert.Equal("2 files, 29.3 KiB", await page.Locator("#found").InnerTextAsync());
        Assert.Equal(["/usr/lib/liba.so", "/usr/lib/libb.so"], await ColumnAsync(page, "files", 1));
        await page.Locator("#search").FillAsync("tool");
        await page.WaitForFunctionAsync("() => document.querySelectorAll('#package-table tbody tr:not([hidden])').length === 1");
        Assert.Equal(["tool"], await ColumnAsync(page, "package-table", 1));
        await page.Locator("#search").FillAsync("nothing has this");
        await page.WaitForFunctionAsync("() => document.getElementById('found').textContent === '0 files, 0 B'");
        Assert.Empty(browser.Complaints);
    }

    [RequiresTheory(Needs.Browser)]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Hostile_names_are_shown_and_do_nothing(ColorScheme scheme)
    {
        using var image = await HostileNames.ImageAsync();
        foreach (string file in new[] { Inspect(image), Compare(image, await SmallAsync()) })
        {
            await using var browser = await BrowserPage.OpenAsync(file, scheme);
            var page = browser.Page;
            await page.Locator("#map").HoverAsync();
            foreach (string grouping in new[] { "group", "layer", "directory" })
            {
                await page.Locator($"[data-grouping={grouping}]").ClickAsync();
            }

            await page.Locator("#search").FillAsync("<script");
            await page.WaitForFunctionAsync("() => document.getElementById('found').textContent.includes('file')");

            Assert.Equal("undefined", await page.EvaluateAsync<string>("() => typeof window.harmed"));
            Assert.Equal(0, await page.Locator("img").CountAsync());
            Assert.Contains("<script>window.harmed=1</script>", await page.Locator("body").InnerTextAsync(), StringComparison.Ordinal);
            Assert.Empty(browser.Complaints);
            Assert.Equal([$"file://{file}"], browser.Requests);
        }
    }

    [RequiresFact(Needs.Browser)]
    public async Task A_program_or_style_that_got_in_would_be_refused()
    {
        using var image = await SmallAsync();
        string file = Inspect(image);
        await System.IO.File.WriteAllTextAsync(file, (await System.IO.File.ReadAllTextAsync(file)).Replace("</main>", "<script>window.harmed=1</script><img src=\"https://127.0.0.1:1/x.png\" onerror=\"window.harmed=2\"></main>", StringComparison.Ordinal));

        await using var browser = await BrowserPage.OpenAsync(file);

        Assert.Equal("undefined", await browser.Page.EvaluateAsync<string>("() => typeof window.harmed"));
        Assert.Contains(browser.Complaints, complaint => complaint.Contains("Content Security Policy", StringComparison.Ordinal));
    }

    [RequiresFact(Needs.Browser)]
    public async Task An_image_of_30000_files_is_drawn_and_searched_without_a_wait()
    {
        var entries = Enumerable.Range(0, 30_000).Select(i => File(string.Create(CultureInfo.InvariantCulture, $"usr/share/d{i % 40}/e{i % 600}/file-{i}.txt"), new string('x', 1 + (i * 7919 % 3000))));
        using var image = await OfAsync([.. entries]);
        string file = Inspect(image);
        await using var browser = await BrowserPage.OpenAsync(file);
        var page = browser.Page;

        Assert.Equal("30000 files", (await page.Locator("#crumbs .sum").InnerTextAsync()).Split(", ")[1]);
        double draw = await page.EvaluateAsync<double>("() => { const t = performance.now(); document.getElementById('colour').dispatchEvent(new Event('change')); return performance.now() - t; }");
        double search = await page.EvaluateAsync<double>(
            "async () => { const t = performance.now(); const s = document.getElementById('search'); s.value = 'file-1234'; s.dispatchEvent(new Event('input')); await new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r))); return performance.now() - t; }");

        // Tenths of a second on a busy machine; a page that makes an element for each file takes many.
        Assert.InRange(draw, 0, 1000);
        Assert.InRange(search, 0, 2000);
        Assert.InRange(new FileInfo(file).Length, 0, 2_000_000);
        Assert.Empty(browser.Complaints);
    }

    private static Task<SampleImage> SmallAsync() => OfAsync(
        [
            File("usr/lib/liba.so", new string('a', 20_000)),
            File("usr/lib/libb.so", new string('b', 10_000)),
            File("usr/bin/tool", new string('t', 8000), "755"),
            File("lib/apk/db/installed", "C:Q1AAAA=\nP:libs\nV:1\nA:x86_64\nF:usr/lib\nR:liba.so\nR:libb.so\n\nC:Q1BBBB=\nP:tool\nV:2\nA:x86_64\nF:usr/bin\nR:tool\n\n"),
        ],
        [File("srv/data/x", new string('x', 3000))]);

    private string Inspect(SampleImage image)
    {
        var contents = image.Contents;
        return Write(InspectPage.Of(InspectReport.Of("<b>image</b>", contents, [], CancellationToken.None), contents));
    }

    private string Compare(SampleImage one, SampleImage two) =>
        Write(ComparePage.Of(ComparisonReport.Of([(HostileNames.Texts[0], one.Contents), (HostileNames.Texts[2], two.Contents)], 3, CancellationToken.None)));

    private string Write(string page)
    {
        string file = _directory[$"{Guid.NewGuid():N}.html"];
        System.IO.File.WriteAllText(file, page);
        return file;
    }

    private static Task<IReadOnlyList<string>> ContentsAsync(IPage page) => page.Locator("#contents bdi").AllInnerTextsAsync();

    private static Task<IReadOnlyList<string>> CrumbsAsync(IPage page) => page.Locator("#crumbs li:not(.sum)").AllInnerTextsAsync();

    private static Task<IReadOnlyList<string>> ColumnAsync(IPage page, string table, int column) =>
        page.Locator(string.Create(CultureInfo.InvariantCulture, $"#{table} tbody tr:not([hidden]) td:nth-child({column})")).AllInnerTextsAsync();
}
