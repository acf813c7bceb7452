using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Bothy.Packages.Alpine;

/// <summary>
/// What a package or a world asks for, <c>[!]name[@tag][operator version]</c> (apk-world(5)); also a name that a package provides,
/// <c>name[=version]</c>.
/// </summary>
/// <param name="Name">The name of a package, or one that packages provide: <c>so:libc.musl-x86_64.so.1</c>, <c>cmd:sh</c>.</param>
/// <param name="Operator">How <paramref name="Bound"/> bounds the version.</param>
/// <param name="Bound">The bound, a version or a checksum; empty with <see cref="ApkOperator.Any"/>.</param>
/// <param name="Conflict">Whether it says <c>!</c>: nothing that satisfies the rest may be there.</param>
/// <param name="Tag">The tagged repository that the name is pinned to; null where it is not. Only worlds have tags.</param>
public readonly record struct ApkDependency(string Name, ApkOperator Operator, string Bound, bool Conflict, string? Tag) : ISpanParsable<ApkDependency>
{
    private const string OperatorCharacters = "<>=~";

    /// <summary>Reads a dependency.</summary>
    /// <exception cref="FormatException"><paramref name="s"/> does not follow the syntax; the message quotes it.</exception>
    public static ApkDependency Parse(ReadOnlySpan<char> s, IFormatProvider? provider = null) => TryParse(s, provider, out var dependency)
        ? dependency
        : throw new FormatException($"'{s}' is not a dependency, which is written name, name@tag, or either with <, >, =, ~ and a version");

    /// <inheritdoc />
    public static ApkDependency Parse(string s, IFormatProvider? provider = null) => Parse(s.AsSpan(), provider);

    /// <inheritdoc />
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out ApkDependency result) =>
        TryParse(s.AsSpan(), provider, out result);

    /// <inheritdoc />
    public static bool TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out ApkDependency result) =>
        TryParse(s, anyVersion: false, out result);

    /// <summary>
    /// Reads a dependency of an index. Its version may be any text: packages have versions like <c>1.1.0b1-r7</c>, libraries say
    /// <c>so:libphobos2.so.0.104.o=0.104.o</c>, and apk takes that.
    /// </summary>
    public static bool TryParseIndexed(ReadOnlySpan<char> s, out ApkDependency result) => TryParse(s, anyVersion: true, out result);

    private static bool TryParse(ReadOnlySpan<char> s, bool anyVersion, out ApkDependency result)
    {
        result = default;
        var name = s;
        bool conflict = name.StartsWith('!');
        if (conflict)
        {
            name = name[1..];
        }

        var op = ApkOperator.Any;
        ReadOnlySpan<char> bound = [];
        int at = name.IndexOfAny(OperatorCharacters);
        if (at >= 0)
        {
            bound = name[at..].TrimStart(OperatorCharacters);
            op = OperatorOf(name[at..^bound.Length]);
            name = name[..at];
        }

        string? tag = null;
        int sign = name.IndexOf('@');
        if (sign >= 0)
        {
            tag = name[(sign + 1)..].ToString();
            name = name[..sign];
        }

        bool wellFormed = !name.IsEmpty && tag is not "" && !ContainsSeparator(s) && op switch
        {
            ApkOperator.Any => at < 0,
            _ when anyVersion => !bound.IsEmpty,
            ApkOperator.Checksum => ApkChecksum.TryParse(bound, null, out _) || ApkVersion.TryParse(bound, null, out _),
            _ => ApkVersion.TryParse(bound, null, out _),
        };
        if (wellFormed)
        {
            result = new ApkDependency(name.ToString(), op, bound.ToString(), conflict, tag);
        }

        return wellFormed;
    }

    /// <summary>Reads dependencies separated by blanks or line breaks, as a world file or the value of <c>D:</c> has them.</summary>
    /// <exception cref="FormatException">One of them does not follow the syntax.</exception>
    public static ImmutableArray<ApkDependency> ParseAll(ReadOnlySpan<char> text)
    {
        var dependencies = ImmutableArray.CreateBuilder<ApkDependency>();
        foreach (var range in text.SplitAny(" \t\r\n"))
        {
            if (!text[range].IsEmpty)
            {
                dependencies.Add(Parse(text[range]));
            }
        }

        return dependencies.DrainToImmutable();
    }

    /// <summary>Whether <paramref name="version"/> is within the bound; what <see cref="Conflict"/> makes of that is not asked.</summary>
    public bool Admits(ApkVersion version)
    {
        if (Operator is ApkOperator.Any or ApkOperator.Checksum)
        {
            return Operator == ApkOperator.Any;
        }

        var bound = ApkVersion.Any(Bound);
        int order = version.CompareTo(bound);
        return (order switch { < 0 => ApkOperator.Earlier, 0 => ApkOperator.Equal, > 0 => ApkOperator.Later } & Operator) != ApkOperator.Any
            || ((Operator & ApkOperator.Fuzzy) != ApkOperator.Any && version.BeginsWith(bound));
    }

    /// <summary>Whether <paramref name="package"/>, which has the name itself, is within the bound.</summary>
    public bool Admits(ApkPackage package)
    {
        ArgumentNullException.ThrowIfNull(package);
        return Operator == ApkOperator.Checksum
            ? ApkChecksum.TryParse(Bound, null, out var identity) && identity == package.Checksum
            : Admits(package.Version);
    }

    /// <summary>
    /// Whether a package that provides <paramref name="provided"/> satisfies this. What is provided without a version satisfies
    /// only a dependency without one.
    /// </summary>
    public bool AdmitsProvided(ApkDependency provided) =>
        Operator == ApkOperator.Any || (provided.Operator != ApkOperator.Any && Admits(ApkVersion.Any(provided.Bound)));

    /// <summary>As a world has it: <c>!name@tag>=1.2</c>.</summary>
    public override string ToString() => $"{(Conflict ? "!" : "")}{Name}{(Tag is null ? "" : "@" + Tag)}{OperatorText}{Bound}";

    private string OperatorText => Operator switch
    {
        ApkOperator.Any => "",
        ApkOperator.Checksum => "><",
        _ => ((Operator & ApkOperator.Earlier) != ApkOperator.Any ? "<" : "")
            + ((Operator & ApkOperator.Later) != ApkOperator.Any ? ">" : "")
            + ((Operator & ApkOperator.Fuzzy) != ApkOperator.Any ? "~" : (Operator & ApkOperator.Equal) != ApkOperator.Any ? "=" : ""),
    };

    private static ApkOperator OperatorOf(ReadOnlySpan<char> characters)
    {
        var op = ApkOperator.Any;
        foreach (char character in characters)
        {
            op |= character switch
            {
                '<' => ApkOperator.Earlier,
                '>' => ApkOperator.Later,
                '=' => ApkOperator.Equal,
                _ => ApkOperator.Fuzzy | ApkOperator.Equal,
            };
        }

        return op;
    }

    private static bool ContainsSeparator(ReadOnlySpan<char> text)
    {
        foreach (char character in text)
        {
            if (char.IsWhiteSpace(character) || char.IsControl(character))
            {
                return true;
            }
        }

        return false;
    }
}
