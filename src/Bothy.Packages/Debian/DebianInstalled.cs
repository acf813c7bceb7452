using System.Collections.Immutable;
using System.Text;
using Bothy.Formats.Deb822;

namespace Bothy.Packages.Debian;

/// <summary>
/// What is installed, by dpkg's own record of it, as an index beside those of archives. It is taken as it is: a dependency that nothing installed meets, as in images
/// that leave packages out, and a conflict that exists are no demands any more.
/// </summary>
public static class DebianInstalled
{
    /// <summary>The suite of the index, for messages.</summary>
    public const string Suite = "installed";

    private static readonly string[] Needs = ["Pre-Depends", "Depends"];
    private static readonly string[] Exclusions = ["Conflicts", "Breaks"];
    private static readonly string[] Kept = ["Package", "Version", "Architecture", "Source", "Multi-Arch", "Essential", "Priority", "Section", "Replaces", "Provides", "Installed-Size"];

    /// <summary>The index of the packages of <paramref name="paragraphs"/>; those of other architectures than <paramref name="architecture"/> are not in it.</summary>
    /// <exception cref="MalformedDataException">A version or a relation of one of them cannot be read.</exception>
    public static DebianIndex Index(IEnumerable<Deb822Paragraph> paragraphs, string architecture)
    {
        try
        {
            return Read(paragraphs, architecture);
        }
        catch (FormatException failure)
        {
            throw new MalformedDataException("the record of installed packages", 0, failure.Message);
        }
    }

    private static DebianIndex Read(IEnumerable<Deb822Paragraph> paragraphs, string architecture)
    {
        ImmutableArray<Deb822Paragraph> all = [.. paragraphs.Where(paragraph => paragraph["Architecture"] is { } own && (own == architecture || own == "all"))];
        var there = all
            .SelectMany(static paragraph => Provided(paragraph).Prepend(new Relation(paragraph["Package"]!, null, RelationOperator.Equal, VersionOf(paragraph))).Select(relation => (Relation: relation, By: paragraph)))
            .ToLookup(static one => one.Relation.Name, StringComparer.Ordinal);
        var text = new StringBuilder();
        foreach (var paragraph in all)
        {
            foreach (string name in Kept)
            {
                text.Append(paragraph.Find(name));
            }

            foreach (string name in Needs)
            {
                Append(text, name, RelationField.Parse(paragraph[name] ?? "").Where(group => group.Alternatives.Any(relation => Met(relation, by: null))));
            }

            foreach (string name in Exclusions)
            {
                Append(text, name, RelationField.ParseFlat(paragraph[name] ?? "").Where(relation => !Met(relation, paragraph)));
            }

            // Nobody fetches it.
            text.Append("Filename: installed\nSize: 0\nSHA256: ").Append(Digest.Of([]).Hex).Append("\n\n");
        }

        return DebianIndex.Read(Encoding.UTF8.GetBytes(text.ToString()), new DebianIndexOrigin
        {
            Archive = new Uri("file:///"),
            Suite = Suite,
            Codename = Suite,
            Component = "",
            Architecture = architecture,
            Priority = int.MaxValue,
        });

        bool Met(Relation relation, Deb822Paragraph? by) => there[relation.Name].Any(one => one.By != by && Satisfies(one.Relation, relation));
    }

    private static bool Satisfies(Relation there, Relation wanted) =>
        wanted.Operator == RelationOperator.Any || (there.Operator == RelationOperator.Equal && wanted.Admits(there.Version));

    private static ImmutableArray<Relation> Provided(Deb822Paragraph paragraph) => RelationField.ParseFlat(paragraph["Provides"] ?? "");

    private static DebianVersion VersionOf(Deb822Paragraph paragraph) => DebianVersion.Parse(paragraph["Version"]!);

    private static void Append<T>(StringBuilder text, string name, IEnumerable<T> relations)
    {
        string value = string.Join(", ", relations);
        if (value.Length > 0)
        {
            text.Append(name).Append(": ").Append(value).Append('\n');
        }
    }
}
