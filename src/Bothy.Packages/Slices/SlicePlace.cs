namespace Bothy.Packages.Slices;

/// <summary>Where in a release something stands: the file as it is shown to people, and the line and column, each counted from 1.</summary>
public readonly record struct SlicePlace(string File, int Line, int Column) : IComparable<SlicePlace>
{
    /// <summary>By file, line and column.</summary>
    public int CompareTo(SlicePlace other)
    {
        int byFile = string.CompareOrdinal(File, other.File);
        int byLine = byFile != 0 ? byFile : Line.CompareTo(other.Line);
        return byLine != 0 ? byLine : Column.CompareTo(other.Column);
    }

    /// <summary><c>file:line:column</c>, as compilers write it.</summary>
    public override string ToString() => FormattableString.Invariant($"{File}:{Line}:{Column}");
}
