using System.Text.Json;
using System.Text.RegularExpressions;
using Bothy.Inspection.Comparison;
using Bothy.Inspection.Reports;
using static Bothy.Inspection.Tests.SampleImage;

namespace Bothy.Inspection.Tests.Reports;

public sealed class PagesTests
{
    [Fact]
    public async Task Names_of_an_image_are_never_markup()
    {
        using var image = await HostileNames.ImageAsync();

        foreach (string page in new[] { Inspect(image, HostileNames.Texts[1]), Compare(image, image) })
        {
            Assert.Equal(2, Regex.Count(page, "<script"));
            Assert.Equal(2, Regex.Count(page, "</script"));
            Assert.DoesNotContain("<img", page, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("onmouseover='", page, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("<!--", page, StringComparison.Ordinal);
            Assert.DoesNotMatch("[\\u0000-\\u0009\\u000b-\\u001f\\u007f-\\u009f\\u202a-\\u202e\\u2028\\u2029\\ufeff]", page);
        }
    }

    [Fact]
    public async Task Pages_load_nothing_and_allow_nothing()
    {
        using var image = await OfAsync([File("a", "x")]);

        string page = Inspect(image, "image");

        Assert.Matches("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'sha256-[^']+'; style-src 'sha256-[^']+'; img-src data:;", page);
        Assert.DoesNotContain("http://", page, StringComparison.Ordinal);
        Assert.DoesNotContain("https://", page, StringComparison.Ordinal);
        Assert.DoesNotContain(" style=", page, StringComparison.Ordinal);
        Assert.DoesNotContain("innerHTML", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_is_the_same_each_time()
    {
        using var image = await HostileNames.ImageAsync();

        Assert.Equal(Inspect(image, "image"), Inspect(image, "image"));
    }

    [Fact]
    public async Task The_map_has_every_file_with_its_package_and_layer()
    {
        using var image = await OfAsync(
            [File("usr/bin/tool", "12345", "755"), File("lib/apk/db/installed", "C:Q1AAAA=\nP:tool\nV:1\nA:x86_64\nF:usr/bin\nR:tool\nR:other\n\n"), HardLink("usr/bin/other", "usr/bin/tool")],
            [File("srv/x.py", "1")]);

        using var data = Data(Inspect(image, "image"));

        var (dirs, files) = (data.RootElement.GetProperty("dirs"), data.RootElement.GetProperty("files"));
        Assert.Equal(["", "lib", "apk", "db", "srv", "usr", "bin"], Texts(dirs, "name"));
        Assert.Equal([-1, 0, 1, 2, 0, 0, 5], Numbers(dirs, "parent"));
        Assert.Equal(["installed", "x.py", "other"], Texts(files, "name")); // the first name of the two
        Assert.Equal([3, 4, 6], Numbers(files, "dir"));
        Assert.Equal([56, 1, 5], Numbers(files, "size"));
        Assert.Equal([-1, -1, 0], Numbers(files, "group"));
        Assert.Equal([0, 1, 0], Numbers(files, "layer"));
        Assert.Equal(["tool"], Texts(data.RootElement, "groups"));
    }

    private static string Inspect(SampleImage image, string name)
    {
        var contents = image.Contents;
        return InspectPage.Of(InspectReport.Of(name, contents, [], CancellationToken.None), contents);
    }

    private static string Compare(SampleImage one, SampleImage two) =>
        ComparePage.Of(ComparisonReport.Of([(HostileNames.Texts[0], one.Contents), (HostileNames.Texts[2], two.Contents)], 3, CancellationToken.None));

    private static JsonDocument Data(string page)
    {
        const string Start = "<script type=\"application/json\" id=\"data\">";
        int at = page.IndexOf(Start, StringComparison.Ordinal) + Start.Length;
        return JsonDocument.Parse(page[at..page.IndexOf("</script>", at, StringComparison.Ordinal)]);
    }

    private static IEnumerable<string> Texts(JsonElement element, string name) => element.GetProperty(name).EnumerateArray().Select(text => text.GetString()!);

    private static IEnumerable<int> Numbers(JsonElement element, string name) => element.GetProperty(name).EnumerateArray().Select(number => number.GetInt32());
}
