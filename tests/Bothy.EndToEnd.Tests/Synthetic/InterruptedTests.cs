namespace Bothy.EndToEnd.Tests.Synthetic;

/// <summary>Ctrl-C, and worse, at any phase: the store stays whole, no output is begun, and the next build goes on from there.</summary>
public sealed class InterruptedTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    // The program has the machine's clock, so its archive has to be of now.
    private readonly TestSigner _signer = new(DateTimeOffset.UtcNow.AddDays(-30));
    private readonly Workshop _workshop;

    public InterruptedTests()
    {
        _workshop = new Workshop(_signer) { Date = DateTimeOffset.UtcNow.AddDays(-1) };
        _workshop.WriteArchive();
        _workshop.WriteImage();
    }

    public void Dispose()
    {
        _workshop.Dispose();
        _signer.Dispose();
    }

    [Theory]
    [InlineData("INT", "InRelease", null, 130)]
    [InlineData("INT", "by-hash/SHA256", 100, 130)]
    [InlineData("INT", "libgreet_", 5000, 130)]
    [InlineData("INT", "hello_", null, 130)]
    [InlineData("TERM", "libgreet_", 5000, 130)]
    [InlineData("KILL", "libgreet_", 5000, 137)]
    public async Task A_signal_while_a_server_is_silent(string signal, string file, int? after, int code)
    {
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var server = _workshop.Serve();
        byte[] body = File.ReadAllBytes(_workshop.Find(file));
        string path = _workshop.Served(file);
        server.Serve(path, FakeResponse.Of(body) with { Gate = held.Task, Reached = reached, GateAfter = after }, FakeResponse.Of(body));
        try
        {
            using var program = Start();
            await reached.Task.WaitAsync(Patience);
            var ended = await program.EndAsync(signal);

            Assert.Equal((code, ""), (ended.Code, ended.Output));
            Assert.Equal(signal == "KILL" ? "" : "interrupted\n", ended.Error);
            Assert.False(Directory.Exists(_workshop["out"]));
        }
        finally
        {
            held.SetResult();
        }

        await AssertGoesOnAsync(killed: signal == "KILL");
    }

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("KILL", 137)]
    public async Task A_signal_while_a_package_is_decoded_that_is_still_arriving(string signal, int code)
    {
        byte[] noise = new byte[2 << 20];
        new Random(1).NextBytes(noise);
        _workshop.WriteArchive(new DebBuilder("hello").Field("Depends", "libgreet").File("noise", noise));
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var server = _workshop.Serve();
        byte[] body = File.ReadAllBytes(_workshop.Find("hello_"));
        string path = _workshop.Served("hello_");
        server.Serve(path, FakeResponse.Of(body) with { Gate = held.Task, GateAfter = 1 << 20 }, FakeResponse.Of(body));
        try
        {
            using var program = Start();
            await TemporaryGrowsAsync().WaitAsync(Patience);
            var ended = await program.EndAsync(signal);

            Assert.Equal((code, ""), (ended.Code, ended.Output));
            Assert.False(Directory.Exists(_workshop["out"]));
            Assert.Empty(Directory.GetFiles(Path.Combine(_workshop.Store, "catalogues"), $"{Digest.Of(body).Hex}*"));
        }
        finally
        {
            held.SetResult();
        }

        await AssertGoesOnAsync(killed: signal == "KILL");
        Assert.EndsWith("-", server.Requests.First(request => request.Target == path && request["Range"] is not null)["Range"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("indexes amd64:")]
    [InlineData("packages amd64:")]
    [InlineData("layer amd64:")]
    public async Task An_interruption_between_phases(string phase)
    {
        using var stop = new CancellationTokenSource();
        using var error = new Listening(phase, stop);

        var ended = await _workshop.RunAsync(error, stop.Token, "build", "image.yaml", "-o", $"oci:{_workshop["out/image"]}");

        Assert.Equal((130, ""), (ended.Code, ended.Output));
        Assert.EndsWith("\ninterrupted\n", ended.Error, StringComparison.Ordinal);
        Assert.Equal(1, ended.Error.Split('\n').Count(line => line.StartsWith(phase, StringComparison.Ordinal)));
        _workshop.AssertNothingLeft();
        await AssertGoesOnAsync();
    }

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("KILL", 137)]
    public async Task A_signal_while_a_layer_is_written(string signal, int code)
    {
        byte[] noise = new byte[48 << 20];
        new Random(1).NextBytes(noise);
        _workshop.WriteArchive(new DebBuilder("hello") { Compression = DebCompression.None }.Field("Depends", "libgreet").File("noise", noise));

        using var program = RunningProgram.Start(_workshop[""], _workshop.Store, "build", "image.yaml", "-o", $"oci:{_workshop["out/image"]}");
        await program.SaysAsync("packages amd64:");
        var ended = await program.EndAsync(signal);

        Assert.Equal((code, ""), (ended.Code, ended.Output));
        Assert.DoesNotContain("layer", ended.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_workshop["out"]));
        if (signal == "INT")
        {
            Assert.EndsWith("\ninterrupted\n", ended.Error, StringComparison.Ordinal);
            _workshop.AssertNothingLeft();
        }

        (await _workshop.BuildAsync()).Succeeded();
    }

    // What is decoded of a package is to be seen there before the rest of it was sent.
    private async Task TemporaryGrowsAsync()
    {
        string temporary = Path.Combine(_workshop.Store, "temporary");
        while (!Directory.Exists(temporary) || !new DirectoryInfo(temporary).EnumerateFiles().Any(file => file is { Exists: true, Length: >= 256 << 10 }))
        {
            await Task.Delay(10);
        }
    }

    private RunningProgram Start() =>
        RunningProgram.Start(_workshop[""], _workshop.Store, "build", "image.yaml", "--quiet", "-o", $"oci:{_workshop["out/image"]}");

    // What was begun is finished by the next build, of the same server, with the digest of an undisturbed one.
    private async Task AssertGoesOnAsync(bool killed = false)
    {
        var built = (await _workshop.BuildAsync()).Succeeded();
        StoreAudit.Check(_workshop.Store, killed: killed);
        _workshop.Set("BOTHY_STORE", _workshop["fresh"]);
        Assert.Equal(built, (await _workshop.BuildAsync()).Succeeded());
    }

    /// <summary>Cancels as soon as a line that begins so is written.</summary>
    private sealed class Listening(string start, CancellationTokenSource stop) : StringWriter
    {
        public override void Write(string? value)
        {
            base.Write(value);
            if (value?.StartsWith(start, StringComparison.Ordinal) == true)
            {
                stop.Cancel();
            }
        }
    }
}
