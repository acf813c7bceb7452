using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Bothy.Packages.Alpine;

/// <summary>
/// Reads the lines of one package of an index or an installed database: a letter, a colon, a value. Fields with unknown lower-case
/// letters are passed over; an unknown upper-case letter says something that must not be (apk-package(5)).
/// </summary>
internal ref struct ApkStanza(ApkIndexOrigin index, long offset)
{
    private const int MostDependencies = 65_536;

    private readonly string?[] _values = new string?['z' - 'A' + 1];
    private string? _problem;

    /// <summary>The package that <paramref name="stanza"/> describes.</summary>
    /// <param name="stanza">The lines.</param>
    /// <exception cref="MalformedDataException">A line is none, or a field is wrong or missing.</exception>
    public ApkPackage Read(ReadOnlySpan<byte> stanza)
    {
        while (!stanza.IsEmpty)
        {
            int end = stanza.IndexOf((byte)'\n');
            var line = end < 0 ? stanza : stanza[..end];
            if (!line.IsEmpty)
            {
                ReadLine(line);
            }

            stanza = end < 0 ? [] : stanza[(end + 1)..];
        }

        return ToPackage();
    }

    // Names and versions become parts of paths and of URLs. Character by character: they are short, and this needs no compiling at run time.
    private static bool IsPlain(string text, string others)
    {
        foreach (char character in text)
        {
            if (!char.IsAsciiLetterOrDigit(character) && character is not ('.' or '+' or '-' or '_') && !others.Contains(character, StringComparison.Ordinal))
            {
                return false;
            }
        }

        return true;
    }

    private readonly string? Text(char letter) => _values[letter - 'A'];

    private void ReadLine(ReadOnlySpan<byte> line)
    {
        if (line.Length < 2 || line[1] != ':' || !char.IsAsciiLetter((char)line[0]))
        {
            throw Malformed("a line is not a letter, a colon and a value");
        }

        char letter = (char)line[0];
        switch (letter)
        {
            case 'C' or 'P' or 'V' or 'A' or 'S' or 'I' or 'T' or 'U' or 'L' or 'D':
            case 'o' or 'm' or 't' or 'c' or 'k' or 'p' or 'i' or 'r' or 'q' or 's':
                // A stanza may repeat a list; of anything else the last stands, as with apk.
                string value = Encoding.UTF8.GetString(line[2..].TrimEnd((byte)'\r'));
                ref string? known = ref _values[letter - 'A'];
                known = known is not null && letter is 'D' or 'p' or 'i' or 'r' ? $"{known} {value}" : value;
                break;
            case >= 'A' and <= 'Z':
                _problem ??= $"its index says something about it that is not known here ('{letter}:')";
                break;
        }
    }

    private ApkPackage ToPackage()
    {
        string name = Text('P') is { Length: > 0 } known ? known : throw Malformed("a package lacks a name");
        if (!IsPlain(name, "") || name is "." or "..")
        {
            throw Malformed($"the name '{name}' is not one");
        }

        string version = Text('V') is { Length: > 0 } text && IsPlain(text, "~")
            ? text
            : throw Malformed($"{name} has no version, or one that is none");
        string architecture = Text('A') is { Length: > 0 } own ? own : index.Architecture;
        if (architecture != index.Architecture && architecture != "noarch")
        {
            _problem ??= $"it is for {architecture}";
        }

        return new ApkPackage
        {
            Index = index,
            Name = name,
            Version = ApkVersion.Any(version),
            Checksum = ApkChecksum.TryParse(Text('C'), null, out var checksum) ? checksum : throw Malformed($"{name} has no checksum, or one that is none"),
            Architecture = architecture,
            Size = Number('S', long.MaxValue),
            InstalledSize = Number('I', long.MaxValue),
            Description = Text('T') ?? "",
            Url = Text('U') ?? "",
            License = Text('L') ?? "",
            Origin = Text('o') ?? "",
            Maintainer = Text('m') ?? "",
            BuildTime = Number('t', long.MaxValue),
            Commit = Text('c') ?? "",
            ProviderPriority = (int)Number('k', int.MaxValue),
            Depends = Dependencies('D'),
            Provides = Dependencies('p'),
            InstallIf = Dependencies('i'),
            Replaces = Dependencies('r'),
            ReplacesPriority = (int)Number('q', int.MaxValue),
            InstalledTag = Text('s') is { Length: > 0 } tag ? tag : null,
            Problem = _problem,
        };
    }

    private readonly long Number(char letter, long most) => Text(letter) switch
    {
        null or "" => 0,
        var text when long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number <= most => number,
        var text => throw Malformed($"{Text('P')}: '{text}' in {letter} is not a number"),
    };

    // What is no dependency makes the package one that cannot be installed: what it needs is not known.
    private ImmutableArray<ApkDependency> Dependencies(char letter)
    {
        if (Text(letter) is not { Length: > 0 } text)
        {
            return [];
        }

        var dependencies = ImmutableArray.CreateBuilder<ApkDependency>();
        foreach (var range in text.AsSpan().Split(' '))
        {
            var word = text.AsSpan()[range];
            if (word.IsEmpty)
            {
                continue;
            }

            if (dependencies.Count == MostDependencies)
            {
                throw Malformed($"{Text('P')} has more than {MostDependencies} words in {letter}");
            }

            if (ApkDependency.TryParseIndexed(word, out var dependency) && dependency.Tag is null)
            {
                dependencies.Add(dependency);
            }
            else
            {
                _problem ??= $"'{word}' in its {letter} is not a dependency";
            }
        }

        return dependencies.DrainToImmutable();
    }

    private readonly MalformedDataException Malformed(string problem) => new($"the package index {index}", offset, problem);
}
