using System.Diagnostics.CodeAnalysis;

namespace Bothy.Oci.Archives;

/// <summary>
/// A name to load an image under: a repository, with its registry or without, and a tag (<c>latest</c> where none is given). The grammar is
/// that of distribution's reference package; names by digest are refused, as an archive cannot carry them.
/// </summary>
public readonly record struct DockerName
{
    private const int MaxRepository = 255;
    private const int MaxTag = 128;

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
        if (!IsTag(tag) || !IsRepository(repository))
        {
            return false;
        }

        result = new DockerName($"{repository}:{tag}");
        return true;
    }

    /// <summary>The name with its tag.</summary>
    public override string ToString() => _value ?? throw new InvalidOperationException("default(DockerName) is no name");

    private static bool IsTag(string tag) =>
        tag.Length is > 0 and <= MaxTag
        && tag[0] is not ('.' or '-')
        && tag.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-');

    private static bool IsRepository(string repository)
    {
        string[] parts = repository.Split('/');
        bool registry = parts.Length > 1 && (parts[0].AsSpan().ContainsAny('.', ':') || parts[0] == "localhost");
        return repository.Length <= MaxRepository
            && (!registry || IsRegistry(parts[0]))
            && parts.Skip(registry ? 1 : 0).All(IsComponent);
    }

    private static bool IsRegistry(string registry)
    {
        int colon = registry.IndexOf(':', StringComparison.Ordinal);
        string host = colon < 0 ? registry : registry[..colon];
        return host.Split('.').All(label => label.Length > 0 && label[0] != '-' && label[^1] != '-' && label.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'))
            && (colon < 0 || (colon + 1 < registry.Length && registry.Skip(colon + 1).All(char.IsAsciiDigit)));
    }

    // Lower-case letters and digits, joined by one dot, one or two underscores, or any number of dashes.
    private static bool IsComponent(string component)
    {
        int separator = 0;
        for (int i = 0; i < component.Length; i++)
        {
            if (char.IsAsciiLetterLower(component[i]) || char.IsAsciiDigit(component[i]))
            {
                if (i > 0 && !IsSeparator(component[separator..i]))
                {
                    return false;
                }

                separator = i + 1;
            }
        }

        return component.Length > 0 && separator == component.Length;
    }

    private static bool IsSeparator(string between) => between is "" or "." or "_" or "__" || between.All(c => c == '-');
}
