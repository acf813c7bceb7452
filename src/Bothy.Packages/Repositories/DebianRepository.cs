using System.Collections.Immutable;
using Bothy.Formats.OpenPgp;
using Bothy.Packages.Debian;

namespace Bothy.Packages.Repositories;

/// <summary>A source with everything that is needed to fetch and to trust it.</summary>
public sealed record DebianRepository
{
    /// <summary>The root of the archive, with a slash at its end.</summary>
    public required Uri Uri { get; init; }

    /// <summary>The suite, as asked for.</summary>
    public required string Suite { get; init; }

    /// <summary>The components; empty where <see cref="Suite"/> is a path.</summary>
    public required ImmutableArray<string> Components { get; init; }

    /// <summary>The keys of which one must have signed it.</summary>
    public required TrustedKeys Keys { get; init; }

    /// <summary>The architectures that it is limited to; empty: not limited.</summary>
    public ImmutableArray<string> Architectures { get; init; } = [];

    /// <summary>Whether an expired index is refused.</summary>
    public bool CheckValidUntil { get; init; } = true;

    /// <summary>The directory of the Release file.</summary>
    public Uri ReleaseDirectory => new(Uri, Suite.EndsWith('/') ? Suite : $"dists/{Suite}/");

    /// <summary>As people write it, without credentials: <c>http://mirror.example/debian bookworm</c>.</summary>
    public override string ToString() => $"{ShownUri(Uri)} {Suite}";

    /// <summary>Finds the archive and the keys of each source.</summary>
    /// <exception cref="BothyException">There is no mirror or no key for one of them.</exception>
    public static ImmutableArray<DebianRepository> ResolveAll(IEnumerable<AptSource> sources, DebianMirrors mirrors, DebianKeys keys)
    {
        ArgumentNullException.ThrowIfNull(sources);
        ArgumentNullException.ThrowIfNull(mirrors);
        ArgumentNullException.ThrowIfNull(keys);
        var repositories = ImmutableArray.CreateBuilder<DebianRepository>();
        foreach (var source in sources)
        {
            var archive = mirrors.Resolve(source);
            repositories.Add(new DebianRepository
            {
                Uri = archive.Uri,
                Suite = source.Suite,
                Components = source.Components,
                Keys = keys.For(archive),
                Architectures = source.Architectures,
                CheckValidUntil = source.CheckValidUntil,
            });
        }

        return repositories.ToImmutable();
    }

    internal static string ShownUri(Uri uri) =>
        (uri.IsFile ? uri.LocalPath : uri.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped)).TrimEnd('/');
}

/// <summary>Keys that may sign an archive.</summary>
/// <param name="Keyring">The keys.</param>
/// <param name="Shown">Where they are from, for people.</param>
public sealed record TrustedKeys(OpenPgpKeyring Keyring, string Shown);

/// <summary>A file of keys that the image file names.</summary>
/// <param name="Name">Its name, for messages.</param>
/// <param name="Bytes">Its content, binary or armoured.</param>
public sealed record KeyFile(string Name, ReadOnlyMemory<byte> Bytes);
