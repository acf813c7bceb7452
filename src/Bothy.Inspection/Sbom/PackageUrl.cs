using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Bothy.Inspection.Sbom;

/// <summary>A package URL (ECMA-427): which package, of which type, in one line that every tool reads alike.</summary>
/// <param name="Type">The type: <c>deb</c>, <c>apk</c>, <c>pypi</c>.</param>
/// <param name="Namespace">What the name is within, its parts separated by slashes; null where the type has none.</param>
/// <param name="Name">The name.</param>
/// <param name="Version">The version; null where it is not known.</param>
public sealed record PackageUrl(string Type, string? Namespace, string Name, string? Version)
{
    /// <summary>More about the package, by key; a value that is empty counts as absent.</summary>
    public ImmutableSortedDictionary<string, string> Qualifiers { get; init; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>Reads a package URL (ECMA-427, 5.6); a subpath is passed over.</summary>
    /// <returns>False where it is none.</returns>
    public static bool TryParse(string text, [NotNullWhen(true)] out PackageUrl? purl) => PackageUrlReader.TryRead(text, out purl);

    /// <summary>This with a qualifier, unless <paramref name="value"/> is null or empty.</summary>
    public PackageUrl With(string key, string? value) => string.IsNullOrEmpty(value) ? this : this with { Qualifiers = Qualifiers.SetItem(key, value) };

    /// <summary>The canonical form.</summary>
    public override string ToString()
    {
        var text = new StringBuilder("pkg:").Append(Type).Append('/');
        if (Namespace is not null)
        {
            foreach (string part in Namespace.Split('/', StringSplitOptions.RemoveEmptyEntries))
            {
                Encode(text, part).Append('/');
            }
        }

        Encode(text, Name);
        if (!string.IsNullOrEmpty(Version))
        {
            Encode(text.Append('@'), Version);
        }

        char separator = '?';
        foreach (var (key, value) in Qualifiers)
        {
            Encode(text.Append(separator).Append(key).Append('='), value);
            separator = '&';
        }

        return text.ToString();
    }

    // ECMA-427, 5.4: letters, digits, ".-_~" and the colon stand for themselves, the rest for its UTF-8 bytes.
    private static StringBuilder Encode(StringBuilder text, string part)
    {
        foreach (byte b in Encoding.UTF8.GetBytes(part))
        {
            if (char.IsAsciiLetterOrDigit((char)b) || b is (byte)'.' or (byte)'-' or (byte)'_' or (byte)'~' or (byte)':')
            {
                text.Append((char)b);
            }
            else
            {
                text.Append(CultureInfo.InvariantCulture, $"%{b:X2}");
            }
        }

        return text;
    }
}
