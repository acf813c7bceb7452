using System.Collections.Immutable;
using System.Globalization;
using Bothy.Formats.Deb822;
using Bothy.Formats.Trees;
using Bothy.Packages.Debian;

namespace Bothy.Inspection.Catalog;

/// <summary>Makes a package of a paragraph of dpkg's database.</summary>
internal static class DpkgStanza
{
    /// <summary>The package; null, with a warning, where the paragraph names none. What else is wrong with it is a warning too.</summary>
    public static InstalledPackage? ToPackage(Deb822Paragraph paragraph, TreePath database, ImmutableArray<string>.Builder warnings)
    {
        string? name = paragraph["Package"];
        string? version = paragraph["Version"];
        if (string.IsNullOrEmpty(name) || string.IsNullOrEmpty(version))
        {
            warnings.Add($"cannot read a package of {database}: it has no name or no version");
            return null;
        }

        var (source, sourceVersion) = SourceOf(paragraph["Source"], name, version);
        return new InstalledPackage
        {
            System = PackageSystem.Dpkg,
            Database = database,
            Name = name,
            Version = version,
            Architecture = paragraph["Architecture"] ?? "",
            SourceName = source,
            SourceVersion = sourceVersion,
            Description = paragraph["Description"]?.Split('\n')[0],
            Maintainer = paragraph["Maintainer"],
            Url = paragraph["Homepage"],
            Slices = paragraph.Find(InstalledPackage.SlicesField) is { } slices ? [.. slices.Words.Order(StringComparer.Ordinal)] : [],
            InstalledSize = KibibytesOf(paragraph["Installed-Size"]),
            Stanza = paragraph,
            Dpkg = new DpkgRelations
            {
                PreDepends = Relations("Pre-Depends", text => RelationField.Parse(text)),
                Depends = Relations("Depends", text => RelationField.Parse(text)),
                Recommends = Relations("Recommends", text => RelationField.Parse(text)),
                Provides = Relations("Provides", text => RelationField.ParseFlat(text)),
                Essential = paragraph["Essential"] is { } essential && essential.Equals("yes", StringComparison.OrdinalIgnoreCase),
                Priority = paragraph["Priority"] ?? "",
                Section = paragraph["Section"] ?? "",
                ConfigurationFiles = ConfigurationFilesOf(paragraph["Conffiles"]),
            },
        };

        ImmutableArray<T> Relations<T>(string field, Func<string, ImmutableArray<T>> parse)
        {
            try
            {
                return paragraph[field] is { } text ? parse(text.ReplaceLineEndings(" ")) : [];
            }
            catch (FormatException failure)
            {
                warnings.Add($"cannot read all of {name} in {database}: in {field}: {failure.Message}");
                return [];
            }
        }
    }

    // "glibc (2.36-9)", where the version differs from the package's own.
    private static (string Name, string Version) SourceOf(string? text, string name, string version)
    {
        int open = text?.IndexOf('(', StringComparison.Ordinal) ?? -1;
        return string.IsNullOrEmpty(text) ? (name, version)
            : open < 0 ? (text, version)
            : (text[..open].TrimEnd(), text[(open + 1)..].TrimEnd(')', ' '));
    }

    private static long? KibibytesOf(string? text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long size) && size <= long.MaxValue >> 10 ? size << 10 : null;

    // " /etc/x d41d8cd98f00b204e9800998ecf8427e [obsolete]", a line each.
    private static ImmutableArray<TreePath> ConfigurationFilesOf(string? text)
    {
        var paths = ImmutableArray.CreateBuilder<TreePath>();
        foreach (string line in (text ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (TreePath.TryParseRooted(line.Split(' ')[0], out var path))
            {
                paths.Add(path);
            }
        }

        return paths.DrainToImmutable();
    }
}
