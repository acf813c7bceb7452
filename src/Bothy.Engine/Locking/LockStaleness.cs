using System.Collections.Immutable;
using Bothy.Engine.ImageFiles;

namespace Bothy.Engine.Locking;

/// <summary>Compares an image file with its lock.</summary>
public static class LockStaleness
{
    /// <summary>
    /// What of <paramref name="spec"/>, to be built for <paramref name="architectures"/>, is not what <paramref name="lockFile"/>
    /// resolved, a sentence without full stop each; empty where the lock is good.
    /// </summary>
    /// <param name="lockFile">The lock.</param>
    /// <param name="spec">The image file as it is now.</param>
    /// <param name="architectures">What for.</param>
    /// <param name="slices">The digest of the release that its slices are defined by now; null leaves it aside.</param>
    public static ImmutableArray<string> Of(LockFile lockFile, ImageSpec spec, IEnumerable<ImageArchitecture> architectures, Digest? slices = null)
    {
        ArgumentNullException.ThrowIfNull(lockFile);
        var (old, now) = (lockFile.Inputs, LockInputs.Of(spec));
        return
        [
            .. Changes("repository", "repositories", old.Repositories, now.Repositories, ordered: true),
            .. Changes("key", "keyring", old.Keyring, now.Keyring, ordered: false),
            .. Changes("package", "packages", old.Packages, now.Packages, ordered: true),
            .. Changes("package", "omit", old.Omit, now.Omit, ordered: false),
            .. ChangedSettings(old.Settings, now.Settings),
            .. slices is not null && lockFile.Slices is not null && lockFile.Slices != slices ? [$"the slice definitions in '{spec.Contents.Slices?.Value}' changed"] : Array.Empty<string>(),
            .. architectures
                .Where(architecture => !lockFile.Architectures.ContainsKey(architecture.Name))
                .Select(static architecture => $"architecture {architecture.Name} is not in the lock")
                .Distinct(StringComparer.Ordinal),
        ];
    }

    /// <summary>The same for the architectures that the image file names.</summary>
    public static ImmutableArray<string> Of(LockFile lockFile, ImageSpec spec) =>
        Of(lockFile, spec, spec.Architectures.Select(static architecture => architecture.Value));

    private static IEnumerable<string> Changes(string what, string key, ImmutableArray<string> old, ImmutableArray<string> now, bool ordered)
    {
        string[] added = [.. now.Except(old, StringComparer.Ordinal)];
        string[] removed = [.. old.Except(now, StringComparer.Ordinal)];
        bool moved = ordered && added.Length + removed.Length == 0
            && !old.Distinct(StringComparer.Ordinal).SequenceEqual(now.Distinct(StringComparer.Ordinal), StringComparer.Ordinal);
        return
        [
            .. added.Select(value => $"{what} '{value}' was added to {key}"),
            .. removed.Select(value => $"{what} '{value}' was removed from {key}"),
            .. moved ? [$"the order of {key} changed"] : Array.Empty<string>(),
        ];
    }

    private static IEnumerable<string> ChangedSettings(ImmutableSortedDictionary<string, string> old, ImmutableSortedDictionary<string, string> now) =>
        old.Keys.Union(now.Keys, StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)

            // A lock of both variants is one of the image as well.
            .Where(key => key != LockInputs.Debug || now.ContainsKey(key))
            .Where(key => old.GetValueOrDefault(key) != now.GetValueOrDefault(key))
            .Select(key => (old.GetValueOrDefault(key), now.GetValueOrDefault(key)) switch
            {
                (null, { } value) => $"{key} was set to '{value}'",
                ({ } value, null) => $"{key} is no longer '{value}'",
                var (from, to) => $"{key} was changed from '{from}' to '{to}'",
            });
}
