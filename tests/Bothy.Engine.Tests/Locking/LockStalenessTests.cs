using Bothy.Engine.ImageFiles;
using Bothy.Engine.Locking;

namespace Bothy.Engine.Tests.Locking;

public sealed class LockStalenessTests
{
    [Theory]
    [InlineData("packages: [curl,", "packages: [curl, wget,", "package 'wget' was added to packages")]
    [InlineData("packages: [curl, ", "packages: [", "package 'curl' was removed from packages")]
    [InlineData("20230311*", "20240203", "package 'ca-certificates=20240203' was added to packages|package 'ca-certificates=20230311*' was removed from packages")]
    [InlineData("packages: [curl, \"ca-certificates=20230311*\"]", "packages: [\"ca-certificates=20230311*\", curl]", "the order of packages changed")]
    [InlineData("packages: [curl,", "packages: [curl, curl,", "")] // the same request twice changes nothing
    [InlineData("omit: [debconf]", "omit: [debconf, mawk]", "package 'mawk' was added to omit")]
    [InlineData("omit: [debconf]", "omit: []", "package 'debconf' was removed from omit")]
    [InlineData(" bookworm main", " trixie main", "repository 'deb http://mirror.example/debian trixie main' was added to repositories|repository 'deb http://mirror.example/debian bookworm main' was removed from repositories")]
    [InlineData("keys/debian.gpg", "keys/other.gpg", "key 'keys/other.gpg' was added to keyring|key 'keys/debian.gpg' was removed from keyring")]
    [InlineData("init: tini", "init: dumb-init", "init was changed from 'tini' to 'dumb-init'")]
    [InlineData("init: tini", "", "init is no longer 'tini'")]
    [InlineData("init: tini", "init: tini\ndebug: true", "debug was set to 'true'")]
    [InlineData("archs: [amd64, arm64]", "archs: [amd64, riscv64]", "architecture riscv64 is not in the lock")]
    [InlineData("archs: [amd64, arm64]", "archs: [amd64]", "")] // the lock may know more
    [InlineData("init: tini", "init: tini\ncmd: other\nenvironment: {A: b}\nwork-dir: /x", "")] // nothing of this is resolved
    [InlineData("init: tini", "init: tini", "")]
    public void Says_what_changed(string from, string to, string sentences)
    {
        Assert.Contains(from, SampleLock.ImageFileText, StringComparison.Ordinal);
        var spec = SampleLock.Spec(SampleLock.ImageFileText.Replace(from, to, StringComparison.Ordinal));

        var stale = LockStaleness.Of(SampleLock.Create(), spec);

        Assert.Equal(sentences, string.Join('|', stale));
        bool onlyArchitectures = stale.All(sentence => sentence.StartsWith("architecture", StringComparison.Ordinal));
        Assert.Equal(onlyArchitectures, LockInputs.Of(spec).Digest == SampleLock.Create().Inputs.Digest);
    }

    [Fact]
    public void The_architectures_asked_for_count_not_those_of_the_file()
    {
        Assert.True(ImageArchitecture.TryParse("riscv64", preferDebian: true, out var riscv));

        Assert.Equal("architecture riscv64 is not in the lock", Assert.Single(LockStaleness.Of(SampleLock.Create(), SampleLock.Spec(), [riscv, riscv])));
    }
}
