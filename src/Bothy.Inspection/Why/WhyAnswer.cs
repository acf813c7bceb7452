using System.Collections.Immutable;
using Bothy.Formats.Trees;
using Bothy.Inspection.Graph;
using Bothy.Packages;

namespace Bothy.Inspection.Why;

/// <summary>What a question is about.</summary>
public enum SubjectKind
{
    /// <summary>A path of the image.</summary>
    Path,

    /// <summary>A package by its name, or by one that it provides.</summary>
    Package,

    /// <summary>A shared library by its soname or the name of its file.</summary>
    Library,
}

/// <summary>What was asked about, found in the image.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Name">What it was called.</param>
/// <param name="Places">The files and links that it is, by path; of a package none.</param>
/// <param name="Packages">The packages that it is or comes from; none for what no package brought.</param>
public sealed record Subject(SubjectKind Kind, string Name, ImmutableArray<SubjectPlace> Places, ImmutableArray<PackageId> Packages)
{
    /// <summary>What else of that name there is, in words: <c>the file /usr/bin/curl</c>.</summary>
    public ImmutableArray<string> Others { get; init; } = [];

    /// <summary>Of a library, the packages with programs and libraries that need it, by name.</summary>
    public ImmutableArray<string> NeededBy { get; init; } = [];
}

/// <summary>A file, link or directory that is meant.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Entry">What is there.</param>
/// <param name="Origin">Where it comes from; null where nobody knows.</param>
/// <param name="Layer">The number of its layer, from 0; null for a tree in memory.</param>
public sealed record SubjectPlace(TreePath Path, TreeEntry Entry, Origin? Origin, int? Layer)
{
    /// <summary>Of what an effect made, the packages that it made it of, by name; empty for all else, and where nobody knows.</summary>
    public ImmutableArray<PackageId> MadeOf { get; init; } = [];
}

/// <summary>Why something is in an image.</summary>
/// <param name="Subject">What was asked about.</param>
/// <param name="Source">Where the answer was read from.</param>
/// <param name="Packages">Of each package of the subject, what brings it.</param>
public sealed record WhyAnswer(Subject Subject, GraphSource Source, ImmutableArray<PackageAnswer> Packages);

/// <summary>What brings one package.</summary>
/// <param name="Package">Which.</param>
/// <param name="IsOmitted">Whether it only counts as installed and brings no file.</param>
/// <param name="Files">How many files and links it has in the image.</param>
/// <param name="Bytes">Their content, in bytes.</param>
/// <param name="Layers">The layers they are in, from 0.</param>
/// <param name="Requests">The requests that lead to it, the nearest first; empty where nothing recorded leads there.</param>
/// <param name="Together">What leaves without all of them; null where there is only one.</param>
public sealed record PackageAnswer(
    PackageId Package, bool IsOmitted, int Files, long Bytes, ImmutableArray<int> Layers, ImmutableArray<RequestAnswer> Requests, RemovalCost? Together)
{
    /// <summary>The slices that are all there is of it, sorted; empty where it is whole.</summary>
    public ImmutableArray<string> Slices { get; init; } = [];
}

/// <summary>How a request leads to a package.</summary>
/// <param name="Request">The request.</param>
/// <param name="Chains">The shortest chains of edges from it, at most <see cref="Explainer.MostChains"/>; one that is empty where the request is the package's own.</param>
/// <param name="ChainCount">How many shortest chains there are.</param>
/// <param name="Cost">What leaves without it.</param>
public sealed record RequestAnswer(GraphRequest Request, ImmutableArray<ImmutableArray<PackageEdge>> Chains, long ChainCount, RemovalCost Cost);

/// <summary>
/// What leaves an image when packages are chosen as they were, but for some requests: alternatives stay as they were taken, what others need as well
/// stays, and what came by <c>install_if</c> leaves with the first of its conditions.
/// </summary>
/// <param name="Leaving">The packages that leave, by name.</param>
/// <param name="Files">Their files and links.</param>
/// <param name="Bytes">The content of their files, in bytes. What effects made of them, such as <c>ld.so.cache</c>, and the package database are not counted.</param>
/// <param name="Leaves">Whether the package that was asked about leaves too.</param>
public sealed record RemovalCost(ImmutableArray<PackageId> Leaving, int Files, long Bytes, bool Leaves);
