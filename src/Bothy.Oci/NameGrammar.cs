using System.Net;
using System.Net.Sockets;

namespace Bothy.Oci;

/// <summary>The grammar of names in registries (distribution's reference package; distribution-spec, "Pulling manifests").</summary>
internal static class NameGrammar
{
    public const int MaxRepository = 255;
    private const int MaxTag = 128;

    /// <summary>Divides a name into the registry, null where it names none, and the repository there.</summary>
    public static (string? Host, string Repository) SplitHost(string name)
    {
        int slash = name.IndexOf('/', StringComparison.Ordinal);
        string first = slash < 0 ? "" : name[..slash];

        // Docker's rule: what could be a host name or has a port is one, everything else is a part of the repository's name.
        return first.AsSpan().ContainsAny('.', ':') || first == "localhost" || first.Any(char.IsAsciiLetterUpper)
            ? (first, name[(slash + 1)..])
            : (null, name);
    }

    public static bool IsTag(string tag) =>
        tag.Length is > 0 and <= MaxTag
        && tag[0] is not ('.' or '-')
        && tag.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-');

    /// <summary>Whether <paramref name="repository"/>, without its registry, is components of lower-case letters and digits joined by slashes.</summary>
    public static bool IsRepository(string repository) => repository.Length <= MaxRepository && repository.Split('/').All(IsComponent);

    /// <summary>Whether <paramref name="host"/> is a host name or an address, with a port or without; IPv6 addresses stand in brackets.</summary>
    public static bool IsHost(string host)
    {
        int end = host.StartsWith('[') ? host.IndexOf(']', StringComparison.Ordinal) + 1 : host.IndexOf(':', StringComparison.Ordinal);
        string name = end < 0 ? host : host[..end];
        string port = end < 0 ? "" : host[end..];
        return (name.StartsWith('[') ? IsBracketed(name) : name.Split('.').All(IsLabel)) && (port.Length == 0 || IsPort(port));
    }

    private static bool IsBracketed(string name) =>
        name is ['[', .. var address, ']']
        && address.All(c => char.IsAsciiHexDigit(c) || c is ':' or '.')
        && IPAddress.TryParse(address, out var parsed)
        && parsed.AddressFamily == AddressFamily.InterNetworkV6;

    private static bool IsLabel(string label) =>
        label.Length > 0 && label[0] != '-' && label[^1] != '-' && label.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');

    private static bool IsPort(string text) => text is [':', .. { Length: > 0 and <= 5 } digits] && digits.All(char.IsAsciiDigit) && int.Parse(digits, System.Globalization.CultureInfo.InvariantCulture) <= IPEndPoint.MaxPort;

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
