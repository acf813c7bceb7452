using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Bothy.Formats.Trees;
using Bothy.Packages.Alpine;

namespace Bothy.Inspection.Catalog;

/// <summary>Reads apk's record of what is installed (apk-package(5), "Installed database"): the lines of the index, then <c>F:</c> directories and <c>R:</c> files in them.</summary>
internal sealed class ApkDatabase(FileTree tree, FileOwners owners, ImmutableArray<string>.Builder warnings)
{
    // apk 3 keeps it below usr.
    private static readonly TreePath[] Places = [TreePath.Parse("lib/apk/db/installed"), TreePath.Parse("usr/lib/apk/db/installed")];

    private readonly List<InstalledPackage> _packages = [];

    /// <summary>The packages, in the order of the database.</summary>
    public IReadOnlyList<InstalledPackage> Read()
    {
        var read = new HashSet<TreePath>();
        foreach (var place in Places)
        {
            if (tree.Follow(place) is { } real && read.Add(real) && DatabaseReading.Try(() => DatabaseReading.ReadFile(tree, real), warnings) is { } bytes)
            {
                ReadStanzas(bytes, real);
            }
        }

        return _packages;
    }

    private void ReadStanzas(byte[] bytes, TreePath database)
    {
        var stanza = new ApkDatabaseStanza();
        int line = 0;
        foreach (var range in bytes.AsSpan().Split((byte)'\n'))
        {
            line++;
            var text = bytes.AsSpan(range).TrimEnd((byte)'\r');
            if (text.IsEmpty)
            {
                Finish(stanza, database, line);
                stanza = new ApkDatabaseStanza();
            }
            else if (text.Length < 2 || text[1] != ':')
            {
                stanza.Problem ??= FormattableString.Invariant($"line {line} is not a letter, a colon and a value");
            }
            else
            {
                stanza.Add((char)text[0], Encoding.UTF8.GetString(text[2..]));
            }
        }

        Finish(stanza, database, line);
    }

    private void Finish(ApkDatabaseStanza stanza, TreePath database, int line)
    {
        if (stanza.IsEmpty)
        {
            return;
        }

        if (stanza.ToPackage(database) is not { } package)
        {
            warnings.Add(FormattableString.Invariant($"cannot read a package of {database} that ends at line {line}: {stanza.Problem}"));
            return;
        }

        if (stanza.Problem is { } problem)
        {
            warnings.Add($"cannot read all of {package.Name} in {database}: {problem}");
        }

        _packages.Add(package);
        owners.MarkListed(package);
        foreach (var path in stanza.Paths)
        {
            owners.Add(path, package);
        }
    }
}

/// <summary>The lines of one package of apk's database.</summary>
internal sealed class ApkDatabaseStanza
{
    private readonly Dictionary<char, string> _values = [];
    private TreePath? _directory;

    /// <summary>What could not be understood first; null where everything could.</summary>
    public string? Problem { get; set; }

    /// <summary>The directories and files of the package.</summary>
    public List<TreePath> Paths { get; } = [];

    public bool IsEmpty => _values.Count == 0 && Problem is null;

    /// <summary>Takes a line.</summary>
    public void Add(char letter, string value)
    {
        switch (letter)
        {
            case 'F':
                _directory = PathOf(value);
                if (_directory is { IsRoot: false } directory)
                {
                    Paths.Add(directory);
                }

                break;
            case 'R':
                if (_directory is { } parent && PathOf(parent.IsRoot ? value : $"{parent.Value}/{value}") is { } file)
                {
                    Paths.Add(file);
                }

                break;
            default:
                // A stanza may repeat a list; of anything else the last stands, as with apk.
                _values[letter] = letter is 'D' or 'p' or 'i' or 'r' && _values.TryGetValue(letter, out string? before) ? $"{before} {value}" : value;
                break;
        }
    }

    /// <summary>The package; null, with <see cref="Problem"/> set, where its lines name none.</summary>
    public InstalledPackage? ToPackage(TreePath database)
    {
        if (Text('P') is not { } name || Text('V') is not { } version)
        {
            Problem ??= "it has no name or no version";
            return null;
        }

        return new InstalledPackage
        {
            System = PackageSystem.Apk,
            Database = database,
            Name = name,
            Version = version,
            Architecture = Text('A') ?? "",
            SourceName = Text('o') ?? name,
            SourceVersion = version,
            Description = Text('T'),
            License = Text('L'),
            Maintainer = Text('m'),
            Url = Text('U'),
            Checksum = Text('C'),
            InstalledSize = long.TryParse(Text('I'), NumberStyles.None, CultureInfo.InvariantCulture, out long size) ? size : null,
            Apk = new ApkRelations
            {
                Depends = Dependencies('D'),
                Provides = Dependencies('p'),
                InstallIf = Dependencies('i'),
                Replaces = Dependencies('r'),
            },
        };
    }

    private string? Text(char letter) => _values.TryGetValue(letter, out string? value) && value.Length > 0 ? value : null;

    private TreePath? PathOf(string text)
    {
        if (TreePath.TryParse(text, null, out var path))
        {
            return path;
        }

        Problem ??= $"'{text}' is not a path inside the image";
        return null;
    }

    private ImmutableArray<ApkDependency> Dependencies(char letter)
    {
        var dependencies = ImmutableArray.CreateBuilder<ApkDependency>();
        foreach (string word in (Text(letter) ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (ApkDependency.TryParseIndexed(word, out var dependency))
            {
                dependencies.Add(dependency);
            }
            else
            {
                Problem ??= $"'{word}' is not a dependency";
            }
        }

        return dependencies.DrainToImmutable();
    }
}
