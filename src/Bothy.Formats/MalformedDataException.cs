namespace Bothy;

/// <summary>Bytes which do not follow their format. Carries where, so that the message can be checked with a hex dump.</summary>
public sealed class MalformedDataException : BothyException
{
    /// <summary>Creates the failure for the bytes at <paramref name="offset"/> of <paramref name="source"/>.</summary>
    public MalformedDataException(string source, long offset, string problem)
        : base(FormattableString.Invariant($"cannot read {source}: {problem} (at byte {offset})"))
    {
        Offset = offset;
        Problem = problem;
    }

    /// <summary>Where in the source the bad bytes begin.</summary>
    public long Offset { get; }

    /// <summary>What is wrong with them, without where.</summary>
    public string Problem { get; }
}
