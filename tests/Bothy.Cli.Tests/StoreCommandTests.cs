using Bothy.Store;

namespace Bothy.Cli.Tests;

public sealed class StoreCommandTests : IDisposable
{
    private static readonly DateTime Used = new(2026, 3, 1, 12, 0, 0, DateTimeKind.Utc);

    private readonly TemporaryDirectory _temporary = new();

    private string Store => _temporary["store"];

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public async Task Info_says_what_there_is()
    {
        Fill();

        var run = await RunAsync("info");

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal(
            $"""
            {Store}: 3 items, 1.2 KiB
            KIND            ITEMS     SIZE  USED FIRST            USED LAST
            blob                2  1.1 KiB  2026-03-01T12:00:00Z  2026-03-01T13:00:00Z
            result index-1      1    108 B  2026-03-01T12:00:00Z  2026-03-01T12:00:00Z

            """.ReplaceLineEndings("\n"),
            run.Output);
        Assert.Equal($"{Store}2: 0 items, 0 B\n", (await InAsync(Store + "2", "info")).Output);
    }

    [Fact]
    public async Task Info_says_it_in_json()
    {
        Fill();

        using var json = System.Text.Json.JsonDocument.Parse((await RunAsync("info", "--format", "json")).Output);

        Assert.Equal((3, 1212L), (json.RootElement.GetProperty("items").GetInt32(), json.RootElement.GetProperty("bytes").GetInt64()));
        Assert.Equal(["blob", "result index-1"], json.RootElement.GetProperty("kinds").EnumerateArray().Select(kind => kind.GetProperty("kind").GetString()));
    }

    [Fact]
    public async Task Prune_removes_the_oldest()
    {
        Fill();

        Assert.Equal(new Said(0, "removed 2 items, 212 B; left are 1, 1000 B\n", ""), await RunAsync("prune", "--keep", "1K"));
        Assert.Equal(new Said(0, "{\n  \"removedItems\": 1,\n  \"removedBytes\": 1000,\n  \"leftItems\": 0,\n  \"leftBytes\": 0,\n  \"inUseBytes\": 0\n}\n", ""), await RunAsync("prune", "--keep", "0", "--format", "json"));
    }

    [Theory]
    [InlineData("prune", "Option '--keep' is required.")]
    [InlineData("prune --keep many", "cannot keep 'many': want a size such as 500M or 20G")]
    [InlineData("prune --keep -1", "cannot keep '-1': want a size such as 500M or 20G")]
    [InlineData("prune --keep 9999999T", "cannot keep '9999999T': want a size such as 500M or 20G")]
    public async Task A_size_has_to_be_one(string line, string problem)
    {
        var run = await RunAsync(line.Split(' '));

        Assert.Equal((2, $"error: {problem}"), (run.ExitCode, run.Error.Split('\n')[0]));
    }

    [Fact]
    public async Task Verify_names_what_is_damaged_and_fails()
    {
        Fill();
        Assert.Equal(new Said(0, "checked 3 items, 1.2 KiB; damaged and removed: 0\n", ""), await RunAsync("verify"));
        string blob = Directory.GetFiles(Path.Combine(Store, "blobs")).Order(StringComparer.Ordinal).First();
        File.WriteAllText(blob, "something else");

        var run = await RunAsync("verify");

        Assert.Equal((1, ""), (run.ExitCode, run.Error));
        Assert.StartsWith($"cannot use sha256:{Path.GetFileName(blob)} from the store: its bytes have another digest\nchecked 3 items, ", run.Output, StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync("verify", "--format", "json")).ExitCode);
    }

    private void Fill()
    {
        var store = new ContentStore(Store);
        store.AddBytes(new byte[104]);
        var later = store.AddBytes(new byte[1000]);
        store.AddResult("index-1", Digest.Of("a"u8), new byte[28]);
        foreach (string file in Directory.GetFiles(Store, "*", SearchOption.AllDirectories))
        {
            File.SetLastWriteTimeUtc(file, file.EndsWith(later.Hex, StringComparison.Ordinal) ? Used.AddHours(1) : Used);
        }
    }

    private Task<Said> RunAsync(params string[] arguments) => InAsync(Store, arguments);

    private static Task<Said> InAsync(string store, params string[] arguments) => CommandLine.RunAsync(
        new Surroundings { Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["BOTHY_STORE"] = store } }, ["store", .. arguments]);
}
