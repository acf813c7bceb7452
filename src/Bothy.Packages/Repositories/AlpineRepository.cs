using Bothy.Packages.Alpine;
using Bothy.Packages.Alpine.Adb;
using Bothy.Packages.Alpine.Writing;

namespace Bothy.Packages.Repositories;

/// <summary>A repository of apk packages with everything that is needed to fetch and to trust it.</summary>
public sealed record AlpineRepository
{
    /// <summary>The root of the repository, with a slash at its end: below it is a directory for each architecture. Or an index file itself, beside which its packages are.</summary>
    public required Uri Uri { get; init; }

    /// <summary>The tag that a request must name to get packages from here (<c>@edge</c>), without the sign; null where it need not.</summary>
    public string? Tag { get; init; }

    /// <summary>The keys of which one must have signed it.</summary>
    public required ApkKeyring Keys { get; init; }

    private bool IsIndexFile => !Uri.AbsolutePath.EndsWith('/');

    /// <summary>Makes a repository of what an image file or <c>/etc/apk/repositories</c> says after the tag.</summary>
    /// <param name="location">An <c>http:</c>, <c>https:</c> or <c>file:</c> address, or a path; of a repository's root or of an index file.</param>
    /// <param name="tag">The tag without its sign; null where there is none.</param>
    /// <param name="directory">What a relative path is relative to.</param>
    /// <param name="keys">The keys of which one must have signed it.</param>
    /// <exception cref="BothyException"><paramref name="location"/> is none of that.</exception>
    public static AlpineRepository Create(string location, string? tag, string directory, ApkKeyring keys)
    {
        ArgumentException.ThrowIfNullOrEmpty(location);
        ArgumentNullException.ThrowIfNull(directory);
        ArgumentNullException.ThrowIfNull(keys);
        if (!Uri.TryCreate(AddressOf(location, directory), UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https" or "file") || uri.Query.Length > 0 || uri.Fragment.Length > 0)
        {
            throw new BothyException($"cannot use the repository '{location}': want an http, https or file address, or a path");
        }

        bool isFile = uri.AbsolutePath.EndsWith(".tar.gz", StringComparison.Ordinal) || uri.AbsolutePath.EndsWith(".adb", StringComparison.Ordinal);
        return new AlpineRepository
        {
            Uri = isFile || uri.AbsolutePath.EndsWith('/') ? uri : new Uri(uri.AbsoluteUri + "/"),
            Tag = tag,
            Keys = keys,
        };
    }

    /// <summary>Where the index for <paramref name="architecture"/> (apk's name) is.</summary>
    public Uri IndexUri(string architecture) => IsIndexFile ? Uri : new Uri(Uri, $"{Escape(architecture)}/{ApkIndexWriter.FileName}");

    /// <summary>Where the index of format 3 for <paramref name="architecture"/> is, if there is no other; null where the repository was named by its index.</summary>
    internal Uri? AdbIndexUri(string architecture) => IsIndexFile ? null : new Uri(Uri, $"{Escape(architecture)}/{AdbIndex.FileName}");

    /// <summary>Where a package of the index for <paramref name="architecture"/> is; one of every architecture (<c>noarch</c>) is beside the others.</summary>
    public Uri PackageUri(string architecture, string name, string version) =>
        new(IndexUri(architecture), $"{Escape(name)}-{Escape(version)}.apk");

    /// <summary>As people write it, without credentials: <c>@edge https://mirror.example/alpine/edge/main</c>.</summary>
    public override string ToString() => Tag is null ? DebianRepository.ShownUri(Uri) : $"@{Tag} {DebianRepository.ShownUri(Uri)}";

    private static string AddressOf(string location, string directory)
    {
        if (location.Contains("://", StringComparison.Ordinal))
        {
            return location;
        }

        // The platform wants two slashes more than apt and the standard do.
        return location.StartsWith("file:/", StringComparison.Ordinal)
            ? "file://" + location["file:".Length..]
            : "file://" + EscapePath(Path.GetFullPath(location, Path.GetFullPath(directory)));
    }

    // A plus sign stays one, as apk sends it: some servers take its escape for another file.
    private static string Escape(string part) => Uri.EscapeDataString(part).Replace("%2B", "+", StringComparison.Ordinal);

    private static string EscapePath(string path) => string.Join('/', path.Split('/').Select(Uri.EscapeDataString));
}
