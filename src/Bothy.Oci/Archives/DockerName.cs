using System.Diagnostics.CodeAnalysis;

namespace Bothy.Oci.Archives;

/// <summary>
/// A name to load an image under: a repository, with its registry or without, and a tag (<c>latest</c> where none is given). The grammar is
/// that of distribution's reference package; names by digest are refused, as an archive cannot carry them.
/// </summary>
public readonly record struct DockerName
{
    private readonly string? _value;

    private DockerName(string value) => _value = value;

    /// <summary>Reads a name.</summary>
    public static bool TryParse([NotNullWhen(true)] string? s, out DockerName result)
    {
        result = default;
        if (string.IsNullOrEmpty(s))
        {
            return false;
        }

        // A colon before the last slash belongs to the registry's port.
        int colon = s.LastIndexOf(':');
        bool tagged = colon > s.LastIndexOf('/');
        string repository = tagged ? s[..colon] : s;
        string tag = tagged ? s[(colon + 1)..] : "latest";
        if (!NameGrammar.IsTag(tag) || !IsRepository(repository))
        {
            return false;
        }

        result = new DockerName($"{repository}:{tag}");
        return true;
    }

    /// <summary>The name with its tag.</summary>
    public override string ToString() => _value ?? throw new InvalidOperationException("default(DockerName) is no name");

    private static bool IsRepository(string name)
    {
        var (host, repository) = NameGrammar.SplitHost(name);
        return name.Length <= NameGrammar.MaxRepository && (host is null || NameGrammar.IsHost(host)) && NameGrammar.IsRepository(repository);
    }
}
