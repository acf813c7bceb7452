using Bothy.Formats.Elf;
using Bothy.Formats.Trees;
using Bothy.Inspection.Linkage;

namespace Bothy.Inspection.Tests.Linkage;

/// <summary>Where glibc looks for libraries, layout by layout, compiled by gcc and judged by the loader itself.</summary>
public sealed class SearchPathTests
{
    // A program needs liba.so, which needs libb.so; each with a search path of either kind, each library somewhere.
    [RequiresTheory(Needs.Judges + ":gcc", Needs.Containers)]
    [InlineData("", "", "/usr/lib", "/usr/lib", true)]
    [InlineData("", "", "/opt/a", "/usr/lib", false)]
    [InlineData("runpath:/opt/a", "", "/opt/a", "/usr/lib", true)]
    [InlineData("rpath:/opt/a", "", "/opt/a", "/opt/a", true)] // an RPATH is inherited
    [InlineData("runpath:/opt/a", "", "/opt/a", "/opt/a", false)] // a RUNPATH is not
    [InlineData("rpath:/opt/a", "runpath:/opt/b", "/opt/a", "/opt/a", false)] // and ends what would be inherited
    [InlineData("rpath:/opt/a", "rpath:/opt/b", "/opt/a", "/opt/a", true)]
    [InlineData("runpath:/opt/a", "runpath:$ORIGIN/../b", "/opt/a", "/opt/b", true)]
    [InlineData("runpath:$ORIGIN/../lib", "", "/app/lib", "/usr/lib", true)]
    [InlineData("runpath:$ORIGIN/../lib", "", "/usr/app/lib", "/usr/lib", false)]
    [InlineData("rpath:${ORIGIN}/../lib", "", "/app/lib", "/app/lib", true)]
    [InlineData("runpath:/usr/$LIB/x", "", "/usr/lib/x86_64-linux-gnu/x", "/usr/lib", true)]
    [InlineData("runpath:/nowhere:/opt/a:", "", "/opt/a", "/lib/x86_64-linux-gnu", true)]
    [InlineData("", "", "/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", true)]
    [InlineData("", "", "/lib64", "/usr/lib", false)] // Debian's loader does not look there
    [InlineData("", "", "/usr/local/lib", "/usr/lib", false)] // there is no cache
    public void Is_as_the_loader_says(string program, string library, string a, string b, bool works)
    {
        using var build = new TemporaryDirectory();
        File.WriteAllText(build["b.c"], "int b(void) { return 1; }\n");
        File.WriteAllText(build["a.c"], "int b(void); int a(void) { return b(); }\n");
        File.WriteAllText(build["p.c"], "int a(void); int main(void) { return a(); }\n");
        Gcc(build, "-shared", "-fPIC", "-o", "libb.so", "b.c", "-Wl,-soname,libb.so");
        Gcc(build, ["-shared", "-fPIC", "-o", "liba.so", "a.c", "-Wl,-soname,liba.so", "-L.", "-lb", .. Path(library)]);
        Gcc(build, ["-o", "p", "p.c", "-L.", "-la", "-Wl,-rpath-link,.", .. Path(program)]);
        var tree = GlibcTree.Create();
        GlibcTree.AddOwn(tree, "app/bin/p", File.ReadAllBytes(build["p"]));
        GlibcTree.AddOwn(tree, $"{a[1..]}/liba.so", File.ReadAllBytes(build["liba.so"]));
        GlibcTree.AddOwn(tree, $"{b[1..]}/libb.so", File.ReadAllBytes(build["libb.so"]));
        using var root = new TemporaryDirectory();
        DiskTree.Write(tree, root.Path);

        var linkage = LinkageCheck.Programs(tree, CancellationToken.None).Single(one => one.Program.Path.Value == "app/bin/p");
        var verdict = LoaderJudge.List(root.Path, GlibcTree.Loader, "/app/bin/p");

        Assert.Equal(verdict.Missing, linkage.Missing.Take(1));
        Assert.Equal(works, verdict.Error.Length == 0);
        Assert.Equal(works, linkage.Missing.IsEmpty);
    }

    [RequiresTheory(Needs.Judges + ":ldconfig", Needs.Containers)]
    [InlineData(true)]
    [InlineData(false)]
    public void The_cache_counts_and_not_what_it_was_made_from(bool hasCache)
    {
        var tree = GlibcTree.Create();
        tree.TryGet(TreePath.Parse(GlibcTree.Libraries + "/liblz4.so.1"), out var library);
        tree.Remove(library!.Path);
        tree.Set(library with { Path = TreePath.Parse("opt/lz4/liblz4.so.1") });
        GlibcTree.AddOwn(tree, "etc/ld.so.conf", "/opt/lz4\n", TreeEntry.DefaultFileMode);
        using var root = new TemporaryDirectory();
        DiskTree.Write(tree, root.Path);
        if (hasCache)
        {
            Judge.Run("ldconfig", "-X", "-r", root.Path).Succeeded();
            GlibcTree.AddOwn(tree, "etc/ld.so.cache", File.ReadAllBytes(root["etc/ld.so.cache"]), TreeEntry.DefaultFileMode);
        }

        var linkage = LinkageCheck.Programs(tree, CancellationToken.None).Single(one => one.Program.Path.Name == "zstd");
        var verdict = LoaderJudge.List(root.Path, GlibcTree.Loader, "/usr/bin/zstd");

        Assert.Equal(verdict.Missing, linkage.Missing.Take(1));
        Assert.Equal(hasCache, linkage.Missing.IsEmpty);
    }

    [Fact]
    public void A_mutated_cache_gives_entries_or_a_malformed_data_failure()
    {
        byte[] good = LdSoCache.Write([new("liba.so.1", "/lib/liba.so.1", 0x303, null), new("libb.so.1", "/lib/libb.so.1", 0x303, "x86-64-v3")], "ldconfig");
        Assert.Equal([("libb.so.1", false), ("liba.so.1", true)], LdSoCacheReader.Read(good, "x").Select(entry => (entry.SoName, entry.Hardware is null)));
        var random = new Random(7);
        for (int i = 0; i < 3000; i++)
        {
            try
            {
                LdSoCacheReader.Read(Mutation.Of(good, random), "x");
            }
            catch (MalformedDataException)
            {
            }
        }
    }

    private static void Gcc(TemporaryDirectory directory, params string[] arguments) => Judge.Run("gcc", arguments, directory: directory.Path).Succeeded();

    private static string[] Path(string text) => text.Split(':', 2) switch
    {
        ["rpath", var path] => ["-Wl,--disable-new-dtags,-rpath," + path],
        ["runpath", var path] => ["-Wl,--enable-new-dtags,-rpath," + path],
        _ => [],
    };
}
