using Bothy.Formats.Trees;

namespace Bothy.Engine.Assembly.Alpine;

/// <summary>Which directories a package's triggers are for.</summary>
internal static class ApkTriggers
{
    /// <summary>Those of <paramref name="directories"/> that one of the package's patterns matches, as the trigger script gets them.</summary>
    public static IEnumerable<string> Met(UnpackedApk package, IEnumerable<TreePath> directories)
    {
        // A '+' limits a trigger to directories that have changed, and in a new image all have.
        string[] patterns = [.. package.Info.Triggers.Select(static pattern => pattern.TrimStart('+').TrimStart('/'))];
        return directories
            .Where(directory => patterns.Any(pattern => PathPattern.Matches(pattern, directory.Value, crossSlashes: false)))
            .Select(static directory => directory.ToString());
    }
}
