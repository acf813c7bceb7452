namespace Bothy.Packages.Slices;

/// <summary>What kind of mistake a release has.</summary>
public enum SliceMistake
{
    /// <summary>A file is not what the format asks for: not YAML, an unknown key, a value of the wrong kind.</summary>
    Format,

    /// <summary>A slice, a package or an archive is named that the release does not have.</summary>
    UnknownReference,

    /// <summary>Slices need each other in a circle.</summary>
    Cycle,

    /// <summary>Slices say different things about one path, or take it from different packages.</summary>
    Conflict,

    /// <summary>A <c>prefer</c> that decides nothing, or chains of them that form a circle or part.</summary>
    Prefer,

    /// <summary>A <c>mutate</c> script that cannot be read.</summary>
    Script,
}

/// <summary>One mistake of a release, and where it is.</summary>
public sealed record SliceFinding(SlicePlace Place, SliceMistake Mistake, string Text) : IComparable<SliceFinding>
{
    /// <summary>By place, then by text.</summary>
    public int CompareTo(SliceFinding? other)
    {
        int byPlace = other is null ? 1 : Place.CompareTo(other.Place);
        return byPlace != 0 ? byPlace : string.CompareOrdinal(Text, other!.Text);
    }

    /// <summary><c>file:line:column: what is wrong</c>.</summary>
    public override string ToString() => $"{Place}: {Text}";
}
