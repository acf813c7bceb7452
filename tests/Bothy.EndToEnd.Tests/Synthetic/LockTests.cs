namespace Bothy.EndToEnd.Tests.Synthetic;

/// <summary>Locks: what they keep, what they refuse, and that a build from one needs nothing else.</summary>
public sealed class LockTests : IDisposable
{
    private readonly Workshop _workshop = Workshop.WithArchive();

    public void Dispose() => _workshop.Dispose();

    [Fact]
    public async Task A_locked_build_needs_no_server()
    {
        var server = _workshop.Serve();
        string digest = (await _workshop.BuildAsync()).Succeeded().Output;
        Assert.Equal("image.lock.json\n", (await _workshop.RunAsync("lock", "image.yaml", "--quiet")).Succeeded().Output);
        int requests = server.Requests.Count;

        var locked = (await _workshop.BuildAsync("--locked", "--offline")).Succeeded();

        Assert.Equal(digest, locked.Output);
        Assert.Equal(requests, server.Requests.Count);
    }

    [Fact]
    public async Task A_vendored_build_needs_neither_server_nor_store()
    {
        _workshop.Serve();
        string digest = (await _workshop.BuildAsync()).Succeeded().Output;
        (await _workshop.RunAsync("lock", "image.yaml", "--quiet", "--vendor", "vendor")).Succeeded();
        _workshop.Server.Dispose();
        _workshop.Set("BOTHY_STORE", _workshop["empty"]);

        var vendored = (await _workshop.BuildAsync("--locked", "--packages-from", "vendor")).Succeeded();

        Assert.Equal(digest, vendored.Output);
        Assert.Equal(
            ["hello_1.0-1_amd64.deb", "libgreet_1.0-1_amd64.deb"],
            Directory.GetFiles(_workshop["vendor"]).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Offline_what_the_store_has_not_is_said()
    {
        _workshop.Serve();
        (await _workshop.RunAsync("lock", "image.yaml", "--quiet")).Succeeded();
        Directory.Delete(_workshop.Store, recursive: true);

        var refused = await _workshop.BuildAsync("--locked", "--offline");

        Assert.Equal("Run once without --offline so that it gets into the store.", refused.Hint);
        Assert.StartsWith("cannot fetch libgreet 1.0-1 (amd64): http://HOST/debian/pool/main/l/libgreet/libgreet_1.0-1_amd64.deb: offline", refused.Message, StringComparison.Ordinal);
        _workshop.AssertNothingLeft();
    }

    [Fact]
    public async Task A_lock_of_another_compression_is_built_with_a_warning()
    {
        (await _workshop.RunAsync("lock", "image.yaml", "--quiet")).Succeeded();
        string text = File.ReadAllText(_workshop["image.lock.json"]);
        File.WriteAllText(_workshop["image.lock.json"], text.Replace("\"compression\": \"v2\"", "\"compression\": \"v0\"", StringComparison.Ordinal));

        var built = await _workshop.BuildAsync("--locked");

        Assert.Equal(
            (0, "warning: the lock was written for compression v0 and this version's is v2: the files are the same, the digests are not\n"),
            (built.Code, built.Error));
    }

    [Fact]
    public async Task A_stale_lock_says_what_changed()
    {
        (await _workshop.RunAsync("lock", "image.yaml", "--quiet")).Succeeded();
        _workshop.WriteImage("libgreet", "  omit: [hello]\n");

        _workshop.AssertRefused(
            await _workshop.BuildAsync("--locked", "--arch", "amd64,arm64"),
            """
            cannot build image.yaml from image.lock.json: it is stale:
              package 'libgreet' was added to packages
              package 'hello' was removed from packages
              package 'hello' was added to omit
              architecture arm64 is not in the lock
            """,
            "Write it anew with 'bothy lock image.yaml'.");
    }

    [Fact]
    public async Task A_damaged_lock_is_no_lock()
    {
        File.WriteAllText(_workshop["image.lock.json"], "{\n  \"version\": 1,\n");

        _workshop.AssertRefused(
            await _workshop.BuildAsync("--locked"),
            "cannot read image.lock.json: it is not JSON (line 3, column 1)",
            "Write it again with 'bothy lock'.");
    }

    [Fact]
    public async Task Going_back_behind_the_lock_is_refused_unless_asked_for_and_then_recorded()
    {
        (await _workshop.RunAsync("lock", "image.yaml", "--quiet")).Succeeded();
        _workshop.Date = _workshop.Date.AddDays(-2);
        _workshop.WriteArchive();
        Directory.Delete(_workshop.Store, recursive: true);
        const string back = "DIR/archive bookworm: went back, as --allow-rollback asks, to its index of 2026-02-27 12:00 UTC from that of 2026-03-01 12:00 UTC which the lock recorded";

        _workshop.AssertRefused(
            await _workshop.BuildAsync(),
            "cannot use DIR/archive bookworm: its index is of 2026-02-27 12:00 UTC, older than that of 2026-03-01 12:00 UTC which the lock records",
            "The mirror lags behind, or somebody replays an old state of it: use another mirror, try again later, or accept it with --allow-rollback.");
        var locked = await _workshop.RunAsync("lock", "image.yaml", "--quiet", "--allow-rollback");

        Assert.Equal((0, $"warning: {back}\n"), (locked.Code, locked.Error));
        Assert.Contains(back, _workshop.Shown(File.ReadAllText(_workshop["image.lock.json"])), StringComparison.Ordinal);
        (await _workshop.BuildAsync()).Succeeded();
    }

    [Fact]
    public async Task A_lock_that_cannot_be_made_leaves_the_old_one()
    {
        (await _workshop.RunAsync("lock", "image.yaml", "--quiet")).Succeeded();
        byte[] before = File.ReadAllBytes(_workshop["image.lock.json"]);
        File.Delete(_workshop.Find("hello_"));
        Directory.Delete(_workshop.Store, recursive: true);

        _workshop.AssertRefused(
            await _workshop.RunAsync("lock", "image.yaml", "--quiet"),
            "cannot fetch hello 1.0-1 (amd64): DIR/archive/pool/main/h/hello/hello_1.0-1_amd64.deb: there is no such file");

        Assert.Equal(before, File.ReadAllBytes(_workshop["image.lock.json"]));
    }
}
