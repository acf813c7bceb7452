using System.Collections.Immutable;
using Bothy.Engine.Building;
using Bothy.Engine.ImageFiles;

namespace Bothy.Engine.LocalFiles;

/// <summary>Which local files an image is to have.</summary>
internal sealed record LocalFileRequest
{
    /// <summary>The image file's directory: a full path.</summary>
    public required string Project { get; init; }

    /// <summary>What the image file names.</summary>
    public required ImmutableArray<LocalFileSpec> Files { get; init; }

    /// <summary>Whether files may come from outside <see cref="Project"/>.</summary>
    public bool AllowOutside { get; init; }

    /// <summary>Whether the image file came with an image, which its local files do not.</summary>
    public bool HasTravelled { get; init; }

    /// <summary>Whether it asks for the same files as <paramref name="other"/>, wherever that is written.</summary>
    public bool IsSameAs(LocalFileRequest other) =>
        (Project, AllowOutside) == (other.Project, other.AllowOutside)
        && Files.Length == other.Files.Length
        && Files.Zip(other.Files).All(static pair => pair.First with { Exclude = pair.Second.Exclude } == pair.Second && pair.First.Exclude.SequenceEqual(pair.Second.Exclude, StringComparer.Ordinal));

    /// <summary>What <paramref name="spec"/> asks for.</summary>
    public static LocalFileRequest Of(ImageSpec spec, BuildSettings settings) => new()
    {
        Project = settings.DirectoryOf(spec),
        Files = spec.Contents.Files,
        AllowOutside = settings.AllowOutside,
        HasTravelled = spec.Files.IsEmpty,
    };
}
