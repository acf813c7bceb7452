using System.Collections.Immutable;

namespace Bothy.Packages.Alpine.Writing;

/// <summary>A package that an index will list.</summary>
/// <param name="Info">Its description, with the architecture that the index says.</param>
/// <param name="Checksum">Its identity.</param>
/// <param name="Size">The size of its file in bytes.</param>
/// <param name="KeyName">The file name of the key that signed it; null where none did, and the user allowed that.</param>
public sealed record IndexedApk(ApkPkgInfo Info, ApkChecksum Checksum, long Size, string? KeyName);

/// <summary>
/// Collects packages for an index, each verified as far as a file on its own can be: its signature, the digest of its data, and its
/// name. Knows nothing of directories.
/// </summary>
public sealed class ApkIndexBuilder
{
    private readonly SortedDictionary<ApkChecksum, IndexedApk> _packages = [];
    private readonly Dictionary<(string Name, string Version), string> _sources = [];

    /// <summary>The keys of which one must have signed each package.</summary>
    public required ApkKeyring Keys { get; init; }

    /// <summary>Take packages that no key signed as well.</summary>
    public bool AllowUntrusted { get; init; }

    /// <summary>What the index says as the architecture of every package; null for their own.</summary>
    public string? Architecture { get; init; }

    /// <summary>The packages in the order of the index: by name without regard to capitals, then by version.</summary>
    public ImmutableArray<IndexedApk> Packages => [.. _packages.Values.Order(IndexOrder.Instance)];

    /// <summary>The stanzas for <see cref="ApkIndexWriter"/>.</summary>
    public IEnumerable<string> Stanzas => Packages.Select(package => package.Info.ToIndexStanza(package.Checksum, package.Size));

    /// <summary>When the newest package was built, in seconds since 1970: the time of an index that is to depend on its packages alone.</summary>
    public long NewestBuild => _packages.Values.Select(package => package.Info.BuildTime).DefaultIfEmpty().Max();

    /// <summary>The names that packages need and none of them has or provides, in ordinal order.</summary>
    public ImmutableArray<string> MissingNames
    {
        get
        {
            var present = _packages.Values
                .SelectMany(package => package.Info.Provides.Select(NameOf).Append(package.Info.Name))
                .ToHashSet(StringComparer.Ordinal);
            return [.. _packages.Values
                .SelectMany(package => package.Info.Depends)
                .Where(dependency => !dependency.StartsWith('!'))
                .Select(NameOf)
                .Where(name => !present.Contains(name))
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal)];
        }
    }

    /// <summary>Reads a package to its end and adds it; the same one again changes nothing.</summary>
    /// <param name="apk">Its file, which seeks.</param>
    /// <param name="size">How many bytes that has.</param>
    /// <param name="source">What messages call it.</param>
    /// <exception cref="BothyException">It is no package of format 2, is damaged or not signed by a known key, or another has its name and version.</exception>
    public IndexedApk Add(Stream apk, long size, string source)
    {
        ArgumentNullException.ThrowIfNull(apk);
        Span<byte> start = stackalloc byte[Adb.AdbReader.MagicLength];
        int read = apk.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        if (Adb.AdbReader.IsAdb(start[..read]))
        {
            throw new BothyException($"cannot index {source}: it is of format 3, which an index of format 2 cannot list");
        }

        apk.Position = 0;
        var facts = new ApkReader(apk, size, source).ReadFacts(Keys);
        if (facts.Verdict.KeyName is null && !AllowUntrusted)
        {
            throw new BothyException($"cannot index {source}: {facts.Verdict.Problem}") { Hint = facts.Verdict.Hint };
        }

        var info = Architecture is null ? facts.Info : facts.Info with { Architecture = Architecture };
        var package = new IndexedApk(info, facts.Checksum, size, facts.Verdict.KeyName);
        if (_packages.TryAdd(package.Checksum, package) && !_sources.TryAdd((info.Name, info.Version), source))
        {
            throw new BothyException($"cannot index {source}: {_sources[(info.Name, info.Version)]} is {info.Name}-{info.Version} too, and has other content");
        }

        return package;
    }

    private static string NameOf(string dependency) => ApkDependency.TryParseIndexed(dependency, out var parsed) ? parsed.Name : dependency;

    private sealed class IndexOrder : IComparer<IndexedApk>
    {
        public static IndexOrder Instance { get; } = new();

        public int Compare(IndexedApk? x, IndexedApk? y)
        {
            var (a, b) = (x!.Info, y!.Info);
            int byName = CompareNames(a.Name, b.Name);
            return byName != 0 ? byName : CompareVersions(a.Version, b.Version);
        }

        // Lower case, and not upper: an underscore stands before the letters.
        private static int CompareNames(string a, string b)
        {
            int folded = string.CompareOrdinal(a.ToLowerInvariant(), b.ToLowerInvariant());
            return folded != 0 ? folded : string.CompareOrdinal(a, b);
        }

        // What is no version stands behind what is one.
        private static int CompareVersions(string a, string b)
        {
            bool isFirst = ApkVersion.TryParse(a, null, out var first);
            bool isSecond = ApkVersion.TryParse(b, null, out var second);
            int byVersion = isFirst && isSecond ? first.CompareTo(second) : isSecond.CompareTo(isFirst);
            return byVersion != 0 ? byVersion : string.CompareOrdinal(a, b);
        }
    }
}
