using System.Collections.Immutable;
using Bothy.Formats.Trees;
using Bothy.Inspection.Linkage;

namespace Bothy.Engine.Assembly.Effects;

/// <summary>Refuses an image in which something kept needs a library of a package that was left out.</summary>
internal static class OmittedPackages
{
    /// <exception cref="BothyException">A file needs a library that nothing in the tree has, and packages were omitted.</exception>
    public static void Check(AssemblyState state, ImmutableArray<string> omitted, CancellationToken cancellationToken)
    {
        if (omitted.IsEmpty)
        {
            return;
        }

        foreach (var missing in MissingLibraries.Find(state.Tree, cancellationToken))
        {
            if (Provider(missing, state, omitted) is { } package)
            {
                throw new BothyException($"cannot assemble: {missing.File.Path} needs {missing.Library}, but '{package}' is omitted")
                {
                    Hint = $"Take '{package}' out of 'contents.omit'.",
                };
            }
        }
    }

    // Which files an omitted package would have brought is not known. A library's package is named after the library (Debian policy
    // 8.1), or the package of the file that needs it depends on it; where neither fits, the file is one that does without.
    private static string? Provider(MissingLibrary missing, AssemblyState state, ImmutableArray<string> omitted)
    {
        int so = missing.Library.IndexOf(".so", StringComparison.Ordinal);
        string name = so < 0 ? missing.Library : missing.Library[..so];
        string version = so < 0 ? "" : missing.Library[(so + 3)..].TrimStart('.');
        string separator = name.Length > 0 && char.IsAsciiDigit(name[^1]) ? "-" : "";
        string expected = Plain(name + separator + version);
        return omitted.FirstOrDefault(package => Plain(package) == expected) ?? Dependencies(missing.File, state).FirstOrDefault(IsOmittedLibrary);

        bool IsOmittedLibrary(string package) =>
            package.Contains("lib", StringComparison.Ordinal) && omitted.Contains(package, StringComparer.Ordinal);
    }

    private static IEnumerable<string> Dependencies(TreeEntry file, AssemblyState state) =>
        state.Packages.FirstOrDefault(package => package.Origin == file.Origin) is { } owner
            ? owner.Dependencies
            : [];

    private static string Plain(string name)
    {
        string lower = name.ToLowerInvariant().Replace('_', '-');
        return lower.EndsWith("t64", StringComparison.Ordinal) ? lower[..^3] : lower;
    }
}
