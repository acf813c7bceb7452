using Bothy.Formats.Trees;

namespace Bothy.Inspection.Tests.Linkage;

/// <summary>A small root directory of the machine's own programs and libraries, in which nothing is wrong until a test sees to it.</summary>
internal static class GlibcTree
{
    public const string Loader = "/lib64/ld-linux-x86-64.so.2";
    public const string Libraries = "lib/x86_64-linux-gnu";
    public const int Executable = 0b111_101_101;

    private static readonly string[] Programs = ["/usr/bin/zstd", "/usr/bin/openssl", "/usr/bin/dash", "/usr/bin/env"];
    private static readonly Origin Package = new Origin.Package("a", "1", "amd64");

    public static FileTree Create()
    {
        var tree = new FileTree();
        foreach (string program in Programs)
        {
            AddFile(tree, program[1..], File.ReadAllBytes(program), Executable);
            foreach (string library in LoaderJudge.List("/", Loader, program).Libraries)
            {
                AddFile(tree, library[1..], File.ReadAllBytes(library), Executable);
            }
        }

        tree.Set(TreeEntry.SymbolicLink(TreePath.Parse("bin"), "usr/bin", Package));
        tree.Set(TreeEntry.SymbolicLink(TreePath.Parse("usr/bin/sh"), "dash", Package));
        return tree;
    }

    /// <summary>Adds a file of a package.</summary>
    public static void AddFile(FileTree tree, string path, byte[] content, int mode) =>
        tree.Set(TreeEntry.File(TreePath.Parse(path), FileContent.Of(content), Package, mode));

    /// <summary>Adds a file that somebody put there.</summary>
    public static void AddOwn(FileTree tree, string path, byte[] content, int mode = Executable) =>
        tree.Set(TreeEntry.File(TreePath.Parse(path), FileContent.Of(content), new Origin.ImageFile("files"), mode));

    public static void AddOwn(FileTree tree, string path, string content, int mode = Executable) =>
        AddOwn(tree, path, System.Text.Encoding.UTF8.GetBytes(content), mode);

    /// <summary>Changes the bytes of a file where it is.</summary>
    public static void Change(FileTree tree, string path, Func<byte[], byte[]> change)
    {
        tree.TryGet(TreePath.Parse(path), out var entry);
        tree.Set(entry! with { Content = FileContent.Of(change(entry.Content!.ReadAll())) });
    }

    /// <summary>Puts another text of the same length in the place of one.</summary>
    public static byte[] Replace(byte[] bytes, string text, string by)
    {
        Assert.Equal(text.Length, by.Length);
        int at = bytes.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(text + "\0"));
        Assert.True(at > 0, $"there is no '{text}'");
        System.Text.Encoding.ASCII.GetBytes(by).CopyTo(bytes, at);
        return bytes;
    }
}
