using Bothy.Engine.Assembly;
using Bothy.Engine.ImageFiles;
using Bothy.Formats.Trees;

namespace Bothy.Engine.Tests.Assembly;

/// <summary>Assembles packages made in memory.</summary>
public abstract class AssemblerTestBase
{
    internal static ImageSpec Image { get; } = new() { FileName = "image.yaml" };

    internal static SourceMark Mark { get; } = new("image.yaml", 1, 1);

    internal static AssemblyResult Assemble(params TestPackage[] packages) => Assemble(Image, packages);

    internal static AssemblyResult Assemble(ImageSpec image, params TestPackage[] packages) =>
        Assembler.Assemble(new AssemblyRequest([.. packages.Select(static package => package.Build())], [], image), CancellationToken.None);

    /// <summary>The lines of a dump for entries that one of <paramref name="beginnings"/> begins.</summary>
    internal static string Dump(AssemblyResult result, params string[] beginnings)
    {
        var part = new FileTree();
        foreach (var entry in result.Tree.Entries.Where(entry => beginnings.Any(beginning => entry.Path.ToString().StartsWith(beginning, StringComparison.Ordinal))))
        {
            part.Set(entry);
        }

        return TreeDump.WithOrigins(part);
    }

    internal static string Text(AssemblyResult result, string path) =>
        System.Text.Encoding.UTF8.GetString(result.Tree.Find(TreePath.Parse(path))!.Content!.ReadAll());

    internal static TreeEntry Entry(AssemblyResult result, string path) =>
        result.Tree.TryGet(TreePath.Parse(path), out var entry) ? entry : throw new InvalidOperationException($"the tree has no {path}");

    internal static bool Has(AssemblyResult result, string path) => result.Tree.Contains(TreePath.Parse(path));
}
