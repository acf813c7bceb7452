using System.Collections.Immutable;
using Bothy.Packages.Debian;

namespace Bothy.Packages.Repositories;

/// <summary>Which of the files that a release lists are read.</summary>
internal static class IndexChoice
{
    // .zst first, which is both smaller than .gz and faster; few archives have it. Then .gz: measured on bookworm's main, our xz decoder takes five times as long as inflating, which costs more than the third
    // that .xz saves on the way, unless the network is slower than about 40 Mbit/s. Many suites have .xz only.
    private static readonly string[] Endings = [".zst", ".gz", ".xz", ""];

    /// <summary>The indexes of the repository's components for <paramref name="architecture"/>, and for all where it has one of its own.</summary>
    /// <exception cref="BothyException">The release has none for a component or the architecture.</exception>
    public static ImmutableArray<WantedIndex> Choose(DebianRepository repository, DebianRelease release, string architecture)
    {
        if (repository.Suite.EndsWith('/'))
        {
            return [Find(repository, release, "Packages", Origin(repository, release, "", architecture)) ?? throw Missing(repository, "it has no Packages file")];
        }

        var wanted = ImmutableArray.CreateBuilder<WantedIndex>();
        foreach (string component in repository.Components)
        {
            var native = Find(repository, release, component, architecture, architecture);
            var all = release.HasIndexForAll || native is null ? Find(repository, release, component, "all", architecture) : null;
            if (native is null && (all is null || !release.Architectures.Contains(architecture, StringComparer.Ordinal)))
            {
                throw Missing(repository, release, component, architecture);
            }

            wanted.AddRange(new[] { native, all }.OfType<WantedIndex>());
        }

        return wanted.ToImmutable();
    }

    private static WantedIndex? Find(DebianRepository repository, DebianRelease release, string component, string directory, string architecture) =>
        Find(repository, release, $"{component}/binary-{directory}/Packages", Origin(repository, release, component, architecture));

    private static WantedIndex? Find(DebianRepository repository, DebianRelease release, string path, DebianIndexOrigin origin) =>
        Endings
            .Select(ending => release.Find(path + ending))
            .OfType<ReleaseFile>()
            .Select(file => new WantedIndex(repository, file, release.Find(path)?.Size, release.AcquireByHash, origin))
            .FirstOrDefault();

    private static DebianIndexOrigin Origin(DebianRepository repository, DebianRelease release, string component, string architecture) => new()
    {
        Archive = repository.Uri,
        Suite = release.Suite ?? release.Codename ?? repository.Suite,
        Codename = release.Codename ?? release.Suite ?? repository.Suite,
        Component = component,
        Architecture = architecture,
        Priority = release.Priority,
    };

    private static BothyException Missing(DebianRepository repository, DebianRelease release, string component, string architecture)
    {
        if (!release.Architectures.Contains(architecture, StringComparer.Ordinal))
        {
            return Missing(repository, $"it has no packages for {architecture}", $"It has them for {string.Join(", ", release.Architectures)}.");
        }

        // Security suites list 'updates/main' and mean 'main'.
        var components = release.Components.Select(name => name[(name.LastIndexOf('/') + 1)..]);
        return Missing(repository, $"it has no component {component} for {architecture}", $"It has {string.Join(", ", components)}.");
    }

    private static BothyException Missing(DebianRepository repository, string reason, string? hint = null) =>
        new($"cannot use {repository}: {reason}") { Hint = hint };
}
