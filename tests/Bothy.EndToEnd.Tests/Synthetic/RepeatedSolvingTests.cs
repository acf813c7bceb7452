using Bothy.EndToEnd.Tests.Alpine;

namespace Bothy.EndToEnd.Tests.Synthetic;

/// <summary>Builds without a lock that are asked for again in the same words: they solve again only where solving could come to something else.</summary>
public sealed class RepeatedSolvingTests : IDisposable
{
    private const string Release = "/debian/dists/bookworm/InRelease";

    private Workshop _workshop = Workshop.WithArchive();

    public void Dispose() => _workshop.Dispose();

    [Fact]
    public async Task A_repository_that_serves_the_same_is_asked_for_its_release_and_nothing_else()
    {
        _workshop.Serve();
        string before = await RepeatableAsync();
        int requests = _workshop.Server.Requests.Count;

        Assert.Equal(before, (await BuildAsync()).Succeeded().Output);
        Assert.Equal([Release], RequestsAfter(requests));
    }

    [Fact]
    public async Task A_server_that_can_tell_sends_no_release()
    {
        _workshop.Serve();
        byte[] release = File.ReadAllBytes(_workshop.Find("InRelease"));
        _workshop.Server.Serve(Release, FakeResponse.Of(release, ("ETag", "\"1\"")));
        string before = await RepeatableAsync(thrice: false);

        _workshop.Server.Serve(Release, FakeResponse.OfStatus(304));
        int requests = _workshop.Server.Requests.Count;
        Assert.Equal(before, (await BuildAsync()).Succeeded().Output);
        Assert.Equal("\"1\"", Assert.Single(_workshop.Server.Requests.Skip(requests))["If-None-Match"]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_newer_release_is_solved_with(bool isServed)
    {
        string before = await RepeatableAsync(isServed);
        _workshop.Date = _workshop.Date.AddHours(1);
        _workshop.WriteArchive(Workshop.Hello("1.1-1"));
        Serve(isServed);

        string after = (await BuildAsync()).Succeeded().Output;
        Assert.NotEqual(before, after);
        Assert.Equal(after, await FreshOutputAsync());
    }

    [Fact]
    public async Task A_release_with_its_signature_beside_it_is_asked_for_where_it_is()
    {
        var archive = new DebianArchiveBuilder(_workshop["detached"], Workshop.Signer) { Detached = true, Endings = [".gz"] };
        archive.Add(Workshop.Greet());
        archive.Add(Workshop.Hello());
        archive.Write();
        Directory.Delete(_workshop["archive"], recursive: true);
        Directory.Move(_workshop["detached"], _workshop["archive"]);
        _workshop.Serve();
        string before = await RepeatableAsync();
        int requests = _workshop.Server.Requests.Count;

        Assert.Equal(before, (await BuildAsync()).Succeeded().Output);
        Assert.Equal([Release, Release.Replace("InRelease", "Release", StringComparison.Ordinal)], RequestsAfter(requests));
    }

    [Fact]
    public async Task A_release_that_has_expired_is_refused_as_ever()
    {
        _workshop.WriteArchive(validUntil: _workshop.Date.AddDays(2));
        await RepeatableAsync();

        _workshop.Date = _workshop.Date.AddDays(2);
        Assert.Contains("its index expired on 2026-03-03 12:00 UTC", (await BuildAsync()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Before_the_time_of_the_first_build_the_clock_is_believed_again()
    {
        await RepeatableAsync();

        _workshop.Date = _workshop.Date.AddDays(-3);
        Assert.Contains("was made in the future", (await BuildAsync()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_that_are_no_longer_the_same_are_asked_again()
    {
        await RepeatableAsync();
        using var other = new TestSigner(DebianArchiveBuilder.SomeDate.AddYears(-1));
        File.WriteAllBytes(_workshop["keys.gpg"], other.ExportKeyring());

        Assert.StartsWith("cannot trust", (await BuildAsync()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_machine_says_of_mirrors_counts_by_its_files()
    {
        string sources = _workshop["machine/etc/apt/sources.list.d"];
        Directory.CreateDirectory(sources);
        _workshop.WriteArchive(Workshop.Hello("1.1-1"), name: "other");
        string Entry(string archive) => $"deb [signed-by=/keys.gpg] file:{_workshop[archive]} bookworm main\n";
        File.Copy(_workshop["keys.gpg"], _workshop["machine/keys.gpg"]);
        File.WriteAllText(Path.Combine(sources, "b.list"), Entry("archive") + Entry("archive").Replace("bookworm", "bookworm-updates", StringComparison.Ordinal));
        _workshop.WriteImageText("contents:\n  repositories: [deb bookworm main]\n  packages: [hello]\narchs: [amd64]\n");
        string before = await RepeatableAsync();

        File.WriteAllText(Path.Combine(sources, "a.list"), Entry("other") + Entry("other").Replace("bookworm", "bookworm-updates", StringComparison.Ordinal));
        string after = (await BuildAsync()).Succeeded().Output;
        Assert.NotEqual(before, after);
        Assert.Equal(after, await FreshOutputAsync());
    }

    [Fact]
    public async Task A_lock_that_is_newer_than_the_repository_is_no_less_a_floor()
    {
        string older = await RepeatableAsync();
        string text = File.ReadAllText(_workshop["image.yaml"]);
        _workshop.Date = _workshop.Date.AddHours(1);
        _workshop.WriteArchive(name: "newer");
        File.WriteAllText(_workshop["image.yaml"], text.Replace("/archive ", "/newer ", StringComparison.Ordinal));
        _workshop.Set("BOTHY_STORE", _workshop["fresh"]);
        (await _workshop.RunAsync("lock", "image.yaml", "--quiet")).Succeeded();
        File.WriteAllText(_workshop["image.yaml"], text);
        _workshop.Set("BOTHY_STORE", _workshop.Store);

        Assert.NotEmpty(older);
        Assert.Contains("older", (await BuildAsync()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Offline_what_was_seen_is_enough()
    {
        _workshop.Serve();
        (await BuildAsync()).Succeeded();
        string before = await RepeatableAsync(more: "--offline");
        int requests = _workshop.Server.Requests.Count;

        Assert.Equal(before, (await BuildAsync("--offline")).Succeeded().Output);
        Assert.Equal(requests, _workshop.Server.Requests.Count);
    }

    [Fact]
    public async Task Offline_goes_by_what_another_build_has_seen_since()
    {
        _workshop.Serve();
        (await BuildAsync()).Succeeded();
        string before = await RepeatableAsync(more: "--offline");
        _workshop.Date = _workshop.Date.AddHours(1);
        _workshop.WriteArchive(Workshop.Hello("1.1-1"));
        _workshop.Serve();
        string after = (await BuildAsync()).Succeeded().Output;

        Assert.NotEqual(before, after);
        Assert.Equal(after, (await BuildAsync("--offline")).Succeeded().Output);
    }

    [Fact]
    public async Task A_mirror_that_fails_fails_the_build_as_ever()
    {
        _workshop.Serve();
        await RepeatableAsync();
        _workshop.Server.Serve(Release, FakeResponse.OfStatus(403));

        var repeated = await BuildAsync();
        _workshop.Set("BOTHY_STORE", _workshop["fresh"]);
        Assert.Equal((await BuildAsync()).Error, repeated.Error);
        Assert.Equal(1, repeated.Code);
    }

    [Fact]
    public async Task Secrets_in_addresses_are_not_written_down()
    {
        _workshop.Serve();
        File.WriteAllText(_workshop["image.yaml"], File.ReadAllText(_workshop["image.yaml"]).Replace("http://", "http://user:hunter2@", StringComparison.Ordinal));
        for (int round = 0; round < 3; round++)
        {
            (await BuildAsync()).Succeeded();
        }

        Assert.Empty(Records());
        Assert.All(
            Directory.GetFiles(_workshop.Store, "*", SearchOption.AllDirectories),
            file => Assert.True(File.ReadAllBytes(file).AsSpan().IndexOf("hunter2"u8) < 0, file));
    }

    [Fact]
    public async Task Two_architectures_are_solved_every_time()
    {
        for (int round = 0; round < 3; round++)
        {
            await BuildAsync("--arch", "amd64,arm64");
        }

        Assert.Empty(Records());
    }

    [Theory]
    [InlineData("repository/x86_64/APKINDEX.tar.gz")]
    [InlineData("keys/test@example.test-00000001.rsa.pub")]
    public async Task An_index_or_key_of_apk_that_is_gone_is_missed_as_ever(string name)
    {
        UseApk();
        await RepeatableAsync();
        File.Delete(_workshop[name]);
        var repeated = await BuildAsync();

        _workshop.Set("BOTHY_STORE", _workshop["fresh"]);
        Assert.Equal((await BuildAsync()).Error, repeated.Error);
        Assert.Equal(1, repeated.Code);
    }

    [Fact]
    public async Task An_index_of_apk_that_is_newer_is_solved_with()
    {
        UseApk();
        string before = await RepeatableAsync();
        _workshop.WriteRepository("1.1-r0", time: 1_700_000_100);

        string after = (await BuildAsync()).Succeeded().Output;
        Assert.NotEqual(before, after);
        Assert.Equal(after, await FreshOutputAsync());
    }

    [Fact]
    public async Task Keys_of_the_machine_count_with_their_directory()
    {
        UseApk();
        Directory.CreateDirectory(_workshop["machine/etc"]);
        Directory.CreateDirectory(_workshop["machine/etc/apk"]);
        Directory.Move(_workshop["keys"], _workshop["machine/etc/apk/keys"]);
        string image = File.ReadAllText(_workshop["image.yaml"]);
        File.WriteAllLines(_workshop["image.yaml"], image.Split('\n').Where(line => !line.Contains("keyring", StringComparison.Ordinal)));
        await RepeatableAsync();

        File.WriteAllText(_workshop["machine/etc/apk/keys/another.rsa.pub"], "no key");
        var repeated = await BuildAsync();
        _workshop.Set("BOTHY_STORE", _workshop["fresh"]);
        Assert.Equal((await BuildAsync()).Error, repeated.Error);
        Assert.Equal(1, repeated.Code);
    }

    [Fact]
    public async Task A_repository_that_appears_beside_the_image_file_comes_before_that_of_the_working_directory()
    {
        UseApk();
        Directory.CreateDirectory(_workshop["sub"]);
        File.Move(_workshop["image.yaml"], _workshop["sub/image.yaml"]);
        string before = await RepeatableAsync(file: "sub/image.yaml");

        _workshop.WriteRepository("1.1-r0", name: "sub/repository");
        Assert.NotEqual(before, (await BuildAsync(["--format", "text"], "sub/image.yaml")).Succeeded().Output);
        Assert.NotEqual(before, (await BuildAsync([], "sub/image.yaml")).Succeeded().Output);
    }

    [Fact]
    public async Task A_key_at_an_address_is_fetched_every_time()
    {
        UseApk();
        byte[] key = File.ReadAllBytes(_workshop["keys/test@example.test-00000001.rsa.pub"]);
        _workshop.Server.Serve("/test@example.test-00000001.rsa.pub", key);
        string image = File.ReadAllText(_workshop["image.yaml"]);
        File.WriteAllText(_workshop["image.yaml"], image.Replace("keys/", _workshop.Server["/"].ToString(), StringComparison.Ordinal));
        await RepeatableAsync();
        int requests = _workshop.Server.Requests.Count;
        (await BuildAsync()).Succeeded();
        Assert.Single(RequestsAfter(requests));

        using var other = Packages.Alpine.Writing.ApkSigner.Generate(ApkRepositoryBuilder.KeyName, bits: 2048);
        _workshop.Server.Serve("/test@example.test-00000001.rsa.pub", System.Text.Encoding.ASCII.GetBytes(other.ExportPublicKey()));
        Assert.StartsWith("cannot trust", (await BuildAsync()).Message, StringComparison.Ordinal);
    }

    private void UseApk()
    {
        _workshop.Dispose();
        _workshop = ApkWorkshop.Create();
    }

    private void Serve(bool isServed)
    {
        if (isServed)
        {
            _workshop.Serve();
        }
    }

    private string[] Records() => Directory.GetFiles(Path.Combine(_workshop.Store, "results"), "*.repeat-2");

    private string[] RequestsAfter(int count) => [.. _workshop.Server.Requests.Skip(count).Select(request => request.Target)];

    private Task<string> RepeatableAsync(bool isServed)
    {
        Serve(isServed);
        return RepeatableAsync();
    }

    // What is built once is found the second time, and repeated from the third on.
    private async Task<string> RepeatableAsync(string? more = null, string file = "image.yaml", bool thrice = true)
    {
        string[] options = more is null ? [] : [more];
        string first = (await BuildAsync(options, file)).Succeeded().Output;
        (await BuildAsync(options, file)).Succeeded();
        Assert.Single(Records());
        if (thrice)
        {
            Assert.Equal(first, (await BuildAsync(options, file)).Succeeded().Output);
        }

        return first;
    }

    private Task<Outcome> BuildAsync(params string[] more) => BuildAsync(more, "image.yaml");

    private Task<Outcome> BuildAsync(string[] more, string file) =>
        _workshop.RunAsync(["build", file, "--quiet", "-o", $"oci:{_workshop["out/image"]}", .. more]);

    private async Task<string> FreshOutputAsync()
    {
        _workshop.Set("BOTHY_STORE", _workshop["fresh"]);
        string output = (await BuildAsync()).Succeeded().Output;
        _workshop.Set("BOTHY_STORE", _workshop.Store);
        return output;
    }
}
