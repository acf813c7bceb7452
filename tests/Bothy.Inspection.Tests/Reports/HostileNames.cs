using System.Text;
using System.Text.Json.Nodes;
using static Bothy.Inspection.Tests.SampleImage;

namespace Bothy.Inspection.Tests.Reports;

/// <summary>An image whose every name tries to be more than a name.</summary>
internal static class HostileNames
{
    /// <summary>What would run, were a name read as markup or as a program; each sets <c>window.harmed</c>.</summary>
    public static IReadOnlyList<string> Texts { get; } =
    [
        "<script>window.harmed=1</script>",
        "</script><script>window.harmed=2</script>",
        "\"><img src=x onerror=window.harmed=3>",
        "' onmouseover='window.harmed=4",
        "<!--<script>",
        "]]>",
        "${window.harmed=5}",
        "&lt;b&gt;&amp;",
        "javascript:window.harmed=6",
        "\u001b[31mred\u001b[0m",
        "\u202egnp.exe",
        "line\nbreak\ttab",
        "\u2028\u2029\ufeff",
        "| a | b |`c`",
        "\u05d0\u05d1\u05d2 \u65e5\u672c\u8a9e \U0001F3D4",
    ];

    public static Task<SampleImage> ImageAsync()
    {
        var sample = new ImageSample(
        [
            RawTar.Write(
            [
                .. Texts.Select((text, i) => File($"hostile/{Name(text)}", new string('x', 1000 + (100 * i)), "755")),
                .. Texts.Select(text => File($"usr/bin/{Name(text)}", "#!/bin/sh", "4777")),
                File("lib/apk/db/installed", string.Concat(Texts.Where(text => !text.Contains('\n', StringComparison.Ordinal)).Select((text, i) => $"C:Q1AAA{i}=\nP:{text}\nV:{text}\nA:x86_64\nL:{text}\nF:hostile\nR:{Name(text)}\n\n"))),
                File("etc/os-release", $"PRETTY_NAME='{Texts[0]}'\n"),
                File("etc/passwd", $"{Texts[0]}:x:0:0::/:{Texts[1]}\n"),
            ]),
            RawTar.Write([.. Texts.Select(text => new RawTarEntry($"hostile/.wh.{Name(text)}", '0')).Take(3)]),
        ]);
        sample.Config["config"] = new JsonObject
        {
            ["User"] = Texts[2],
            ["Entrypoint"] = new JsonArray([.. Texts.Select(text => JsonValue.Create(text))]),
            ["Env"] = new JsonArray([.. Texts.Select(text => JsonValue.Create($"{text}={text}"))]),
            ["Labels"] = new JsonObject(Texts.Select(text => KeyValuePair.Create(text, (JsonNode?)JsonValue.Create(text)))),
        };
        sample.Config["history"] = new JsonArray(new JsonObject { ["created_by"] = Texts[1] }, new JsonObject { ["created_by"] = Texts[9] });
        return OfAsync(sample);
    }

    // A slash would make directories of it; ustar's names have room for 100 bytes.
    private static string Name(string text)
    {
        string name = text.Replace('/', '\u2215');
        return Encoding.UTF8.GetByteCount(name) <= 80 ? name : name[..40];
    }
}
