using System.Collections.Immutable;

namespace Bothy.Engine.Locking;

/// <summary>
/// What was decided for an image, whole: which packages by digest, why each, and on whose word. A build from a lock solves
/// nothing and reads no index.
/// </summary>
public sealed record LockFile
{
    /// <summary>The tool that decided.</summary>
    public required LockedTool Tool { get; init; }

    /// <summary>What was asked: a lock whose inputs are no longer those of the image file is stale.</summary>
    public required LockedInputs Inputs { get; init; }

    /// <summary>The decision for each architecture, in the order asked for.</summary>
    public required ImmutableArray<LockedArchitecture> Architectures { get; init; }

    /// <summary>Where the lock of the image file <paramref name="imageFile"/> is kept unless said otherwise: <c>x.lock.json</c> beside <c>x.yaml</c>.</summary>
    public static string DefaultPath(string imageFile) => Path.ChangeExtension(imageFile, ".lock.json");
}

/// <summary>The tool that made a lock.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Version">Its version.</param>
/// <param name="Compression">The contract of its compression: the same contract gives the same bytes.</param>
public sealed record LockedTool(string Name, string Version, string Compression);

/// <summary>What a solution depends on of an image file, in its words.</summary>
/// <param name="Repositories">The repository lines.</param>
/// <param name="Packages">The requests.</param>
/// <param name="Omit">The packages to leave out.</param>
/// <param name="Architectures">The architectures, in OCI's names.</param>
public sealed record LockedInputs(
    ImmutableArray<string> Repositories,
    ImmutableArray<string> Packages,
    ImmutableArray<string> Omit,
    ImmutableArray<string> Architectures);
