using System.Buffers;
using System.Collections.Immutable;

namespace Bothy.Packages.Debian;

/// <summary>Reads the value of <c>Depends</c>, <c>Conflicts</c>, <c>Provides</c> and their like (Debian policy 7.1).</summary>
public static class RelationField
{
    private const int LongestField = 256 * 1024;

    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.+-_");

    /// <summary>Reads groups of alternatives separated by commas; an empty value has none.</summary>
    /// <exception cref="FormatException"><paramref name="value"/> does not follow the syntax; the message quotes the bad part.</exception>
    public static ImmutableArray<RelationGroup> Parse(ReadOnlySpan<char> value)
    {
        if (value.Length > LongestField)
        {
            throw new FormatException($"a relation field of {value.Length} characters is longer than any package needs");
        }

        var groups = ImmutableArray.CreateBuilder<RelationGroup>();
        foreach (var range in value.Split(','))
        {
            var text = value[range].Trim();
            if (!text.IsEmpty)
            {
                groups.Add(new RelationGroup(ParseAlternatives(text)));
            }
        }

        return groups.DrainToImmutable();
    }

    /// <summary>Reads a field without alternatives, such as <c>Provides</c> or <c>Breaks</c>.</summary>
    /// <exception cref="FormatException"><paramref name="value"/> does not follow the syntax or has alternatives.</exception>
    public static ImmutableArray<Relation> ParseFlat(ReadOnlySpan<char> value)
    {
        var relations = ImmutableArray.CreateBuilder<Relation>();
        foreach (var group in Parse(value))
        {
            if (group.Alternatives.Length != 1)
            {
                throw new FormatException($"'{group}' has alternatives where none are allowed");
            }

            relations.Add(group.Alternatives[0]);
        }

        return relations.DrainToImmutable();
    }

    /// <summary>Reads one relation.</summary>
    /// <exception cref="FormatException"><paramref name="text"/> does not follow the syntax.</exception>
    public static Relation ParseRelation(ReadOnlySpan<char> text)
    {
        var rest = text.Trim();
        string name = TakeName(ref rest, text);
        string? qualifier = null;
        if (rest.StartsWith(":"))
        {
            rest = rest[1..];
            qualifier = TakeName(ref rest, text);
        }

        rest = rest.TrimStart();
        var (op, version) = (RelationOperator.Any, default(DebianVersion));
        if (rest.StartsWith("("))
        {
            (op, version) = ParseBound(TakeBracketed(ref rest, ')', text), text);
        }

        ImmutableArray<string> architectures = [];
        if (rest.StartsWith("["))
        {
            architectures = [.. TakeBracketed(ref rest, ']', text).ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries)];
        }

        if (rest.StartsWith("<"))
        {
            throw new FormatException($"'{text}' has a build profile, which only source packages may have");
        }

        return rest.IsEmpty
            ? new Relation(name, qualifier, op, version) { Architectures = architectures }
            : throw new FormatException($"'{text}' goes on after the end of the relation");
    }

    private static ImmutableArray<Relation> ParseAlternatives(ReadOnlySpan<char> text)
    {
        if (!text.Contains('|'))
        {
            return [ParseRelation(text)];
        }

        var alternatives = ImmutableArray.CreateBuilder<Relation>();
        foreach (var range in text.Split('|'))
        {
            alternatives.Add(ParseRelation(text[range]));
        }

        return alternatives.DrainToImmutable();
    }

    private static string TakeName(ref ReadOnlySpan<char> rest, ReadOnlySpan<char> whole)
    {
        int end = rest.IndexOfAnyExcept(NameCharacters);
        var name = end < 0 ? rest : rest[..end];
        if (name.IsEmpty)
        {
            throw new FormatException($"'{whole}' lacks a name");
        }

        rest = rest[name.Length..];
        return name.ToString();
    }

    private static ReadOnlySpan<char> TakeBracketed(ref ReadOnlySpan<char> rest, char close, ReadOnlySpan<char> whole)
    {
        int end = rest.IndexOf(close);
        if (end < 0)
        {
            throw new FormatException($"'{whole}' lacks a '{close}'");
        }

        var inside = rest[1..end].Trim();
        rest = rest[(end + 1)..].TrimStart();
        return inside;
    }

    private static (RelationOperator Operator, DebianVersion Version) ParseBound(ReadOnlySpan<char> text, ReadOnlySpan<char> whole)
    {
        int length = Math.Max(0, text.IndexOfAnyExcept("<>="));
        var op = text[..length] switch
        {
            "<<" => RelationOperator.Earlier,
            "<=" or "<" => RelationOperator.EarlierOrEqual,
            "=" => RelationOperator.Equal,
            ">=" or ">" => RelationOperator.LaterOrEqual,
            ">>" => RelationOperator.Later,
            _ => throw new FormatException($"'{whole}' compares versions with none of << <= = >= >>"),
        };
        return DebianVersion.TryParse(text[length..].Trim(), null, out var version)
            ? (op, version)
            : throw new FormatException($"'{whole}' names a version that is not one");
    }
}
