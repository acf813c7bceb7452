using System.Text;
using Bothy.Engine.ImageFiles;

namespace Bothy.Engine.Tests.ImageFiles;

public sealed class ImageFileTests
{
    /// <summary>Every key once, at least.</summary>
    internal const string Everything =
        """
        contents:
          repositories:
            - deb [signed-by=/usr/share/keyrings/a.gpg] http://mirror.example/debian bookworm main
            - deb bookworm-updates main
            - https://mirror.example/alpine/v3.22/main
            - "@edge https://mirror.example/alpine/edge/main"
            - ./packages
          build_repositories: [/srv/apk]
          runtime_repositories: ["https://mirror.example/alpine/v3.22/community"]
          keyring: [keys/a.gpg, "https://mirror.example/key.rsa.pub"]
          packages: [python3, curl=7.88*, "libc6:amd64", bash/bookworm-backports, "nginx>=1.2-r0@edge", "so:libz.so.1", openssl_bins, "!busybox"]
          slices: slices/debian-12
          omit: [mawk, debconf]
          files:
            - {source: app/, path: /app, uid: 1000, gid: 1000, mode: 0755, exclude: ["*.pyc"]}
          base: oci:out/base
          exclude: [/usr/share/locale/**]
          documentation: keep
          database: dpkg
        entrypoint:
          command: /usr/bin/python3 -c 'print("a b")'
        cmd: --flag "two words" ''
        work-dir: /app
        stop-signal: quit
        init: tini
        debug: true
        accounts:
          run-as: app:web
          users:
            - {username: app, uid: 1000, gid: 1001, shell: /bin/false, homedir: /app, groups: [video]}
          groups:
            - {groupname: web, gid: 1001, members: [app]}
        environment: {PORT: 3000, FLAG: false, EMPTY: , TEXT: "a: b"}
        paths:
          - {path: /run/app, type: directory, uid: 1000, gid: 1001, permissions: 0o750, recursive: true}
          - {path: /etc/empty, type: empty-file, permissions: "644"}
          - {path: /usr/bin/python, type: symlink, source: python3}
          - {path: /hard, type: hardlink, source: /etc/empty}
          - {path: /tmp/, type: permissions, permissions: 01777}
        archs: [x86_64, aarch64, amd64]
        annotations: {org.opencontainers.image.url: "https://mirror.example/"}
        labels: {a.b: c}
        volumes: [/data]
        ports: [8080, 53/udp]
        layering: {strategy: origin, budget: 10}
        compression: estargz
        certificates:
          additional:
            - name: own
              content: |
                -----BEGIN CERTIFICATE-----
                MIICTjCCAdSgAwIBAgIRAIPgc3k5LlLVLtUUvs4K
                -----END CERTIFICATE-----
        os-release: {id: bothy, pretty-name: Bothy's own, version-id: 12}
        vcs-url: https://mirror.example/git
        policy: {shells: false, size: {unpacked: 20MiB}, packages: {forbid: [perl, "5"]}, paths: {}, unowned: [], setuid: }
        tests: [tests/a.yaml, {globTests: [{name: a, glob: "/x/**"}], commandTests: [{name: b, command: ls, setup: [[touch, "5"], [ls]]}]}]
        """;

    [Fact]
    public void Reads_every_key()
    {
        var spec = Read(Everything);

        Golden.Matches(SpecDump.Of(spec), "everything.txt");
        Assert.Equal("x.yaml:12:3", spec.MarkOf("contents.slices")?.ToString());
        Assert.Equal("x.yaml:45:12", spec.MarkOf("layering.strategy")?.ToString());
        Assert.Equal("x.yaml:11:23", spec.Contents.Packages[1].Mark.ToString());
        Assert.Null(spec.MarkOf("include"));
    }

    [Fact]
    public void Prints_every_key_so_that_it_reads_the_same()
    {
        var spec = Read(Everything);
        string printed = ImageSpecWriter.ToYaml(spec);

        Golden.Matches(printed, "everything.yaml");
        Assert.Equal(SpecDump.Of(spec), SpecDump.Of(Read(printed)));
        Assert.Equal(printed, ImageSpecWriter.ToYaml(Read(printed)));
    }

    [Theory]
    [InlineData("0o755", "755")]
    [InlineData("0755", "755")]
    [InlineData("'755'", "755")]
    [InlineData("'0o4755'", "4755")]
    [InlineData("01777", "1777")]
    [InlineData("0", "0")]
    [InlineData("7", "7")] // the same in both readings
    [InlineData("493", "755")] // as apko's tools print it: 9 is no octal digit, so it is decimal
    public void Modes_are_octal(string written, string octal) =>
        Assert.Equal(Convert.ToInt32(octal, 8), Read($"contents: {{packages: [a]}}\npaths: [{{path: /a, type: directory, permissions: {written}}}]\n").Paths[0].Permissions);

    [Theory]
    [InlineData("amd64", "amd64")]
    [InlineData("x86_64", "amd64")]
    [InlineData("aarch64", "arm64")]
    [InlineData("arm64/v8", "arm64")]
    [InlineData("armv7", "arm/v7")]
    [InlineData("arm/v6", "arm/v6")]
    [InlineData("armel", "arm/v5")]
    [InlineData("ppc64el", "ppc64le")]
    [InlineData("i386", "386")]
    [InlineData("x86", "386")]
    [InlineData("386", "386")]
    [InlineData("loongarch64", "loong64")]
    [InlineData("armhf", "arm/v6")] // apk's meaning
    public void Architectures_have_many_names(string name, string value) =>
        Assert.Equal(value, Assert.Single(Read($"contents: {{packages: [a]}}\narchs: [{name}]\n").Architectures).Value.Name);

    [Fact]
    public void Armhf_is_what_the_repositories_make_of_it() =>
        Assert.Equal("arm/v7", Read("contents: {packages: [a], repositories: [deb bookworm main]}\narchs: [armhf]\n").Architectures[0].Value.Name);

    [Theory]
    [InlineData("", "")]
    [InlineData("a b  c", "a|b|c")]
    [InlineData("'a b' \"c d\"e f\\ g", "a b|c de|f g")]
    [InlineData("\"a \\\" \\\\ b\" 'c \\ d'", "a \" \\ b|c \\ d")] // no escapes within single quotes
    [InlineData("a '' \"\"", "a||")]
    [InlineData("a#b $HOME *", "a#b|$HOME|*")] // nothing is expanded
    public void Commands_are_split_like_a_shell_does(string command, string words)
    {
        var split = CommandWords.Split(command, out string? reason);

        Assert.Null(reason);
        Assert.Equal(words, string.Join('|', split));
        Assert.Equal(split.AsEnumerable(), CommandWords.Split(CommandWords.Join(split), out _).AsEnumerable());
    }

    [Theory]
    [InlineData("TERM", "SIGTERM")]
    [InlineData("sigint", "SIGINT")]
    [InlineData("15", "15")]
    [InlineData("SIGRTMIN+3", "SIGRTMIN+3")]
    public void Signals_have_names_and_numbers(string written, string signal) =>
        Assert.Equal(signal, Read($"contents: {{packages: [a]}}\nstop-signal: {written}\n").StopSignal);

    [Fact]
    public void Anchors_and_merge_keys_work()
    {
        var spec = Read(
            """
            contents: {packages: &list [a, b], omit: *list}
            environment: &common {A: 1, B: 2}
            labels:
              <<: *common
              B: 3
            annotations:
              <<: [*common, {B: 9, C: 4}]
            """);

        Assert.Equal(["a", "b"], spec.Contents.Omit.Select(name => name.Value));
        Assert.Equal("A=1,B=3", string.Join(',', spec.Labels.Select(label => $"{label.Key}={label.Value}")));
        Assert.Equal("A=1,B=2,C=4", string.Join(',', spec.Annotations.Select(label => $"{label.Key}={label.Value}")));
    }

    [Fact]
    public void A_key_that_apko_ignores_is_a_warning()
    {
        var spec = Read("contents: {packages: [a]}\naccounts: {recursive: true}\n");

        var warning = Assert.Single(spec.Warnings);
        Assert.Equal("x.yaml:2:12: 'recursive' in 'accounts' has no meaning, to apko neither; it is ignored", $"{warning.Mark}: {warning.Value}");
    }

    [Fact]
    public void Keys_without_values_count_as_not_given()
    {
        var spec = Read("contents:\n  packages: [a]\n  omit:\n  base: ~\ncmd:\nentrypoint:\naccounts:\nlayering: null\narchs:\n");

        Assert.Equal(SpecDump.Of(Read("contents: {packages: [a]}\n")), SpecDump.Of(spec));
    }

    private static ImageSpec Read(string text) => ImageFile.Parse("x.yaml", Encoding.UTF8.GetBytes(text));
}
