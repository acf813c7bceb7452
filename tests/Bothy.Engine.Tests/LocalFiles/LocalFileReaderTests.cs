using System.Net.Sockets;
using Bothy.Formats.Trees;

namespace Bothy.Engine.Tests.LocalFiles;

public sealed class LocalFileReaderTests : LocalFilesTestBase
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Program = Private | UnixFileMode.UserExecute;

    [Fact]
    public void What_is_in_a_directory_is_taken_with_links_as_they_are_and_modes_that_depend_on_nothing_but_who_may_run_it()
    {
        Write("app/main.py", "print()\n", Private);
        Write("app/bin/run", "#!/bin/sh\n", Program | UnixFileMode.GroupWrite | UnixFileMode.SetUser);
        Write("app/empty/");
        Link("app/bin/main", "../main.py");
        Link("app/loop", "loop");
        Link("app/away", "/etc/passwd");

        Assert.Equal(
            """
            dir  0755 0:0 /srv/app
            link 0777 0:0 /srv/app/away -> /etc/passwd
            dir  0755 0:0 /srv/app/bin
            link 0777 0:0 /srv/app/bin/main -> ../main.py
            file 0755 0:0 /srv/app/bin/run 10b a8076d3d
            dir  0755 0:0 /srv/app/empty
            link 0777 0:0 /srv/app/loop -> loop
            file 0644 0:0 /srv/app/main.py 8b d8594fa1

            """,
            Dump(Read("{source: app, path: /srv/app}")));
    }

    [Fact]
    public void Owner_and_mode_are_those_of_the_image_file_and_directories_can_be_entered_by_whoever_can_read_their_files()
    {
        Write("app/data/key");

        Assert.Equal(
            """
            dir  0750 65532:7 /app
            dir  0750 65532:7 /app/data
            file 0640 65532:7 /app/data/key 5b b9e68e1b

            """,
            Dump(Read("{source: app, path: /app, uid: 65532, gid: 7, mode: 0o640}")));
    }

    [Theory]
    [InlineData("a/one.txt", "/x", "/x")] // a file is called what 'path' says
    [InlineData("a/one.txt", "/x/", "/x/one.txt")] // or goes into the directory
    [InlineData("a/one.txt", "/", "/one.txt")]
    [InlineData("a/named", "/x/", "/x/named")] // a link that is named is followed, and keeps its name
    [InlineData("a", "/x", "/x/b/three.txt /x/named /x/one.txt /x/two.cfg")] // of a directory what is in it, as COPY does
    [InlineData("a/", "/x/", "/x/b/three.txt /x/named /x/one.txt /x/two.cfg")]
    [InlineData("./a/.", "/", "/b/three.txt /named /one.txt /two.cfg")]
    [InlineData("a/*.txt", "/x/", "/x/one.txt")]
    [InlineData("a/*", "/x/", "/x/b/three.txt /x/named /x/one.txt /x/two.cfg")] // a directory that a pattern finds keeps its name, unlike COPY's
    [InlineData("a/**/*.txt", "/x/", "/x/b/three.txt /x/one.txt")] // what ** finds keeps the directories on its way
    [InlineData("?/b", "/x/", "/x/a/b/three.txt")]
    [InlineData("a/t?o.*", "/x/", "/x/two.cfg")]
    [InlineData("a/[o]ne.txt", "/x/", "/x/[o]ne.txt", "a/[o]ne.txt")] // brackets are a name
    public void Files_go_where_the_form_of_source_and_path_says(string source, string path, string expected, string? more = null)
    {
        Write("a/one.txt");
        Write("a/two.cfg");
        Write("a/b/three.txt");
        Link("a/named", "one.txt");
        if (more is not null)
        {
            Write(more);
        }

        Assert.Equal(expected, string.Join(' ', Paths(Read($"{{source: '{source}', path: {path}}}")).Order(StringComparer.Ordinal)));
    }

    // The rules of .dockerignore.
    [Theory]
    [InlineData("", "a.md b/a.md b/c/a.md b/c/x.txt x.txt")]
    [InlineData("*.md", "b/a.md b/c/a.md b/c/x.txt x.txt")] // at the top alone
    [InlineData("**/*.md", "b/c/x.txt x.txt")]
    [InlineData("b", "a.md x.txt")]
    [InlineData("/b/", "a.md x.txt")]
    [InlineData("b/*", "a.md x.txt")]
    [InlineData("b/**", "a.md x.txt")]
    [InlineData("*/c", "a.md b/a.md x.txt")]
    [InlineData("**", "")]
    [InlineData("** !x.txt", "x.txt")]
    [InlineData("b !b/c/x.txt", "a.md b/c/x.txt x.txt")] // an exception below what is left out
    [InlineData("!b/c b", "a.md x.txt")] // the last one that fits decides
    [InlineData("**/c !**/x.txt", "a.md b/a.md b/c/x.txt x.txt")]
    [InlineData("?.md", "b/a.md b/c/a.md b/c/x.txt x.txt")]
    [InlineData("**/[a-c].md", "b/c/x.txt x.txt")]
    [InlineData("[^x]*", "x.txt")]
    [InlineData("[!x]*", "a.md b/a.md b/c/a.md b/c/x.txt")] // an exclamation mark is one of these
    [InlineData("**/x[.]txt", "a.md b/a.md b/c/a.md")]
    [InlineData("\\*.md **/\\a.md", "b/c/x.txt x.txt")] // a star that is none; an a, whatever stands before it
    public void Patterns_leave_out_what_they_would_of_a_context(string patterns, string expected)
    {
        foreach (string file in "a.md b/a.md b/c/a.md b/c/x.txt x.txt".Split(' '))
        {
            Write("src/" + file);
        }

        string exclude = string.Join(", ", patterns.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static pattern => $"'{pattern}'"));

        Assert.Equal(expected, string.Join(' ', Paths(Read($"{{source: src, path: /x, exclude: [{exclude}]}}")).Select(static path => path["/x/".Length..])));
    }

    [Fact]
    public void A_directory_that_is_left_out_comes_back_with_what_is_kept_in_it_and_no_other_does()
    {
        Write("src/a/keep/x");
        Write("src/a/drop/x");

        var entries = Read("{source: src, path: /x, exclude: [a, '!a/keep/x']}").Sources[0].Entries;

        Assert.Equal(["/x", "/x/a", "/x/a/keep", "/x/a/keep/x"], entries.Select(static entry => entry.Path.ToString()));
    }

    [Fact]
    public void What_goes_into_the_image_is_the_same_whatever_the_copy_of_it_is_like_on_disk()
    {
        Write("app/a", "same", Private);
        Write("app/b", "same", Private);
        var before = Read("{source: app, path: /app}").Digest;
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Path.Combine(Project, "app/a"), Private | UnixFileMode.GroupRead | UnixFileMode.OtherWrite);
            File.SetUnixFileMode(Path.Combine(Project, "app"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        File.SetLastWriteTimeUtc(Path.Combine(Project, "app/a"), DateTime.UnixEpoch);
        File.Delete(Path.Combine(Project, "app/b"));
        Judge.Run("ln", [Path.Combine(Project, "app/a"), Path.Combine(Project, "app/b")]).Succeeded(); // a second name is a second file

        Assert.Equal(before, Read("{source: app, path: /app}").Digest);
    }

    [Theory]
    [InlineData("app/a", "other")]
    [InlineData("app/new", "text\n")]
    public void Another_content_and_another_file_are_another_input(string name, string text)
    {
        Write("app/a");
        var before = Read("{source: app, path: /app}").Digest;

        Write(name, text);

        Assert.NotEqual(before, Read("{source: app, path: /app}").Digest);
    }

    [Fact]
    public void A_file_that_becomes_a_program_is_another_input()
    {
        Write("app/a", mode: Private);
        var before = Read("{source: app, path: /app}").Digest;
        Write("app/a", mode: Program);

        Assert.NotEqual(before, Read("{source: app, path: /app}").Digest);
    }

    [Theory]
    [InlineData("../secret", "cannot take '../secret': DIR/secret is outside the directory of the image file")]
    [InlineData("sub/../../secret", "cannot take 'sub/../../secret': DIR/secret is outside the directory of the image file")]
    [InlineData("/etc/hostname", "cannot take '/etc/hostname': /etc/hostname is outside the directory of the image file")]
    [InlineData("out", "cannot take 'out': DIR/secret is outside the directory of the image file")] // a link that leads there
    [InlineData("way/secret", "cannot take 'way/secret': DIR/secret is outside the directory of the image file")]
    [InlineData("../*", "cannot take '../*': DIR is outside the directory of the image file")]
    public void What_is_outside_the_directory_of_the_image_file_is_refused_unless_it_is_allowed(string source, string message)
    {
        File.WriteAllText(Outside["secret"], "secret");
        Write("sub/");
        Link("out", "../secret");
        Link("way", "..");

        var refused = Refused($"{{source: '{source}', path: /x/}}");

        Assert.Equal($"image.yaml:3:14: {message}", refused.Message.Replace(Outside.Path, "DIR", StringComparison.Ordinal));
        Assert.Equal("Move it there, or allow it with --allow-outside.", refused.Hint);
        if (source == "out")
        {
            Assert.Equal(["/x/out"], Paths(Read(allowOutside: true, $"{{source: '{source}', path: /x/}}")));
        }
    }

    [Theory]
    [InlineData("{source: srcc/main.py, path: /x}", "cannot take 'srcc/main.py': there is no DIR/srcc/main.py (did you mean 'src'?)")]
    [InlineData("{source: src/mian.py, path: /x}", "cannot take 'src/mian.py': there is no DIR/src/mian.py (did you mean 'main.py'?)")]
    [InlineData("{source: src/main.py/, path: /x}", "cannot take 'src/main.py/': DIR/src/main.py is a file, not a directory")]
    [InlineData("{source: src/main.py/x, path: /x}", "cannot take 'src/main.py/x': there is no DIR/src/main.py/x")]
    [InlineData("{source: 'src/*.js', path: /x/}", "cannot take 'src/*.js': nothing in DIR/src matches")]
    [InlineData("{source: 'src/*.py', path: /x/, exclude: [main.py]}", "cannot take 'src/*.py': nothing in DIR/src matches and is not excluded")]
    [InlineData("{source: src/main.py, path: /x/, exclude: ['*.py']}", "cannot take 'src/main.py': its own 'exclude' leaves it out")]
    [InlineData("{source: loop, path: /x}", "cannot read 'loop': its links form a loop")]
    [InlineData("{source: nowhere, path: /x}", "cannot take 'nowhere': there is no DIR/nowhere")]
    [InlineData("{source: talk, path: /x}", "cannot take 'talk': it is a socket")]
    [InlineData("{source: '*', path: /x/}", "cannot take DIR/talk: it is a socket")]
    public void What_cannot_be_taken_is_said_with_its_place_and_its_reason(string file, string message)
    {
        Write("src/main.py");
        Link("loop", "pool");
        Link("pool", "loop");
        Link("nowhere", "gone");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(Path.Combine(Project, "talk")));

        string said = Refused(file).Message.Replace(Project, "DIR", StringComparison.Ordinal);

        Assert.EndsWith(message, said, StringComparison.Ordinal);
        Assert.StartsWith("image.yaml:3:", said, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_changes_between_being_hashed_and_being_packed_is_not_packed()
    {
        string file = Write("app/a", "before");
        var content = Read("{source: app, path: /app}").Sources[0].Entries.Single(static entry => entry.Kind == EntryKind.File).Content!;
        File.WriteAllText(file, "after!");

        var refused = Assert.Throws<BothyException>(() => content.ReadAll());

        Assert.Equal($"cannot read {file}: it changes while the image is built", refused.Message);
        File.Delete(file);
        Assert.Equal($"cannot read {file}: there is no such file or directory", Assert.Throws<BothyException>(() => content.ReadAll()).Message);
    }
}
