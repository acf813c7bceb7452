using System.Collections.Immutable;
using System.Text;
using Bothy.Formats.Trees;

namespace Bothy.Engine.Building;

/// <summary>Where each file of an image came from, as text: a part for each origin, ended by NUL as no path can hold it.</summary>
internal static class RecordedOrigins
{
    private const char Architecture = 'A';
    private const char Package = 'P';
    private const char Effect = 'E';
    private const char ImageFile = 'I';
    private const char LocalFile = 'L';
    private const char Path = '/';
    private const char Asked = '\t';

    /// <summary>The origins of the files and links of <paramref name="tree"/>; of what an image to build on has, its own databases tell.</summary>
    /// <param name="tree">The files.</param>
    /// <param name="askedBy">The packages whose scripts had each effect do something; null where that is not known.</param>
    public static ImmutableDictionary<TreePath, Origin> Of(FileTree tree, ImmutableSortedDictionary<string, string>? askedBy = null) => tree.Entries
        .Where(static entry => entry.Kind != EntryKind.Directory && entry.Origin is not Origin.Layer)
        .ToImmutableDictionary(
            static entry => entry.Path,
            entry => entry.Origin is Origin.Effect effect && askedBy?.GetValueOrDefault(effect.Name) is { } packages ? effect with { AskedBy = packages } : entry.Origin);

    /// <summary>The text of the origins of each architecture; the same for the same origins.</summary>
    public static byte[] Format(ImmutableSortedDictionary<string, ImmutableDictionary<TreePath, Origin>> origins)
    {
        var text = new StringBuilder();
        foreach (var (architecture, files) in origins)
        {
            Append(Architecture, architecture);
            foreach (var group in files.GroupBy(static file => file.Value, static file => file.Key).OrderBy(static group => Words(group.Key).Text, StringComparer.Ordinal))
            {
                var (kind, words) = Words(group.Key);
                Append(kind, words);
                foreach (var path in group.Order())
                {
                    Append(Path, path.Value);
                }
            }
        }

        return Encoding.UTF8.GetBytes(text.ToString());

        void Append(char kind, string words) => text.Append(kind).Append(words).Append('\0');
    }

    /// <summary>Reads what <see cref="Format"/> wrote.</summary>
    /// <exception cref="FormatException">It is something else.</exception>
    public static ImmutableSortedDictionary<string, ImmutableDictionary<TreePath, Origin>> Parse(ReadOnlySpan<byte> text)
    {
        var all = ImmutableSortedDictionary.CreateBuilder<string, ImmutableDictionary<TreePath, Origin>>(StringComparer.Ordinal);
        string? architecture = null;
        Origin? origin = null;
        var files = ImmutableDictionary.CreateBuilder<TreePath, Origin>();
        foreach (string part in Encoding.UTF8.GetString(text).Split('\0')[..^1])
        {
            string words = part.Length > 0 ? part[1..] : throw new FormatException("an origin is empty");
            switch (part[0])
            {
                case Architecture:
                    Finish();
                    (architecture, origin) = (words, null);
                    break;
                case Path when origin is not null:
                    files[TreePath.Parse(words)] = origin;
                    break;
                case Package when words.Split(' ') is [var name, var version, var of]:
                    origin = new Origin.Package(name, version, of);
                    break;
                case Effect:
                    string[] both = words.Split(Asked, 2);
                    origin = new Origin.Effect(both[0]) { AskedBy = both.ElementAtOrDefault(1) ?? "" };
                    break;
                case ImageFile:
                    origin = new Origin.ImageFile(words);
                    break;
                case LocalFile:
                    origin = new Origin.LocalFile(words);
                    break;
                default:
                    throw new FormatException($"'{part}' is not the origin of a file");
            }
        }

        Finish();
        return all.ToImmutable();

        void Finish()
        {
            if (architecture is not null)
            {
                all[architecture] = files.ToImmutable();
                files.Clear();
            }
        }
    }

    private static (char Kind, string Text) Words(Origin origin) => origin switch
    {
        Origin.Package package => (Package, $"{package.Name} {package.Version} {package.Architecture}"),
        Origin.Effect { AskedBy.Length: > 0 } effect => (Effect, $"{effect.Name}{Asked}{effect.AskedBy}"),
        Origin.Effect effect => (Effect, effect.Name),
        Origin.ImageFile file => (ImageFile, file.Key),
        Origin.LocalFile file => (LocalFile, file.Source),
        _ => throw new ArgumentException($"no file that is built has the origin '{origin}'", nameof(origin)),
    };
}
