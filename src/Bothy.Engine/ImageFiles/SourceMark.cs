namespace Bothy.Engine.ImageFiles;

/// <summary>Where in an image file something stands: the file as it was named, and the line and column, each counted from 1.</summary>
public sealed record SourceMark(string File, int Line, int Column) : IComparable<SourceMark>
{
    /// <summary>By file, line and column.</summary>
    public int CompareTo(SourceMark? other)
    {
        if (other is null)
        {
            return 1;
        }

        int byFile = string.CompareOrdinal(File, other.File);
        int byLine = byFile != 0 ? byFile : Line.CompareTo(other.Line);
        return byLine != 0 ? byLine : Column.CompareTo(other.Column);
    }

    /// <summary><c>file:line:column</c>, as compilers write it.</summary>
    public override string ToString() => FormattableString.Invariant($"{File}:{Line}:{Column}");
}

/// <summary>A value of an image file and where it stands. Two are equal when their values are: the place is not part of what was said.</summary>
public sealed record Marked<T>(T Value, SourceMark Mark)
{
    /// <summary>Whether both say the same.</summary>
    public bool Equals(Marked<T>? other) => other is not null && EqualityComparer<T>.Default.Equals(Value, other.Value);

    /// <inheritdoc />
    public override int GetHashCode() => Value is null ? 0 : EqualityComparer<T>.Default.GetHashCode(Value);

    /// <summary>The value alone.</summary>
    public override string ToString() => Value?.ToString() ?? "";
}
