using Bothy.Formats.Trees;
using Bothy.Inspection.Catalog;
using Bothy.Inspection.Graph;
using Bothy.Oci;

namespace Bothy.Inspection.Tests.Graph;

public sealed class InferredGraphTests
{
    private static readonly Origin Origin = new Origin.ImageFile("paths");

    [Fact]
    public void Apks_world_is_who_asks_and_what_nothing_needs_asks_for_itself()
    {
        var graph = Graph(
            ("etc/apk/world", "curl !bash so:libnothing.so.1\nca-certificates>1\n"),
            ("lib/apk/db/installed", """
                P:curl
                V:8.5.0-r0
                A:x86_64
                D:so:libcurl.so.4>=4.8 !old-curl

                P:libcurl
                V:8.5.0-r0
                A:x86_64
                p:so:libcurl.so.4=4.8.0

                P:ca-certificates
                V:20230506-r0
                A:x86_64

                P:curl-doc
                V:8.5.0-r0
                A:x86_64
                i:curl=8.5.0-r0 docs

                P:man
                V:1-r0
                A:x86_64
                p:docs

                P:tool
                V:1-r0
                A:x86_64
                D:man


                """));

        Assert.Equal(["World curl: curl", "World ca-certificates>1: ca-certificates", "Unneeded tool: tool"], graph.Requests.Select(Words));
        Assert.Equal(
            [
                "curl > curl-doc: install_if curl=8.5.0-r0 docs (curl=8.5.0-r0)",
                "curl > libcurl: Depends so:libcurl.so.4>=4.8 (so:libcurl.so.4>=4.8) by so:libcurl.so.4",
                "man > curl-doc: install_if curl=8.5.0-r0 docs (docs)",
                "tool > man: Depends man (man)",
            ],
            graph.Edges.Select(Words));
        Assert.Equal(graph.Packages.Select(package => package.Id), graph.Closure(graph.Requests).Order());
    }

    [Fact]
    public void Of_dpkgs_packages_the_first_alternative_that_is_there_is_meant()
    {
        var graph = Graph(("var/lib/dpkg/status", """
            Package: app
            Version: 1
            Architecture: amd64
            Status: install ok installed
            Pre-Depends: libc6 (>= 2.36)
            Depends: gone | mail-agent, libc6 (>> 3) | exim (>= 4)

            Package: exim
            Version: 4.1-2
            Architecture: amd64
            Status: install ok installed
            Provides: mail-agent
            Depends: libc6

            Package: libc6
            Version: 2.36-9
            Architecture: amd64
            Status: install ok installed
            Depends: libgcc-s1

            Package: libgcc-s1
            Version: 12
            Architecture: amd64
            Status: install ok installed
            Depends: libc6

            """));

        Assert.Equal(["Unneeded app: app"], graph.Requests.Select(Words));
        Assert.Equal(
            [
                "app > exim: Depends gone | mail-agent (mail-agent) by mail-agent",
                "app > exim: Depends libc6 (>> 3) | exim (>= 4) (exim (>= 4))",
                "app > libc6: Pre-Depends libc6 (>= 2.36) (libc6 (>= 2.36))",
                "exim > libc6: Depends libc6 (libc6)",
                "libc6 > libgcc-s1: Depends libgcc-s1 (libgcc-s1)",
                "libgcc-s1 > libc6: Depends libc6 (libc6)",
            ],
            graph.Edges.Select(Words));
    }

    [Fact]
    public void Packages_that_hold_each_other_are_one_request()
    {
        var graph = Graph(("var/lib/dpkg/status", """
            Package: a
            Version: 1
            Architecture: amd64
            Depends: b

            Package: b
            Version: 1
            Architecture: amd64
            Depends: a, c

            Package: c
            Version: 1
            Architecture: amd64
            Depends: d

            Package: d
            Version: 1
            Architecture: amd64
            Depends: c

            """));

        Assert.Equal(["Unneeded a and b: a b"], graph.Requests.Select(Words));
        Assert.Equal(graph.Packages.Select(package => package.Id), graph.Closure(graph.Requests).Order());
    }

    private static string Words(GraphRequest request) => $"{request.Kind} {request.Text}: {string.Join(' ', request.Packages.Select(package => package.Name))}";

    private static string Words(PackageEdge edge) =>
        $"{edge.From.Name} > {edge.To.Name}: {edge.Field} {edge.Relation} ({edge.Alternative}){(edge.Provides is null ? "" : $" by {edge.Provides}")}";

    private static PackageGraph Graph(params (string Path, string Text)[] files)
    {
        var tree = new FileTree();
        foreach (var (path, text) in files)
        {
            tree.Set(TreeEntry.File(TreePath.Parse(path), FileContent.Of(text), Origin));
        }

        return InferredGraph.Of(ImageContents.Of(tree, new ContainerConfig(), Platform.Parse("linux/amd64")));
    }
}
