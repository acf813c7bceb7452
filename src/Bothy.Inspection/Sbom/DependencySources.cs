using Bothy.Inspection.Graph;

namespace Bothy.Inspection.Sbom;

/// <summary>Where the dependencies in a bill come from, in words.</summary>
internal static class DependencySources
{
    public static string Sentence(GraphSource source) => $"dependencies: {Word(source)}";

    public static string Word(GraphSource source) => source switch
    {
        GraphSource.BuildRecord => "from the lock that the image was built from, with the choices made",
        GraphSource.AttachedLock => "from the lock attached to the image, with the choices made",
        GraphSource.LockFile => "from the lock of the image file, with the choices made",
        GraphSource.Inferred => "inferred from the package database",
        _ => throw new InvalidOperationException($"no such source: {source}"),
    };
}
