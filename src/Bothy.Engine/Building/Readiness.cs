using System.Collections.Immutable;
using Bothy.Engine.ImageFiles;

namespace Bothy.Engine.Building;

/// <summary>Says which parts of an image file this version reads but cannot build. Leaving them out silently would be a different image.</summary>
internal static class Readiness
{
    private static readonly ImmutableArray<(string Key, string What)> NotBuilt =
    [
        ("contents.slices", "slices of packages"),
        ("contents.files", "local files"),
        ("contents.base", "building on another image"),
        ("contents.baseimage", "building on another image"),
        ("entrypoint.services", "a bundle of services"),
        ("debug", "debug variants"),
        ("init", "an init program"),
        ("policy", "policies"),
        ("tests", "tests"),
    ];

    /// <summary>Refuses what cannot be built.</summary>
    /// <exception cref="BothyException">There is something; the message names each place.</exception>
    public static void Check(ImageSpec spec)
    {
        var problems = NotBuilt
            .Where(feature => spec.MarkOf(feature.Key) is not null && !(feature.Key == "debug" && !spec.Debug))
            .Select(feature => (Mark: spec.MarkOf(feature.Key)!.Value, Text: $"'{feature.Key}': this version does not build {feature.What} yet"))
            .Concat(spec.Contents.Repositories.Concat(spec.Contents.BuildRepositories)
                .OfType<RepositorySpec.Alpine>()
                .Select(repository => (repository.Mark, Text: $"'{repository.Text}': this version does not build from apk repositories yet")))
            .OrderBy(problem => problem.Mark)
            .Select(problem => $"{problem.Mark}: {problem.Text}")
            .ToList();
        if (problems.Count > 0)
        {
            throw new BothyException($"cannot build {spec.FileName}:\n  {string.Join("\n  ", problems)}");
        }
    }
}
