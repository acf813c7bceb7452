using System.Runtime.Versioning;
using System.Text;
using System.Text.Json.Nodes;
using Bothy.Engine.Locking;
using Bothy.Inspection.Graph;
using Bothy.Packages;
using Bothy.Packages.Solving;

namespace Bothy.Engine.Tests.Locking;

public sealed class LockFilesTests
{
    [Fact]
    public void A_lock_is_readable_text()
    {
        string text = Encoding.UTF8.GetString(LockFiles.Format(SampleLock.Create()));

        Golden.Matches(text, "sample.lock.json");
    }

    [Fact]
    public void What_is_written_reads_the_same()
    {
        byte[] written = LockFiles.Format(SampleLock.Create());
        var read = LockFiles.Parse("x.lock.json", written);

        Assert.Equal(written, LockFiles.Format(read));
        var (before, after) = (SampleLock.Create().Architectures["amd64"], read.Architectures["amd64"]);
        Assert.Equal(before.Packages.Select(package => package with { Reasons = [] }), after.Packages.Select(package => package with { Reasons = [] }), SameFields);
        Assert.Equal(before.Packages.SelectMany(package => package.Reasons), after.Packages.SelectMany(package => package.Reasons));
        Assert.Equal(before.Omitted[0].Reasons, after.Omitted[0].Reasons.AsEnumerable());

        static bool SameFields(LockedPackage a, LockedPackage b) => (a.Id, a.Source, a.SourceVersion, a.Url, a.Size, a.Digest) == (b.Id, b.Source, b.SourceVersion, b.Url, b.Size, b.Digest);
    }

    [Fact]
    public void The_image_that_is_built_on_is_kept_by_digest_with_its_packages_and_who_needs_them()
    {
        var libc = new PackageId("libc6", "2.36-9", "amd64");
        var lockFile = SampleLock.Create();
        var curl = lockFile.Architectures["amd64"].Packages[1].Id;
        var locked = new LockedBase("registry.example/base:1", Digest.Of("manifest"u8), [new LockedBasePackage(libc, "glibc", "2.36-9", [new Reason.Needed(curl, "Depends", "libc6", "libc6", null)])]);
        lockFile = lockFile with { Architectures = lockFile.Architectures.SetItem("amd64", lockFile.Architectures["amd64"] with { Packages = [.. lockFile.Architectures["amd64"].Packages.RemoveAt(0)], Base = locked }) };

        byte[] written = LockFiles.Format(lockFile);
        var read = LockFiles.Parse("x.lock.json", written);

        Assert.Equal(written, LockFiles.Format(read));
        Assert.Equal((locked.Image, locked.Manifest), (read.Architectures["amd64"].Base!.Image, read.Architectures["amd64"].Base!.Manifest));
        var graph = LockGraph.Of(read.Architectures["amd64"], read.Inputs, GraphSource.LockFile);
        Assert.Contains(graph.Requests, request => request is { Kind: RequestKind.Base, Text: "registry.example/base:1" } && request.Packages.Contains(libc));
        Assert.Equal(curl, Assert.Single(graph.EdgesTo(libc)).From);
    }

    [Theory]
    [InlineData("x.yaml", "x.lock.json")]
    [InlineData("dir.d/x.apko.yml", "dir.d/x.apko.lock.json")]
    [InlineData("x", "x.lock.json")]
    [InlineData("x.json", "x.json.lock.json")]
    public void The_default_path_is_beside_the_image_file(string file, string path) => Assert.Equal(path, LockFiles.DefaultPath(file));

    [Theory]
    [InlineData("version", "2", "it is a lock of version 2, and this bothy reads version 1")]
    [InlineData("version", "0", "it is a lock of version 0, and this bothy reads version 1")]
    [InlineData("version", "\"1\"", "version: want a number, not a string")]
    [InlineData("version", null, "'version' is missing")]
    [InlineData("tool", null, "'tool' is missing")]
    [InlineData("tool", "[]", "tool: want an object, not an array")]
    [InlineData("tool.name", "\"\"", "tool.name: it is empty")]
    [InlineData("tool.extra", "1", "tool: unknown field 'extra'")]
    [InlineData("extra", "1", "unknown field 'extra'")]
    [InlineData("image.file", "null", "image.file: want a string, not null")]
    [InlineData("image.digest", "\"sha256:0\"", "image.digest: 'sha256:0' is not a digest")]
    [InlineData("image.packages", "[\"other\"]", "image.digest: it is not the digest of what stands beside it")]
    [InlineData("image.packages", "[1]", "image.packages[0]: want a string, not a number")]
    [InlineData("image.settings", "{\"init\": 1}", "image.settings.init: want a string, not a number")]
    [InlineData("image.omit", null, "image: 'omit' is missing")]
    [InlineData("architectures.sparc", "{}", "architectures.sparc: unknown architecture")]
    [InlineData("architectures.amd64.packages", "{}", "architectures.amd64.packages: want an array, not an object")]
    [InlineData("architectures.amd64.packages.0", "1", "architectures.amd64.packages[0]: want an object, not a number")]
    [InlineData("architectures.amd64.packages.0.name", null, "architectures.amd64.packages[0]: 'name' is missing")]
    [InlineData("architectures.amd64.packages.0.size", "-1", "architectures.amd64.packages[0].size: -1 is not a count of bytes")]
    [InlineData("architectures.amd64.packages.0.size", "1.5", "architectures.amd64.packages[0].size: 1.5 is not a count of bytes")]
    [InlineData("architectures.amd64.packages.0.size", "99999999999999999999", "architectures.amd64.packages[0].size: 99999999999999999999 is not a count of bytes")]
    [InlineData("architectures.amd64.packages.0.digest", "\"md5\"", "architectures.amd64.packages[0].digest: 'md5' is not a digest")]
    [InlineData("architectures.amd64.packages.0.url", "\"pool/a.deb\"", "architectures.amd64.packages[0].url: it is not the address of a file")]
    [InlineData("architectures.amd64.packages.0.url", "\"ftp://a/b\"", "architectures.amd64.packages[0].url: it is not the address of a file")]
    [InlineData("architectures.amd64.packages.0.url", "\"http://user:secret@a/b\"", "architectures.amd64.packages[0].url: it is not the address of a file")] // the secret is not repeated
    [InlineData("architectures.amd64.packages.0.why.0.by", "\"nobody\"", "architectures.amd64.packages[0].why[0].by: the lock has no package 'nobody'")]
    [InlineData("architectures.amd64.packages.0.why.0", "{}", "architectures.amd64.packages[0].why[0]: 'by' is missing")]
    [InlineData("architectures.amd64.packages.1.why.0.by", "\"libc6\"", "architectures.amd64.packages[1].why[0]: unknown field 'by'")] // a request is not a need as well
    [InlineData("architectures.amd64.repositories.0.date", "\"yesterday\"", "architectures.amd64.repositories[0].date: 'yesterday' is not a date such as 2026-01-31T12:00:00Z")]
    [InlineData("architectures.amd64.repositories.0.validUntil", "\"\"", "architectures.amd64.repositories[0].validUntil: '' is not a date such as 2026-01-31T12:00:00Z")]
    [InlineData("architectures.amd64.repositories.0.keys", "[\"\"]", "architectures.amd64.repositories[0].keys[0]: it is empty")]
    [InlineData("architectures.amd64.repositories.0.indexes.0.size", "true", "architectures.amd64.repositories[0].indexes[0].size: want a number, not a truth value")]
    [InlineData("architectures.amd64.omitted.0.version", null, "architectures.amd64.omitted[0]: 'version' is missing")]
    [InlineData("architectures.arm64.packages.0.checksum", "\"Q1eS\"", "architectures.arm64.packages[0].checksum: 'Q1eS' is not a checksum of apk")]
    [InlineData("architectures.arm64.repositories.0.key", null, "architectures.arm64.repositories[0]: it has no key and is not untrusted")]
    [InlineData("architectures.arm64.repositories.0.untrusted", "true", "architectures.arm64.repositories[0]: it has a key and is untrusted")]
    [InlineData("architectures.arm64.repositories.0.untrusted", "1", "architectures.arm64.repositories[0].untrusted: want true, not a number")]
    [InlineData("architectures.arm64.repositories.0.suite", "\"edge\"", "architectures.arm64.repositories[0]: unknown field 'suite'")] // of the other kind
    [InlineData("architectures.arm64.repositories.0.index", null, "architectures.arm64.repositories[0]: unknown field 'description'")] // nothing says which kind it is
    [InlineData("architectures.arm64.keys.0.name", "\"../passwd\"", "architectures.arm64.keys[0].name: '../passwd' is not the name of a file")]
    [InlineData("architectures.amd64.warnings", "\"x\"", "architectures.amd64.warnings: want an array, not a string")]
    public void Malformed_fields_are_named_by_their_path(string path, string? value, string reason)
    {
        var root = JsonNode.Parse(LockFiles.Format(SampleLock.Create()))!;
        Set(root, path.Split('.'), value is null ? null : JsonNode.Parse($"[{value}]")!.AsArray(), remove: value is null);

        var failure = Assert.Throws<BothyException>(() => LockFiles.Parse("x.lock.json", Encoding.UTF8.GetBytes(root.ToJsonString())));

        Assert.Equal($"cannot read x.lock.json: {reason}", failure.Message);
        Assert.EndsWith("rite it again with 'bothy lock'.", failure.Hint!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "it is not JSON (line 1, column 1)")]
    [InlineData("{\n  \"version\": 1,\n}", "it is not JSON (line 3, column 1)")]
    [InlineData("[]", "want an object, not an array")]
    [InlineData("[[[[[[[[[[[[[[[[[[[[", "it is not JSON (line 1, column 13)")] // deeper than a lock is
    public void What_is_no_lock_is_refused(string text, string reason) =>
        Assert.Equal($"cannot read x.lock.json: {reason}", Assert.Throws<BothyException>(() => LockFiles.Parse("x.lock.json", Encoding.UTF8.GetBytes(text))).Message);

    [Fact]
    public void A_field_that_is_there_twice_is_refused()
    {
        string text = Encoding.UTF8.GetString(LockFiles.Format(SampleLock.Create())).Replace("\"version\": 1,", "\"version\": 1, \"version\": 1,", StringComparison.Ordinal);

        Assert.StartsWith("cannot read x.lock.json: ", Assert.Throws<BothyException>(() => LockFiles.Parse("x.lock.json", Encoding.UTF8.GetBytes(text))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Damaged_locks_are_read_or_refused()
    {
        byte[] original = LockFiles.Format(SampleLock.Create());
        var random = new Random(11);
        for (int round = 0; round < 2000; round++)
        {
            byte[] damaged = [.. original];
            for (int change = 0; change < 3; change++)
            {
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            }

            try
            {
                LockFiles.Parse("x.lock.json", damaged.AsMemory(0, round % 4 == 0 ? random.Next(damaged.Length) : damaged.Length));
            }
            catch (BothyException refused)
            {
                Assert.StartsWith("cannot read x.lock.json: ", refused.Message, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task Saving_replaces_the_file_and_leaves_nothing_else()
    {
        using var directory = new TemporaryDirectory();
        string path = directory["x.lock.json"];
        await File.WriteAllTextAsync(path, "old");

        await LockFiles.SaveAsync(SampleLock.Create(), path, CancellationToken.None);

        Assert.Equal([path], Directory.GetFiles(directory.Path));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead, File.GetUnixFileMode(path));
        Assert.Equal(LockFiles.Format(SampleLock.Create()), LockFiles.Format(await LockFiles.LoadAsync(path, CancellationToken.None)));
    }

    [Fact]
    public async Task Failing_to_save_leaves_what_was_there()
    {
        using var directory = new TemporaryDirectory();
        Directory.CreateDirectory(directory["x.lock.json"]);

        var failure = await Assert.ThrowsAsync<BothyException>(() => LockFiles.SaveAsync(SampleLock.Create(), directory["x.lock.json"], CancellationToken.None));
        Assert.StartsWith($"cannot write {directory["x.lock.json"]}: ", failure.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(directory.Path));

        failure = await Assert.ThrowsAsync<BothyException>(() => LockFiles.SaveAsync(SampleLock.Create(), directory["none/x"], CancellationToken.None));
        Assert.StartsWith($"cannot write {directory["none/x"]}: ", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_lock_says_how_to_write_it()
    {
        var failure = await Assert.ThrowsAsync<BothyException>(() => LockFiles.LoadAsync("/nowhere/x.lock.json", CancellationToken.None));

        Assert.Equal("cannot read /nowhere/x.lock.json: there is no such file", failure.Message);
        Assert.Equal("Write it with 'bothy lock'.", failure.Hint);
    }

    [Fact]
    public void Two_packages_of_one_name_are_told_apart()
    {
        var sample = SampleLock.Create();
        var amd64 = sample.Architectures["amd64"];
        var foreign = amd64.Packages[1] with { Id = amd64.Packages[1].Id with { Architecture = "i386" }, Reasons = [] };
        var both = sample with { Architectures = sample.Architectures.SetItem("amd64", amd64 with { Packages = amd64.Packages.Add(foreign) }) };

        byte[] written = LockFiles.Format(both);

        Assert.Contains("\"by\": \"curl:amd64\"", Encoding.UTF8.GetString(written), StringComparison.Ordinal);
        Assert.Equal(written, LockFiles.Format(LockFiles.Parse("x", written)));
    }

    [Fact]
    public void Credentials_are_not_written()
    {
        var sample = SampleLock.Create();
        var amd64 = sample.Architectures["amd64"];
        var secret = amd64.Packages[1] with { Url = new Uri("http://user:secret@mirror.example:8080/a%2Bb.deb") };
        string text = Encoding.UTF8.GetString(LockFiles.Format(sample with { Architectures = sample.Architectures.SetItem("amd64", amd64 with { Packages = [secret], Omitted = [] }) }));

        Assert.Contains("\"url\": \"http://mirror.example:8080/a%2Bb.deb\"", text, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", text, StringComparison.Ordinal);
    }

    [Fact]
    public void What_nothing_vouches_for_is_known()
    {
        Assert.Equal(["/packages/"], SampleLock.Create().Untrusted.AsEnumerable());
        Assert.Equal(["/packages/"], LockFiles.Parse("x", LockFiles.Format(SampleLock.Create())).Untrusted.AsEnumerable());
    }

    [Fact]
    public void A_plan_whose_packages_were_not_fetched_is_no_lock()
    {
        var sample = SampleLock.Create();
        var arm64 = sample.Architectures["arm64"];
        var solved = arm64 with { Packages = [arm64.Packages[0] with { Digest = null }] };

        Assert.Throws<InvalidOperationException>(() => LockFiles.Format(sample with { Architectures = sample.Architectures.SetItem("arm64", solved) }));
    }

    private static void Set(JsonNode node, ReadOnlySpan<string> path, JsonArray? value, bool remove)
    {
        if (path.Length > 1)
        {
            Set(node is JsonArray array ? array[int.Parse(path[0])]! : node[path[0]]!, path[1..], value, remove);
        }
        else if (remove)
        {
            node.AsObject().Remove(path[0]);
        }
        else if (node is JsonArray array)
        {
            array[int.Parse(path[0])] = value![0]?.DeepClone();
        }
        else
        {
            node[path[0]] = value![0]?.DeepClone();
        }
    }
}
