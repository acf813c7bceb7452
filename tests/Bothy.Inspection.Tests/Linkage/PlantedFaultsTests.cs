using Bothy.Formats.Trees;
using Bothy.Inspection.Checks;
using Bothy.Inspection.Linkage;
using Bothy.Oci;

namespace Bothy.Inspection.Tests.Linkage;

/// <summary>Every fault that is planted in a sound tree is found, at its file, and is the only thing found; the loader itself refuses what it can judge.</summary>
public sealed class PlantedFaultsTests
{
    private const string Zstd = "usr/bin/zstd";
    private const string Lz4 = GlibcTree.Libraries + "/liblz4.so.1";
    private const string Dynload = "usr/lib/python3.12/lib-dynload/_ssl.cpython-312-x86_64-linux-gnu.so";
    private const string Packages = "usr/lib/python3.12/site-packages/";

    private static readonly Dictionary<string, Fault> Faults = new(StringComparer.Ordinal)
    {
        ["a library removed"] = new("missing-library", "/usr/bin/zstd", "needs liblz4.so.1, which is not in the image", tree => tree.Remove(TreePath.Parse(Lz4))) { IsLoaders = true },
        ["a library that is a link to nowhere"] = new("missing-library", "/usr/bin/zstd", "is a link to nowhere", tree => Link(tree, Lz4, "liblz4.so.1.9")) { IsLoaders = true },
        ["a library that is a link to itself"] = new("damaged-file", "/usr/bin/zstd", "leads back to itself", tree => Link(tree, Lz4, "liblz4.so.1")) { IsLoaders = true },
        ["links to each other"] = new("damaged-file", "/usr/bin/zstd", "leads back to itself", tree =>
        {
            Link(tree, Lz4, "other");
            Link(tree, GlibcTree.Libraries + "/other", "liblz4.so.1");
        }) { IsLoaders = true },
        ["a library cut short"] = new("damaged-file", "/" + Lz4, "damaged", tree => GlibcTree.Change(tree, Lz4, static bytes => bytes[..(bytes.Length / 2)])) { IsLoaders = true, More = 1 },
        ["a library cut in its header"] = new("damaged-file", "/" + Lz4, "damaged", tree => GlibcTree.Change(tree, Lz4, static bytes => bytes[..60])) { IsLoaders = true, More = 1 },
        ["a text in place of a library"] = new("damaged-file", "/usr/bin/zstd", "is no ELF file", tree => GlibcTree.Change(tree, Lz4, static _ => "GROUP ( libc.so.6 )\n"u8.ToArray())) { IsLoaders = true },
        ["a library for another processor"] = new("wrong-architecture", "/usr/bin/zstd", "is for 64-bit Arm, not x86-64", tree => GlibcTree.Change(tree, Lz4, static _ => ElfSample.Library("liblz4.so.1", [], machine: 183))) { IsLoaders = true },
        ["a library where the loader does not look"] = new("missing-library", "/usr/bin/zstd", "which is at /opt/lz4/liblz4.so.1, where its loader does not look", tree =>
        {
            tree.TryGet(TreePath.Parse(Lz4), out var entry);
            tree.Remove(entry!.Path);
            tree.Set(entry with { Path = TreePath.Parse("opt/lz4/liblz4.so.1") });
        }) { IsLoaders = true },
        ["a version too new for a program"] = new("missing-version", "/usr/bin/zstd", "needs GLIBC_2.94 of libc.so.6, and /lib/x86_64-linux-gnu/libc.so.6 goes up to GLIBC_2.", tree => GlibcTree.Change(tree, Zstd, static bytes => GlibcTree.Replace(bytes, "GLIBC_2.34", "GLIBC_2.94"))) { IsLoaders = true },
        ["a version too new for a library"] = new("missing-version", "/" + Lz4, "needs GLIBC_2.94", tree => GlibcTree.Change(tree, Lz4, static bytes => GlibcTree.Replace(bytes, "GLIBC_2.14", "GLIBC_2.94"))) { IsLoaders = true },
        ["a symbol that is nowhere"] = new("missing-symbol", "/usr/bin/zstd", "uses LZ4F_decompresz", tree => GlibcTree.Change(tree, Zstd, static bytes => GlibcTree.Replace(bytes, "LZ4F_decompress", "LZ4F_decompresz"))),
        ["a needed name that does not exist"] = new("missing-library", "/usr/bin/zstd", "needs liblz9.so.1", tree => GlibcTree.Change(tree, Zstd, static bytes => GlibcTree.Replace(bytes, "liblz4.so.1", "liblz9.so.1"))) { IsLoaders = true },
        ["no loader"] = new("missing-loader", "/usr/bin/dash", "its loader /lib64/ld-linux-x86-64.so.2 is not in the image", static tree => tree.Remove(TreePath.Parse(GlibcTree.Loader[1..]))) { More = 4 },
        ["a program for another processor"] = new("wrong-architecture", "/usr/local/bin/app", "is for 64-bit Arm, and the image for linux/amd64", tree => GlibcTree.AddOwn(tree, "usr/local/bin/app", Machine(File.ReadAllBytes("/usr/bin/env"), 183))),
        ["a program cut short"] = new("damaged-file", "/usr/local/bin/app", "damaged: ", static tree =>
        {
            byte[] env = File.ReadAllBytes("/usr/bin/env");
            GlibcTree.AddOwn(tree, "usr/local/bin/app", env[..^(env.Length / 3)]);
        }),
        ["a script without its interpreter"] = new("missing-interpreter", "/app/run", "its interpreter /bin/bash is not in the image", static tree => GlibcTree.AddOwn(tree, "app/run", "#!/bin/bash -e\necho\n")),
        ["a script whose interpreter env does not find"] = new("missing-interpreter", "/app/run", "'python3', which env looks for, is in no directory of PATH", static tree => GlibcTree.AddOwn(tree, "app/run", "#!/usr/bin/env python3\n")),
        ["the same with -S"] = new("missing-interpreter", "/app/run", "'node'", static tree => GlibcTree.AddOwn(tree, "app/run", "#!/usr/bin/env -S A=b node --harmony\n")),
        ["a space that env takes for a part of a name"] = new("missing-interpreter", "/app/run", "'sh -e', with the space", static tree => GlibcTree.AddOwn(tree, "app/run", "#!/usr/bin/env sh -e\n")),
        ["a carriage return"] = new("missing-interpreter", "/app/run", "carriage return", static tree => GlibcTree.AddOwn(tree, "app/run", "#!/bin/sh\r\necho\r\n")),
        ["an interpreter that is not executable"] = new("missing-interpreter", "/app/run", "not executable", static tree =>
        {
            GlibcTree.AddOwn(tree, "app/run", "#!/app/interpreter\n");
            GlibcTree.AddOwn(tree, "app/interpreter", "x", TreeEntry.DefaultFileMode);
        }),
        ["a package's script that the entrypoint reaches"] = new("missing-interpreter", "/usr/bin/tool", "and the container starts it", static tree => GlibcTree.AddFile(tree, "usr/bin/tool", "#!/usr/bin/perl\n"u8.ToArray(), GlibcTree.Executable)) { Command = ["tool"] },
        ["an entrypoint that is not there"] = new("missing-command", null, "starts /app/server, which is not in the image", static _ => { }) { Command = ["/app/server"] },
        ["an entrypoint that PATH does not find"] = new("missing-command", null, "'server', which is in no directory of PATH", static _ => { }) { Command = ["server"] },
        ["an entrypoint that is not executable"] = new("missing-command", "/app/server", "not executable", static tree => GlibcTree.AddOwn(tree, "app/server", "#!/bin/sh\n", TreeEntry.DefaultFileMode)) { Command = ["/app/server"] },
        ["what an init program is to start"] = new("missing-command", null, "/app/server, which is not in the image", static tree => GlibcTree.AddOwn(tree, "usr/bin/tini", "#!/bin/sh\n")) { Command = ["tini", "-g", "--", "/app/server"] },
        ["a Python module of another version"] = new("python-module", $"/{Packages}x.cpython-311-x86_64-linux-gnu.so", "is for CPython 3.11, and the image has 3.12", static tree => AddPython(tree, "x.cpython-311-x86_64-linux-gnu.so")),
        ["a Python module for musl"] = new("python-module", $"/{Packages}x.cpython-312-x86_64-linux-musl.so", "takes 'cpython-312-x86_64-linux-gnu'", static tree => AddPython(tree, "x.cpython-312-x86_64-linux-musl.so")),
        ["a Python module without its library"] = new("missing-library", $"/{Packages}x.cpython-312-x86_64-linux-gnu.so", "needs libnone.so.4", static tree => AddPython(tree, "x.cpython-312-x86_64-linux-gnu.so", "libnone.so.4")),
        ["a wheel for musl"] = new("python-wheel", $"/{Packages}x-1.0.dist-info/WHEEL", "cp312-cp312-musllinux_1_2_x86_64, and this image has glibc", static tree => AddWheel(tree, "cp312-cp312-musllinux_1_2_x86_64")),
        ["a wheel of another Python"] = new("python-wheel", $"/{Packages}x-1.0.dist-info/WHEEL", "and this image has Python 3.12", static tree => AddWheel(tree, "cp311-cp311-manylinux_2_17_x86_64")),
        ["a wheel for another processor"] = new("python-wheel", $"/{Packages}x-1.0.dist-info/WHEEL", "and this image is for linux/amd64", static tree => AddWheel(tree, "cp312-abi3-manylinux_2_17_aarch64")),
        ["a module built for musl"] = new("wrong-libc", "/app/native.so", "was built for musl (Alpine), and this image has glibc", static tree => GlibcTree.AddOwn(tree, "app/native.so", ElfSample.Library(null, ["libc.musl-x86_64.so.1"]))),
    };

    public static TheoryData<string> Names => [.. Faults.Keys];

    [RequiresFact(Needs.Judges + ":openssl")]
    public void A_sound_tree_has_no_findings() => Assert.Empty(Check(GlibcTree.Create(), []));

    [RequiresTheory(Needs.Judges + ":openssl")]
    [MemberData(nameof(Names))]
    public void Is_found(string name)
    {
        var fault = Faults[name];
        var tree = GlibcTree.Create();
        fault.Plant(tree);

        var findings = Check(tree, fault.Command);

        Assert.Equal(1 + fault.More, findings.Count);
        var found = findings.First(finding => finding.Path?.ToString() == fault.Path);
        Assert.Equal((fault.Kind, Severity.Error), (found.Kind, found.Severity));
        Assert.Contains(fault.Reason, found.Reason, StringComparison.Ordinal);
        if (Needs.ReasonToSkip(Needs.Containers) is null && tree.Contains(TreePath.Parse(GlibcTree.Loader[1..])))
        {
            using var directory = new TemporaryDirectory();
            DiskTree.Write(tree, directory.Path);
            Assert.Equal(fault.IsLoaders, LoaderJudge.List(directory.Path, GlibcTree.Loader, "/" + Zstd).Error.Length > 0);
        }
    }

    [Fact]
    public void At_least_twenty_are_planted() => Assert.True(Faults.Count >= 20);

    [RequiresTheory(Needs.Judges + ":openssl")]
    [InlineData("app/run", "#!/usr/bin/env -S -u HOME sh -e\n")]
    [InlineData("app/run", "#! /bin/sh -e\n")]
    [InlineData("app/run", "echo\n")] // no script: a shell reads it
    [InlineData("app/run", "#!/bin/env sh\n")]
    public void What_works_is_not_found(string path, string content)
    {
        var tree = GlibcTree.Create();
        GlibcTree.AddOwn(tree, path, content);

        Assert.Empty(Check(tree, ["/" + path]));
    }

    [RequiresFact(Needs.Judges + ":openssl")]
    public void Modules_for_any_Python_and_for_several_are_fine()
    {
        var tree = GlibcTree.Create();
        AddPython(tree, "x.cpython-311-x86_64-linux-gnu.so");
        AddPython(tree, "x.cpython-312-x86_64-linux-gnu.so");
        AddPython(tree, "y.abi3.so");
        AddPython(tree, "z.so");
        AddWheel(tree, "cp38-abi3-manylinux_2_17_x86_64.manylinux2014_x86_64");
        GlibcTree.AddOwn(tree, Packages + "y-1.dist-info/WHEEL", "Tag: py2.py3-none-any\n", TreeEntry.DefaultFileMode);

        Assert.Empty(Check(tree, []));
    }

    [RequiresFact(Needs.Judges + ":openssl")]
    public void A_packages_own_script_without_its_interpreter_is_a_note()
    {
        var tree = GlibcTree.Create();
        GlibcTree.AddFile(tree, "usr/bin/tool", "#!/usr/bin/perl\n"u8.ToArray(), GlibcTree.Executable);

        Assert.Equal((Severity.Note, "a"), Assert.Single(LinkageCheck.Run(Subject(tree, []), CancellationToken.None)) is var found ? (found.Severity, found.Package) : default);
    }

    [RequiresFact(Needs.Data, Needs.Containers)]
    public void A_program_for_musl_among_glibcs_and_the_other_way_round_is_said_in_plain_words()
    {
        using var directory = new TemporaryDirectory();
        Judge.Run("tar", "-xzf", Path.Combine(RealData.Directory, "alpine/minirootfs/alpine-minirootfs-3.20.3-x86_64.tar.gz"), "-C", directory.Path).Succeeded();
        var alpine = DiskTree.Read(directory.Path);
        byte[] busybox = File.ReadAllBytes(directory["bin/busybox"]);
        byte[] zlib = File.ReadAllBytes(directory["lib/libz.so.1"]);
        Assert.Empty(Check(alpine, ["/bin/sh"]));

        var debian = GlibcTree.Create();
        GlibcTree.AddOwn(debian, "app/busybox", busybox);
        var stranger = Assert.Single(Check(debian, []));
        Assert.Equal(("wrong-libc", "/app/busybox"), (stranger.Kind, stranger.Path.ToString()));
        Assert.Contains("was built for musl (Alpine), and this image has glibc", stranger.Reason, StringComparison.Ordinal);

        GlibcTree.AddOwn(alpine, "app/zstd", File.ReadAllBytes("/usr/bin/zstd"));
        GlibcTree.AddOwn(alpine, "app/native.so", ElfSample.Library(null, ["libc.so.6"]));
        Assert.Equal(["wrong-libc /app/native.so", "wrong-libc /app/zstd"], Check(alpine, []).Select(finding => $"{finding.Kind} {finding.Path}"));

        // Musl binds every symbol of every library before it starts a program.
        var broken = DiskTree.Read(directory.Path);
        GlibcTree.AddOwn(broken, "lib/libz.so.1", GlibcTree.Replace(zlib, "memcpy", "memcpq"), TreeEntry.DefaultFileMode);
        File.WriteAllBytes(directory["lib/libz.so.1"], GlibcTree.Replace(zlib, "memcpq", "memcpq"));
        var symbol = Assert.Single(Check(broken, []));
        Assert.Equal("missing-symbol", symbol.Kind);
        Assert.NotEqual("", LoaderJudge.List(directory.Path, "/lib/ld-musl-x86_64.so.1", "/sbin/apk").Error);

        broken.Remove(TreePath.Parse("lib/libz.so.1"));
        File.Delete(directory["lib/libz.so.1"]);
        Assert.All(Check(broken, []), finding => Assert.Contains("needs libz.so.1, which is not in the image", finding.Reason, StringComparison.Ordinal));
        Assert.Equal(["/lib/libapk.so.2.14.0", "/sbin/apk"], Check(broken, []).Select(finding => finding.Path.ToString()));
        Assert.Equal(["libz.so.1"], LoaderJudge.List(directory.Path, "/lib/ld-musl-x86_64.so.1", "/sbin/apk").Missing);
    }

    private static void Link(FileTree tree, string path, string target) => tree.Set(TreeEntry.SymbolicLink(TreePath.Parse(path), target, new Origin.ImageFile("paths")));

    private static byte[] Machine(byte[] program, byte machine)
    {
        program[18] = machine;
        return program;
    }

    private static void AddPython(FileTree tree, string module, params string[] needed)
    {
        GlibcTree.AddFile(tree, Dynload, ElfSample.Library(null, ["libc.so.6"]), TreeEntry.DefaultFileMode);
        GlibcTree.AddOwn(tree, Packages + module, ElfSample.Library(null, needed), TreeEntry.DefaultFileMode);
    }

    private static void AddWheel(FileTree tree, string tag)
    {
        GlibcTree.AddFile(tree, Dynload, ElfSample.Library(null, ["libc.so.6"]), TreeEntry.DefaultFileMode);
        GlibcTree.AddOwn(tree, Packages + "x-1.0.dist-info/WHEEL", $"Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: {tag}\n", TreeEntry.DefaultFileMode);
    }

    private static List<Finding> Check(FileTree tree, string[] command) =>
        [.. LinkageCheck.Run(Subject(tree, command), CancellationToken.None).Where(finding => finding.Severity != Severity.Note)];

    private static CheckSubject Subject(FileTree tree, string[] command) =>
        new(tree, new ContainerConfig { Entrypoint = [.. command] }, Platform.Parse("linux/amd64"), entry => (entry.Origin as Origin.Package)?.Name);

    private sealed record Fault(string Kind, string? Path, string Reason, Action<FileTree> Plant)
    {
        public string[] Command { get; init; } = [];

        /// <summary>Whether the loader refuses zstd for it.</summary>
        public bool IsLoaders { get; init; }

        /// <summary>How many further findings follow from it.</summary>
        public int More { get; init; }
    }
}
