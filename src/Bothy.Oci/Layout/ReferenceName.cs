using System.Diagnostics.CodeAnalysis;

namespace Bothy.Oci.Layout;

/// <summary>
/// The name of an image in a layout (image-spec, annotations.md, <c>org.opencontainers.image.ref.name</c>): parts of letters and digits,
/// joined by one of <c>-._:@+</c> or <c>--</c>, in components divided by slashes.
/// </summary>
public readonly record struct ReferenceName
{
    private const int MaxLength = 255;

    private readonly string? _value;

    private ReferenceName(string value) => _value = value;

    /// <summary>The name.</summary>
    public string Value => _value ?? throw new InvalidOperationException("default(ReferenceName) is no name");

    /// <summary>Reads a name.</summary>
    public static bool TryParse([NotNullWhen(true)] string? s, out ReferenceName result)
    {
        result = default;
        if (s is null or "" || s.Length > MaxLength)
        {
            return false;
        }

        foreach (string component in s.Split('/'))
        {
            if (!IsComponent(component))
            {
                return false;
            }
        }

        result = new ReferenceName(s);
        return true;
    }

    /// <summary>The name.</summary>
    public override string ToString() => Value;

    private static bool IsComponent(string component)
    {
        bool afterLetter = false;
        for (int i = 0; i < component.Length; i++)
        {
            char c = component[i];
            if (char.IsAsciiLetterOrDigit(c))
            {
                afterLetter = true;
                continue;
            }

            if (!afterLetter || !"-._:@+".Contains(c, StringComparison.Ordinal))
            {
                return false;
            }

            afterLetter = false;
            if (c == '-' && i + 1 < component.Length && component[i + 1] == '-')
            {
                i++;
            }
        }

        return afterLetter;
    }
}
