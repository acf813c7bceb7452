using System.Collections.Immutable;
using Bothy.Formats.Trees;
using Bothy.Packages;

namespace Bothy.Engine.Assembly;

/// <summary>A selection made: the files of an image, and what is to be said about how they came together.</summary>
/// <param name="Tree">Every file, each with its origin.</param>
/// <param name="Uncovered">Maintainer scripts that no effect covers, in the order of the packages.</param>
/// <param name="Warnings">What a user should know, one sentence each.</param>
public sealed record AssemblyResult(FileTree Tree, ImmutableArray<UncoveredScript> Uncovered, ImmutableArray<string> Warnings)
{
    /// <summary>The part of <see cref="Tree"/> that the layers of packages hold: all of it, where no layer is above them.</summary>
    public FileTree Below { get; init; } = Tree;

    /// <summary>The layers above those of packages, lowest first.</summary>
    public ImmutableArray<LayerAbove> Above { get; init; } = [];

    /// <summary>What the filters left out, by rule; rules that met nothing are not in it.</summary>
    public ImmutableArray<DroppedFiles> Dropped { get; init; } = [];

    /// <summary>The packages whose scripts had each effect do something, by the effect's name; their names are separated by blanks.</summary>
    public ImmutableSortedDictionary<string, string> AskedBy { get; init; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>Who the container runs as by the image file's <c>accounts.run-as</c>, as <c>uid:gid</c>; null where it says nothing.</summary>
    public string? RunAs { get; init; }

    /// <summary>The same with one more layer on top, which makes its files <paramref name="tree"/>; itself where nothing is different there.</summary>
    /// <param name="what">What the layer holds, in words for the image's history.</param>
    /// <param name="tree">All files of the image. What is below stays a tree of its own: see <see cref="FileTree.Copy"/>.</param>
    public AssemblyResult Over(string what, FileTree tree) =>
        LayerAbove.Between(what, Tree, tree) is { } layer ? this with { Tree = tree, Above = Above.Add(layer) } : this;
}

/// <summary>A maintainer script with a command that nothing stands in for.</summary>
/// <param name="Package">Whose script it is.</param>
/// <param name="Script"><c>preinst</c>, <c>postinst</c> or <c>triggers</c>.</param>
/// <param name="Line">The line of the first such command, from 1.</param>
/// <param name="Command">The command as far as it is known; an ellipsis stands for words that only running the script would tell.</param>
/// <param name="Reason">Why it is not covered.</param>
public sealed record UncoveredScript(PackageId Package, string Script, int Line, string Command, string Reason)
{
    /// <summary>One line for people.</summary>
    public override string ToString() => FormattableString.Invariant($"{Package.Name}: {Script} line {Line}: {Command}: {Reason}");
}

/// <summary>What one rule of the filters left out.</summary>
/// <param name="Rule">The rule: <c>documentation</c>, <c>manual pages</c>, <c>exclude /opt/**</c>.</param>
/// <param name="Files">How many files and links.</param>
/// <param name="Bytes">Their size.</param>
public sealed record DroppedFiles(string Rule, int Files, long Bytes);
