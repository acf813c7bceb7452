using Microsoft.Playwright;

namespace Bothy.Inspection.Tests.Reports;

/// <summary>A page in the machine's Chromium, which notes whatever it complains of or asks for.</summary>
internal sealed class BrowserPage : IAsyncDisposable
{
    private static readonly string[] Arguments =
    [
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    ];

    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;

    private BrowserPage(IPlaywright playwright, IBrowser browser, IPage page)
    {
        _playwright = playwright;
        _browser = browser;
        Page = page;
        page.Console += (_, message) => Complaints.Add($"{message.Type}: {message.Text}");
        page.PageError += (_, error) => Complaints.Add(error);
        page.Dialog += async (_, dialog) =>
        {
            Complaints.Add($"dialog: {dialog.Message}");
            await dialog.DismissAsync();
        };
        page.Request += (_, request) => Requests.Add(request.Url);
    }

    public IPage Page { get; }

    /// <summary>What it wrote to its console, errors, and dialogs.</summary>
    public List<string> Complaints { get; } = [];

    /// <summary>All that it asked for, itself included.</summary>
    public List<string> Requests { get; } = [];

    public static async Task<BrowserPage> OpenAsync(string file, ColorScheme scheme = ColorScheme.Light, int width = 1280, int height = 900)
    {
        var playwright = await Playwright.CreateAsync();
        var browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Needs.Find("chromium") ?? throw new InvalidOperationException("chromium is not installed, and BOTHY_REQUIRE asks for it"),
            Args = Arguments,
        });
        var context = await browser.NewContextAsync(new BrowserNewContextOptions
        {
            ColorScheme = scheme,
            ReducedMotion = ReducedMotion.Reduce,
            ViewportSize = new ViewportSize { Width = width, Height = height },
        });
        var page = new BrowserPage(playwright, browser, await context.NewPageAsync());
        await page.Page.GotoAsync($"file://{file}");
        return page;
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }
}
