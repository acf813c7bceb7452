using System.Diagnostics.CodeAnalysis;

namespace Bothy.Oci.Registry;

/// <summary>
/// Names an image in a registry: <c>[HOST[:PORT]/]REPOSITORY[:TAG][@DIGEST]</c>, by the rules that Docker made (distribution's reference
/// package): without a host it is <c>docker.io</c>'s, and there a name of one word is in <c>library/</c>.
/// </summary>
public sealed record ImageReference : ISpanParsable<ImageReference>
{
    private const string DockerHub = "docker.io";
    private const string DefaultTag = "latest";

    private ImageReference(string host, string repository)
    {
        Host = host;
        Repository = repository;
    }

    /// <summary>The registry as it is named, with its port where one is given: <c>docker.io</c>, <c>localhost:5000</c>, <c>[::1]:5000</c>.</summary>
    public string Host { get; }

    /// <summary>The repository there, such as <c>library/alpine</c>.</summary>
    public string Repository { get; }

    /// <summary>The tag; null where none is given, which means <c>latest</c> where there is no digest either.</summary>
    public string? Tag { get; private init; }

    /// <summary>The digest of the manifest or index; null where none is given.</summary>
    public Digest? Digest { get; private init; }

    /// <summary>What to ask the registry for: the digest where there is one, as the tag may have moved on; else the tag.</summary>
    public string Reference => Digest?.ToString() ?? TagOrDefault;

    /// <summary>The tag, <c>latest</c> where none is given.</summary>
    public string TagOrDefault => Tag ?? DefaultTag;

    /// <summary>The registry and the repository, without tag and digest.</summary>
    public string Name => $"{Host}/{Repository}";

    /// <summary>The same repository under <paramref name="tag"/>, without a digest.</summary>
    /// <exception cref="FormatException"><paramref name="tag"/> is not a tag.</exception>
    public ImageReference WithTag(string tag) =>
        NameGrammar.IsTag(tag) ? this with { Tag = tag, Digest = null } : throw new FormatException($"'{tag}' is not a tag: want up to 128 letters, digits or any of _.-");

    /// <summary>The same repository at <paramref name="digest"/>, without a tag.</summary>
    public ImageReference WithDigest(Digest digest) => this with { Tag = null, Digest = digest };

    /// <summary>Reads a reference, or says in <paramref name="reason"/> why it is none.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out ImageReference? reference, [NotNullWhen(false)] out string? reason)
    {
        ArgumentNullException.ThrowIfNull(text);
        reference = null;
        int at = text.IndexOf('@', StringComparison.Ordinal);
        string rest = at < 0 ? text : text[..at];

        // A colon before the last slash belongs to the registry's port.
        int colon = rest.LastIndexOf(':');
        bool tagged = colon > rest.LastIndexOf('/');
        string? tag = tagged ? rest[(colon + 1)..] : null;
        var (host, repository) = NameGrammar.SplitHost(tagged ? rest[..colon] : rest);
        Bothy.Digest digest = default;
        reason = host is not null && !NameGrammar.IsHost(host) ? $"'{host}' is not the name of a registry: want HOST[:PORT]"
            : !NameGrammar.IsRepository(repository) ? WrongRepository(repository)
            : tag is not null && !NameGrammar.IsTag(tag) ? $"'{tag}' is not a tag: want up to 128 letters, digits or any of _.-"
            : at >= 0 && !Bothy.Digest.TryParse(text.AsSpan(at + 1), null, out digest) ? $"'{text[(at + 1)..]}' is not a digest: want sha256: and 64 lower-case hex digits"
            : null;
        if (reason is null)
        {
            reference = Of(host, repository) with { Tag = tag, Digest = at < 0 ? null : digest };
        }

        return reference is not null;
    }

    /// <summary>Reads the name of a registry, <c>HOST[:PORT]</c>, as it is in the references of its images.</summary>
    public static bool TryParseHost(string text, [NotNullWhen(true)] out string? host)
    {
        ArgumentNullException.ThrowIfNull(text);
        host = NameGrammar.IsHost(text) ? Of(text, "x").Host : null;
        return host is not null;
    }

    /// <inheritdoc />
    public static bool TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, [MaybeNullWhen(false)] out ImageReference result) =>
        TryParse(s.ToString(), out result, out _);

    /// <inheritdoc />
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, [MaybeNullWhen(false)] out ImageReference result) =>
        TryParse(s.AsSpan(), provider, out result);

    /// <summary>Reads what <see cref="TryParse(string, out ImageReference?, out string?)"/> reads.</summary>
    /// <exception cref="FormatException"><paramref name="s"/> is not a reference.</exception>
    public static ImageReference Parse(ReadOnlySpan<char> s, IFormatProvider? provider = null) =>
        TryParse(s.ToString(), out var reference, out string? reason) ? reference : throw new FormatException(reason);

    /// <inheritdoc />
    public static ImageReference Parse(string s, IFormatProvider? provider = null) => Parse(s.AsSpan(), provider);

    /// <summary>The whole form, with registry and <c>library/</c>, and with tag and digest where they are given.</summary>
    public override string ToString() => $"{Name}{(Tag is null ? "" : ":" + Tag)}{(Digest is null ? "" : "@" + Digest)}";

    private static ImageReference Of(string? host, string repository) => host switch
    {
        null or DockerHub or "index.docker.io" or "registry-1.docker.io" =>
            new(DockerHub, repository.Contains('/', StringComparison.Ordinal) ? repository : "library/" + repository),
        _ => new(host, repository),
    };

    private static string WrongRepository(string repository) =>
        repository.Any(char.IsAsciiLetterUpper)
            ? $"'{repository}' is not the name of a repository: it has to be in lower case"
            : $"'{repository}' is not the name of a repository: want lower-case letters and digits, joined by one of -._ or a slash";
}
