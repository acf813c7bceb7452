using Bothy.Cli;

namespace Bothy.EndToEnd.Tests.Synthetic;

/// <summary>
/// A small signed archive, an image file that draws on it and the program in-process, with a store and a clock of its own. What is
/// printed is shown with the test's directory as <c>DIR</c> and its server as <c>HOST</c>.
/// </summary>
internal sealed class Workshop : IDisposable
{
    /// <summary>Who signs, unless a test needs another.</summary>
    public static readonly TestSigner Signer = new(DebianArchiveBuilder.SomeDate.AddYears(-1));

    private readonly TemporaryDirectory _directory = new();
    private readonly Dictionary<string, string> _environment = new(StringComparer.Ordinal);
    private readonly TestSigner _signer;
    private FakeHttpServer? _server;

    public Workshop(TestSigner? signer = null)
    {
        _signer = signer ?? Signer;
        Directory.CreateDirectory(this["machine"]);
        File.WriteAllBytes(this["keys.gpg"], _signer.ExportKeyring());
        _environment["BOTHY_STORE"] = Store;
    }

    /// <summary>What somebody at a terminal types; null where nobody is there.</summary>
    public Queue<string>? Answers { get; set; }

    /// <summary>The full path of <paramref name="name"/> in the test's directory.</summary>
    public string this[string name] => _directory[name];

    public string Store => this["store"];

    /// <summary>The source line of the archive as the server has it, else as its directory does.</summary>
    public string Source => $"deb [signed-by=keys.gpg] {(_server is null ? "file:" + this["archive"] : _server["/debian"])} bookworm main";

    public FakeHttpServer Server => _server ??= new FakeHttpServer();

    /// <summary>The date of the archive; the program's clock is an hour ahead of it.</summary>
    public DateTimeOffset Date { get; set; } = DebianArchiveBuilder.SomeDate;

    /// <summary>The package that the image file asks for.</summary>
    public static DebBuilder Hello(string version = "1.0-1", string architecture = "amd64") => new DebBuilder("hello", version, architecture)
        .Field("Depends", "libgreet")
        .Directory("usr").Directory("usr/bin")
        .File("usr/bin/hello", "#!/bin/greet\n", 0b111_101_101);

    /// <summary>The package that <see cref="Hello"/> needs.</summary>
    public static DebBuilder Greet(string architecture = "amd64") => new DebBuilder("libgreet", architecture: architecture)
        .Directory("usr").Directory("usr/share").Directory("usr/share/greet")
        .File("usr/share/greet/words", string.Concat(Enumerable.Range(0, 2000).Select(i => $"{Digest.Of(BitConverter.GetBytes(i))}\n")));

    /// <summary>The package of the toolbox of debug variants; its program has the names of one and no code.</summary>
    public static DebBuilder Busybox(byte[]? program = null) => new DebBuilder("busybox-static", "1:1.36-1")
        .Directory("usr").Directory("usr/bin").Directory("usr/share").Directory("usr/share/doc").Directory("usr/share/doc/busybox-static")
        .File("usr/bin/busybox", program ?? BusyboxSample.Program(), 0b111_101_101)
        .File("usr/share/doc/busybox-static/copyright", "GPL-2\n")
        .File("usr/share/doc/busybox-static/README", "read me\n");

    /// <summary>A workshop with the archive of both packages and the image file of it.</summary>
    public static Workshop WithArchive()
    {
        var workshop = new Workshop();
        workshop.WriteArchive();
        workshop.WriteImage();
        return workshop;
    }

    public void Set(string variable, string value) => _environment[variable] = value;

    /// <summary>Writes the archive anew.</summary>
    public DebianArchiveBuilder WriteArchive(DebBuilder? hello = null, string name = "archive", DateTimeOffset? validUntil = null, params DebBuilder[] more)
    {
        if (Directory.Exists(this[name]))
        {
            Directory.Delete(this[name], recursive: true);
        }

        hello ??= Hello();
        var archive = new DebianArchiveBuilder(this[name], _signer)
        {
            Architecture = hello.Architecture,
            Date = Date,
            ValidUntil = validUntil,
            Endings = [".gz"],
        };
        archive.Add(Greet(hello.Architecture));
        archive.Add(hello);
        foreach (var package in more)
        {
            archive.Add(package);
        }

        return archive.Write();
    }

    public void WriteImage(string packages = "hello", string more = "") => WriteImageText(
        $"contents:\n  repositories:\n    - {Source}\n  packages: [{packages}]\n{more}archs: [amd64]\n");

    public void WriteImageText(string text) => File.WriteAllText(this["image.yaml"], text);

    /// <summary>Puts a server before the archive, as <c>/debian</c>.</summary>
    public FakeHttpServer Serve()
    {
        foreach (string file in Directory.GetFiles(this["archive"], "*", SearchOption.AllDirectories))
        {
            Server.Serve("/debian/" + Path.GetRelativePath(this["archive"], file), File.ReadAllBytes(file));
        }

        WriteImage();
        return Server;
    }

    /// <summary>The path on the server of the file of the archive whose name has <paramref name="part"/>.</summary>
    public string Served(string part) => "/debian/" + Path.GetRelativePath(this["archive"], Find(part));

    /// <summary>The only file of the archive whose path has <paramref name="part"/>.</summary>
    public string Find(string part) =>
        Directory.GetFiles(this["archive"], "*", SearchOption.AllDirectories).Single(file => file.Contains(part, StringComparison.Ordinal));

    /// <summary>Runs a command on the image file.</summary>
    public Task<Outcome> RunAsync(params string[] arguments) => RunAsync(new StringWriter(), default, arguments);

    /// <summary>Builds the image quietly as a layout in <c>out</c>.</summary>
    public Task<Outcome> BuildAsync(params string[] more) => RunAsync(["build", "image.yaml", "--quiet", "-o", $"oci:{this["out/image"]}", .. more]);

    /// <summary>Runs the program with what it says for people going to <paramref name="error"/>.</summary>
    public async Task<Outcome> RunAsync(StringWriter error, CancellationToken cancellationToken, params string[] arguments)
    {
        var output = new StringWriter();
        var surroundings = new Surroundings
        {
            Environment = _environment,
            Time = new SkippingTimeProvider(Date.AddHours(1), TimeSpan.FromSeconds(30)),
            MachineRoot = this["machine"],
            Parallelism = 2,
            WorkingDirectory = _directory.Path,
            ReadAnswer = Answers is null ? null : _ => Answers.Dequeue(),
        };
        int code = await App.RunAsync(arguments, surroundings, new Terminal(output, error), cancellationToken);
        return new Outcome(code, Shown(output.ToString()), Shown(error.ToString()));
    }

    /// <summary>Fails unless <paramref name="outcome"/> is exactly this refusal, without any output, in a store that is whole.</summary>
    public void AssertRefused(Outcome outcome, string message, string? hint = null, int? partial = 0)
    {
        Assert.Equal(message, outcome.Message);
        Assert.Equal(hint, outcome.Hint);
        Assert.Equal($"error: {message}\n{(hint is null ? "" : $"hint:  {hint}\n")}", outcome.Error);
        Assert.Equal((1, ""), (outcome.Code, outcome.Output));
        AssertNothingLeft(partial);
    }

    /// <summary>Fails where an output was begun or the store holds anything unfinished.</summary>
    public void AssertNothingLeft(int? partial = 0)
    {
        Assert.False(Directory.Exists(this["out"]));
        StoreAudit.Check(Store, partial);
    }

    /// <summary>Fails unless the good archive now builds from the same store to what a fresh store gives.</summary>
    public async Task AssertRecoversAsync()
    {
        WriteArchive();
        _server?.Dispose();
        _server = null;
        WriteImage();
        var again = await BuildAsync();
        Set("BOTHY_STORE", this["fresh"]);
        var fresh = await BuildAsync();
        Set("BOTHY_STORE", Store);

        Assert.Equal((0, ""), (again.Code, again.Error));
        Assert.Equal(fresh, again);
        StoreAudit.Check(Store);
    }

    public string Shown(string text) =>
        text.Replace(_directory.Path, "DIR", StringComparison.Ordinal)
            .Replace(_server is null ? "http://HOST" : _server["/"].ToString().TrimEnd('/'), "http://HOST", StringComparison.Ordinal);

    public void Dispose()
    {
        _server?.Dispose();
        _directory.Dispose();
    }
}

/// <summary>What a run of the program said.</summary>
internal sealed record Outcome(int Code, string Output, string Error)
{
    private const string ErrorLabel = "error: ";
    private const string HintLabel = "\nhint:  ";

    /// <summary>The error without its label.</summary>
    public string Message => Parts[0];

    /// <summary>The hint without its label.</summary>
    public string? Hint => Parts is [_, var hint] ? hint : null;

    private string[] Parts => Error.StartsWith(ErrorLabel, StringComparison.Ordinal) ? Error[ErrorLabel.Length..].TrimEnd('\n').Split(HintLabel, 2) : [Error];

    /// <summary>This, or a failure where the program failed.</summary>
    public Outcome Succeeded()
    {
        Assert.Equal((0, ""), (Code, Error));
        return this;
    }
}
