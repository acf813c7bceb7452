using System.Collections.Immutable;

namespace Bothy.Packages.Debian;

/// <summary>
/// One relation to a package by name: <c>name[:qualifier] [(operator version)]</c> (Debian policy 7.1).
/// </summary>
/// <param name="Name">The name of a package, real or virtual.</param>
/// <param name="Qualifier">What follows a colon: <c>any</c>, <c>native</c> or an architecture; null where nothing does.</param>
/// <param name="Operator">How <paramref name="Version"/> bounds the package's version.</param>
/// <param name="Version">The bound; meaningless with <see cref="RelationOperator.Any"/>.</param>
public sealed record Relation(string Name, string? Qualifier, RelationOperator Operator, DebianVersion Version)
{
    /// <summary>The architectures of a restriction list <c>[amd64 !i386]</c>; empty where there is none. Indexes of binary packages have none.</summary>
    public ImmutableArray<string> Architectures { get; init; } = [];

    /// <summary>Whether <paramref name="version"/> is within the relation's bound.</summary>
    public bool Admits(DebianVersion version) => Operator switch
    {
        RelationOperator.Any => true,
        RelationOperator.Earlier => version.CompareTo(Version) < 0,
        RelationOperator.EarlierOrEqual => version.CompareTo(Version) <= 0,
        RelationOperator.Equal => version.CompareTo(Version) == 0,
        RelationOperator.LaterOrEqual => version.CompareTo(Version) >= 0,
        RelationOperator.Later => version.CompareTo(Version) > 0,
        _ => throw new InvalidOperationException($"no such operator: {Operator}"),
    };

    /// <summary>Whether the restriction list, if any, leaves the relation standing for <paramref name="architecture"/>.</summary>
    public bool AppliesTo(string architecture) =>
        Architectures.IsEmpty
        || (Architectures[0].StartsWith('!')
            ? !Architectures.Contains("!" + architecture, StringComparer.Ordinal)
            : Architectures.Contains(architecture, StringComparer.Ordinal));

    /// <summary>As policy writes it: <c>libc6:any (&gt;= 2.36)</c>.</summary>
    public override string ToString()
    {
        string name = Qualifier is null ? Name : $"{Name}:{Qualifier}";
        return Operator switch
        {
            RelationOperator.Earlier => $"{name} (<< {Version})",
            RelationOperator.EarlierOrEqual => $"{name} (<= {Version})",
            RelationOperator.Equal => $"{name} (= {Version})",
            RelationOperator.LaterOrEqual => $"{name} (>= {Version})",
            RelationOperator.Later => $"{name} (>> {Version})",
            _ => name,
        };
    }
}

/// <summary>Alternatives of which one is enough, the preferred first: <c>a | b (>= 2)</c>.</summary>
public sealed record RelationGroup(ImmutableArray<Relation> Alternatives)
{
    /// <summary>As policy writes it, the alternatives separated by <c>|</c>.</summary>
    public override string ToString() => string.Join(" | ", Alternatives);

    /// <inheritdoc />
    public bool Equals(RelationGroup? other) => other is not null && Alternatives.SequenceEqual(other.Alternatives);

    /// <inheritdoc />
    public override int GetHashCode() => Alternatives.Length == 0 ? 0 : Alternatives[0].GetHashCode();
}
