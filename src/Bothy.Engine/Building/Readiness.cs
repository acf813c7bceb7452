using Bothy.Engine.ImageFiles;

namespace Bothy.Engine.Building;

/// <summary>Says which parts of an image file cannot be built. Leaving them out silently would be a different image.</summary>
internal static class Readiness
{
    /// <summary>Refuses what cannot be built.</summary>
    /// <exception cref="BothyException">There is something; the message names each place.</exception>
    public static void Check(ImageSpec spec)
    {
        var problems = Mixtures(spec)
            .OrderBy(problem => problem.Mark)
            .Select(problem => $"{problem.Mark}: {problem.Text}")
            .ToList();
        if (problems.Count > 0)
        {
            throw new BothyException($"cannot build {spec.FileName}:\n  {string.Join("\n  ", problems)}");
        }
    }

    private static IEnumerable<(SourceMark Mark, string Text)> Mixtures(ImageSpec spec)
    {
        var repositories = spec.Contents.PackageRepositories.ToList();
        if (repositories.Find(other => other.GetType() != repositories[0].GetType()) is { } other)
        {
            yield return (
                other.Mark,
                $"'{other.Text}' beside '{repositories[0].Text}': an image draws its packages from one distribution, since programs of one are not made for the C library of another");
        }
        else if (spec.Contents is { IsAlpine: true, Database: DatabaseChoice.Dpkg or DatabaseChoice.StatusDirectory } && spec.MarkOf("contents.database") is { } mark)
        {
            yield return (mark, "'contents.database': apk's packages are recorded in apk's own database, or not at all");
        }

        if (spec.Contents is { IsAlpine: true, Slices: not null } && spec.MarkOf("contents.slices") is { } slices)
        {
            yield return (slices, "'contents.slices': slices are cut from Debian packages; apk's are small as they are");
        }
    }
}
