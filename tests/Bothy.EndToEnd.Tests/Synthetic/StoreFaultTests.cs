using System.Collections.Concurrent;
using System.Diagnostics;

namespace Bothy.EndToEnd.Tests.Synthetic;

/// <summary>What may happen to a store while builds use it: other builds, sudden deaths, flipped bits, pruning. Every result is that of a fresh store.</summary>
public sealed class StoreFaultTests : IDisposable
{
    // The program has the machine's clock, so its archive has to be of now.
    private readonly TestSigner _signer = new(DateTimeOffset.UtcNow.AddDays(-30));
    private readonly Workshop _workshop;
    private int _outputs;

    public StoreFaultTests()
    {
        _workshop = new Workshop(_signer) { Date = DateTimeOffset.UtcNow.AddDays(-1) };
        byte[] noise = new byte[1 << 20];
        new Random(60).NextBytes(noise);
        _workshop.WriteArchive(Workshop.Hello().Directory("usr/share").Directory("usr/share/hello").File("usr/share/hello/noise", noise).Link("usr/bin/hi", "hello"));
        _workshop.WriteImage();
    }

    public void Dispose()
    {
        _workshop.Dispose();
        _signer.Dispose();
    }

    [Fact]
    public async Task Eight_builds_at_once_fetch_everything_once()
    {
        string expected = await FreshDigestAsync();
        var server = _workshop.Serve();

        var programs = Enumerable.Range(0, 8).Select(_ => Start()).ToList();
        var ended = await Task.WhenAll(programs.Select(program => program.EndAsync()));
        programs.ForEach(program => program.Dispose());

        Assert.All(ended, outcome => Assert.Equal((0, expected, ""), (outcome.Code, outcome.Output, outcome.Error)));
        foreach (string file in (string[])["hello_", "libgreet_", "by-hash"])
        {
            Assert.Single(server.Requests, request => request.Target.Contains(file, StringComparison.Ordinal));
        }

        StoreAudit.Check(_workshop.Store);
        await AssertSoundAsync(expected);
    }

    [Fact]
    public async Task Builds_killed_at_two_hundred_random_moments_leave_nothing_wrong()
    {
        string expected = await FreshDigestAsync();
        var clock = Stopwatch.StartNew();
        using (var first = Start())
        {
            Assert.Equal((0, expected), await first.EndAsync() is var whole ? (whole.Code, whole.Output) : default);
        }

        var longest = clock.Elapsed;
        var random = new Random(61);
        var moments = new ConcurrentQueue<double>(Enumerable.Range(0, 200).Select(_ => random.NextDouble()));
        int killed = 0;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async worker =>
        {
            while (moments.TryDequeue(out double moment))
            {
                // So that each build has something to do.
                await _workshop.RunAsync("store", "prune", "--keep", FormattableString.Invariant($"{(int)(moment * 4000)}K"));
                using var program = Start();
                await Task.Delay(longest * moment * 1.3);
                var ended = await program.KillAsync();
                Interlocked.Add(ref killed, ended.Code == 137 ? 1 : 0);

                // A killed one may have printed its result just before.
                Assert.Contains(ended.Code, (int[])[0, 137]);
                Assert.Contains(ended.Output, (string[])["", expected]);
                Assert.Equal("", ended.Error);
            }
        }));

        Assert.InRange(killed, 20, 200);
        StoreAudit.Check(_workshop.Store, partial: null, killed: true);
        await AssertSoundAsync(expected);
    }

    [Fact]
    public async Task Three_hundred_flipped_bits_are_found_before_they_are_used_and_made_good()
    {
        string expected = await FreshDigestAsync();
        Assert.Equal(expected, (await _workshop.BuildAsync()).Succeeded().Output);
        var random = new Random(62);
        int reported = 0;
        for (int round = 0; round < 300; round++)
        {
            string file = Flip(random);

            var run = await _workshop.BuildAsync();

            Assert.True((run.Code, run.Output) == (0, expected), $"round {round}, {file}: {run.Error}");
            foreach (string line in run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                Assert.StartsWith("warning: cannot use ", line, StringComparison.Ordinal);
                Assert.EndsWith("; making it anew", line, StringComparison.Ordinal);
            }

            reported += run.Error.Length > 0 ? 1 : 0;
            AssertOutputIsWhole();
        }

        // Not all: what was not needed was not looked at.
        Assert.InRange(reported, 50, 300);
        await _workshop.RunAsync("store", "verify");
        await AssertSoundAsync(expected);
        StoreAudit.Check(_workshop.Store);
    }

    [Fact]
    public async Task Builds_go_on_while_the_store_is_pruned_to_nothing_again_and_again()
    {
        string expected = await FreshDigestAsync();
        using var stop = new CancellationTokenSource();
        int removed = 0;
        var pruning = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                var run = (await _workshop.RunAsync("store", "prune", "--keep", "0")).Succeeded();
                removed += run.Output.StartsWith("removed 0 ", StringComparison.Ordinal) ? 0 : 1;
            }
        });
        for (int round = 0; round < 30; round++)
        {
            Assert.Equal(expected, (await _workshop.BuildAsync()).Succeeded().Output);
        }

        await stop.CancelAsync();
        await pruning;
        Assert.NotEqual(0, removed);
        await AssertSoundAsync(expected);
    }

    private RunningProgram Start() => RunningProgram.Start(
        _workshop[""], _workshop.Store, "build", "image.yaml", "--quiet", "-o", $"oci:{_workshop[FormattableString.Invariant($"out/{Interlocked.Increment(ref _outputs)}")]}");

    // The digest, as it is printed, that a store gives which nothing has happened to.
    private async Task<string> FreshDigestAsync()
    {
        _workshop.Set("BOTHY_STORE", _workshop["fresh"]);
        var built = (await _workshop.BuildAsync()).Succeeded();
        _workshop.Set("BOTHY_STORE", _workshop.Store);
        return built.Output;
    }

    private async Task AssertSoundAsync(string expected)
    {
        Assert.EndsWith("damaged and removed: 0\n", (await _workshop.RunAsync("store", "verify")).Succeeded().Output, StringComparison.Ordinal);
        Assert.Equal(expected, (await _workshop.BuildAsync()).Succeeded().Output);
        AssertOutputIsWhole();
    }

    private void AssertOutputIsWhole() =>
        Assert.All(Directory.GetFiles(_workshop["out/image/blobs/sha256"]), blob => Assert.Equal(Path.GetFileName(blob), Digest.Of(File.ReadAllBytes(blob)).Hex));

    private string Flip(Random random)
    {
        string[] files = [.. Directory.GetFiles(_workshop.Store, "*", SearchOption.AllDirectories).Where(file => new FileInfo(file).Length > 0).Order(StringComparer.Ordinal)];
        string file = files[random.Next(files.Length)];
        byte[] bytes = File.ReadAllBytes(file);
        bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
        File.WriteAllBytes(file, bytes);
        return file;
    }
}
