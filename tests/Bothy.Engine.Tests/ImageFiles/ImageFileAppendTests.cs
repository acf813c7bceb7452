using System.Text;
using Bothy.Engine.ImageFiles;

namespace Bothy.Engine.Tests.ImageFiles;

public sealed class ImageFileAppendTests
{
    private static readonly ImageSpec Spec = ImageFile.Parse(
        "x.yaml",
        Encoding.UTF8.GetBytes("contents:\n  repositories: [https://x.example/main]\n  keyring: [a.rsa.pub]\n  packages: [a]\n  documentation: omit\narchs: [arm64]\ncmd: run\n"));

    [Fact]
    public void What_the_command_line_adds_comes_last_and_nothing_else_changes()
    {
        var appended = ImageFile.Append(Spec, ["@local ./packages", "https://x.example/main"], ["../build"], ["b.rsa.pub", "a.rsa.pub"]);

        Assert.Equal(
            """
            contents:
              repositories:
                - https://x.example/main
                - "@local ./packages"
              build_repositories:
                - "../build"
              keyring:
                - a.rsa.pub
                - b.rsa.pub
              packages:
                - a
              documentation: omit
            cmd: run
            archs:
              - arm64

            """,
            ImageSpecWriter.ToYaml(appended));
    }

    [Fact]
    public void What_is_no_repository_is_refused_without_a_place_in_the_file()
    {
        var failure = Assert.Throws<BothyException>(() => ImageFile.Append(Spec, ["ftp://x"], [], []));

        Assert.Equal("cannot add to x.yaml: 'ftp://x' is not a repository: want http, https or file", failure.Message);
    }
}
