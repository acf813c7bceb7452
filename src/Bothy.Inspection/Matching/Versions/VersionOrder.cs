using System.Diagnostics.CodeAnalysis;

namespace Bothy.Inspection.Matching.Versions;

/// <summary>
/// The order of one world's versions. What is no version by that world's rules has no place in its order: it is said to be none, since a guess would make a finding
/// of nothing, or nothing of a finding.
/// </summary>
public abstract class VersionOrder
{
    /// <summary>The longest text that is looked at, in characters; real versions have a tenth of it.</summary>
    public const int MaxLength = 512;

    /// <summary>What a version is called in messages: <c>a Debian version</c>.</summary>
    public abstract string Kind { get; }

    /// <summary>Whether <paramref name="text"/> is a version here.</summary>
    public abstract bool IsVersion(string text);

    /// <summary>Compares two versions.</summary>
    /// <param name="a">The one.</param>
    /// <param name="b">The other.</param>
    /// <param name="order">Less than 0 where <paramref name="a"/> is earlier, 0 where neither is, more than 0 where it is later.</param>
    /// <returns>False where one of them is no version.</returns>
    public abstract bool TryCompare(string a, string b, out int order);
}

/// <summary>An order over versions that are read into values.</summary>
internal sealed class VersionOrder<T>(string kind, VersionOrder<T>.Reader read, Comparison<T> compare) : VersionOrder
    where T : notnull
{
    /// <summary>Reads a version; false where the text is none.</summary>
    public delegate bool Reader(string text, [NotNullWhen(true)] out T? version);

    public override string Kind => kind;

    public override bool IsVersion(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length <= MaxLength && read(text, out _);
    }

    public override bool TryCompare(string a, string b, out int order)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        bool readable = a.Length <= MaxLength & b.Length <= MaxLength;
        order = 0;
        if (!readable || !read(a, out var left) || !read(b, out var right))
        {
            return false;
        }

        order = compare(left, right);
        return true;
    }
}
