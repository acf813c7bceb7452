namespace Bothy.Packages.Alpine;

/// <summary>
/// An index of packages as solving asks for it. Packages are numbered from 0 in the order of the text, and found by three kinds of
/// name through tables, so that of 20,000 only the few hundred near a solution are ever parsed. Safe for use by several threads.
/// </summary>
public interface IApkIndex
{
    /// <summary>Where the index comes from.</summary>
    ApkIndexOrigin Origin { get; }

    /// <summary>How many packages there are.</summary>
    int Count { get; }

    /// <summary>The package at <paramref name="entry"/>: parsed when it is first asked for, the same object ever after.</summary>
    /// <exception cref="MalformedDataException">A field of it is wrong.</exception>
    ApkPackage this[int entry] { get; }

    /// <summary>The entries that are called <paramref name="name"/> (<c>P:</c>), ascending.</summary>
    ReadOnlySpan<int> Named(string name);

    /// <summary>The entries that say they provide <paramref name="name"/>, with a version or without (<c>p:</c>), ascending, each once.</summary>
    ReadOnlySpan<int> Providing(string name);

    /// <summary>The entries among whose conditions <paramref name="name"/> is, and not as a conflict (<c>i:</c>), ascending, each once.</summary>
    ReadOnlySpan<int> InstalledIf(string name);

    /// <summary>The names of all packages, in the order of the text; one that has several versions may come several times.</summary>
    IEnumerable<string> Names();
}
