using Bothy.Packages;

namespace Bothy.Inspection.Graph;

/// <summary>How one package leads to another.</summary>
public enum EdgeKind
{
    /// <summary>Debian's <c>Depends</c>, apk's <c>depend</c>.</summary>
    Depends,

    /// <summary>Debian's <c>Pre-Depends</c>.</summary>
    PreDepends,

    /// <summary>Debian's <c>Recommends</c>, where the solver was told to follow it.</summary>
    Recommends,

    /// <summary>apk's <c>install_if</c>: the package came by itself because all the packages of its conditions are there.</summary>
    InstallIf,

    /// <summary>A slice of the one package needs a slice of the other.</summary>
    Essential,
}

/// <summary>That <paramref name="From"/> is a reason for <paramref name="To"/> to be in the image.</summary>
/// <param name="From">Who says the relation; with <see cref="EdgeKind.InstallIf"/> a package that <paramref name="To"/> names as a condition.</param>
/// <param name="To">The package that is there for it.</param>
/// <param name="Kind">How it leads there.</param>
/// <param name="Relation">The whole relation with its alternatives (<c>a | b (>= 2)</c>); with <see cref="EdgeKind.InstallIf"/> all conditions, with <see cref="EdgeKind.Essential"/> both slices.</param>
/// <param name="Alternative">The one of the alternatives, or of the conditions, that is meant.</param>
/// <param name="Provides">The virtual name through which <paramref name="To"/> was taken; null where it has that name itself.</param>
public sealed record PackageEdge(PackageId From, PackageId To, EdgeKind Kind, string Relation, string Alternative, string? Provides)
{
    /// <summary>Whether this edge is what first brought <see cref="To"/>; where a relation has several takers, the one it brought is the one it holds.</summary>
    public bool IsDecisive { get; init; }

    /// <summary>Whether another alternative than the first was taken, or a package by what it provides.</summary>
    public bool IsChoice => Provides is not null || (Kind is not (EdgeKind.InstallIf or EdgeKind.Essential) && Relation != Alternative && !Relation.StartsWith($"{Alternative} | ", StringComparison.Ordinal));

    /// <summary>The field of the package's stanza, as its distribution writes it.</summary>
    public string Field => Kind switch
    {
        EdgeKind.Depends => "Depends",
        EdgeKind.PreDepends => "Pre-Depends",
        EdgeKind.Recommends => "Recommends",
        EdgeKind.InstallIf => "install_if",
        EdgeKind.Essential => "essential",
        _ => throw new InvalidOperationException($"no such kind of edge: {Kind}"),
    };
}
