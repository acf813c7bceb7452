namespace Bothy.Packages.Alpine;

/// <summary>Where an index of packages comes from.</summary>
/// <param name="Repository">The repository's address as people may see it.</param>
/// <param name="Architecture">The architecture of the index, by apk's name. Its packages have this one or <c>noarch</c>.</param>
/// <param name="Tag">The tag that pins packages to the repository (<c>@edge</c>), without the sign; null where it has none.</param>
public sealed record ApkIndexOrigin(string Repository, string Architecture, string? Tag)
{
    /// <summary>As a repositories file has it: <c>@edge https://mirror.example/edge/main</c>.</summary>
    public override string ToString() => Tag is null ? Repository : $"@{Tag} {Repository}";
}
