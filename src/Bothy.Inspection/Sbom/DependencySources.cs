using Bothy.Inspection.Graph;

namespace Bothy.Inspection.Sbom;

/// <summary>Where the dependencies in a bill come from, in words.</summary>
internal static class DependencySources
{
    public static string Sentence(GraphSource source) => $"dependencies: {Word(source)}";

    // Wherever the lock was found, it is the same lock, and the bill is to be the same.
    public static string Word(GraphSource source) => source switch
    {
        GraphSource.BuildRecord or GraphSource.AttachedLock or GraphSource.LockFile => "from the lock that the image was built from, with the choices made",
        GraphSource.Inferred => "inferred from the package database",
        _ => throw new InvalidOperationException($"no such source: {source}"),
    };
}
