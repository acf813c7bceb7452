using System.Collections.Immutable;

namespace Bothy.Packages.Slices.Reading;

/// <summary>What a file of slices says, and what is wrong with it. Where anything is, the package is what could be read.</summary>
internal sealed record PackageReading(SlicePackage? Package, IReadOnlyList<SliceFinding> Findings)
{
    /// <summary>The package of a file without mistakes.</summary>
    /// <exception cref="SliceReleaseException">It has some.</exception>
    public SlicePackage Good() => Package is not null && Findings.Count == 0 ? Package : throw new SliceReleaseException([.. Findings]);
}

/// <summary>Reads the slices of one package from its file.</summary>
internal sealed class PackageReader
{
    private readonly FindingList _findings;
    private readonly RuleReader _rules;
    private readonly string _file;
    private readonly string _name;
    private readonly bool _isMapOfEssentials;

    private PackageReader(string file, string name, string format)
    {
        _file = file;
        _name = name;
        _isMapOfEssentials = format == ReleaseFileReader.V3;
        _findings = new FindingList(file);
        _rules = new RuleReader(_findings);
    }

    /// <summary>Reads <paramref name="bytes"/>, the file of the package <paramref name="name"/>, shown to people as <paramref name="file"/>.</summary>
    public static PackageReading Read(string file, string name, string format, ReadOnlySpan<byte> bytes)
    {
        var reader = new PackageReader(file, name, format);
        var root = YamlFile.Read(bytes, reader._findings);
        var package = root is null ? null : reader.ReadPackage(root);
        return new PackageReading(package, reader._findings.Sorted);
    }

    private SlicePackage ReadPackage(YamlNode root)
    {
        var map = new YamlMapReader(root, "a file of slices", _findings);
        if (map.IsMap)
        {
            CheckName(map.RequiredText("package"), root);
        }

        string? archive = map.Text("archive");
        var common = Essentials(map);
        var slices = ImmutableArray.CreateBuilder<Slice>();
        foreach (var (name, value) in map.Entries("slices"))
        {
            if (!SliceName.IsSlice(name.Text))
            {
                _findings.Add(name, $"'{name.Text}' cannot name a slice: want three or more of a-z, 0-9 and '-', a letter first");
                continue;
            }

            slices.Add(ReadSlice(name, value, common));
        }

        map.Finish();
        return new SlicePackage { Name = _name, Place = _findings.PlaceOf(root), Archive = archive, Slices = slices.ToImmutable() };
    }

    private void CheckName(string name, YamlNode root)
    {
        if (name.Length > 0 && name != _name)
        {
            _findings.Add(root, $"the package is '{name}', and its file is called after '{_name}'");
        }
        else if (!SliceName.IsPackage(_name))
        {
            _findings.Add(root, $"'{_name}' cannot name a package");
        }
    }

    private Slice ReadSlice(YamlNode.Scalar key, YamlNode value, List<EssentialSlice> common)
    {
        var name = new SliceName(_name, key.Text);
        var map = new YamlMapReader(value, $"the slice '{key.Text}'", _findings, isOptional: true);
        var essential = ImmutableArray.CreateBuilder<EssentialSlice>();
        var own = Essentials(map);
        var known = new HashSet<SliceName>();
        foreach (var each in common.Where(each => each.Name != name))
        {
            essential.Add(each);
            known.Add(each.Name);
        }

        foreach (var each in own)
        {
            if (each.Name == name)
            {
                _findings.Add(each.Place.Line, each.Place.Column, $"the slice {name} needs itself", SliceMistake.Cycle);
            }
            else if (!known.Add(each.Name))
            {
                _findings.Add(each.Place.Line, each.Place.Column, $"{each.Name} is said to be essential already");
            }
            else
            {
                essential.Add(each);
            }
        }

        var contents = ImmutableArray.CreateBuilder<ContentRule>();
        foreach (var (path, rule) in map.Entries("contents"))
        {
            if (_rules.Read(path, rule) is { } read)
            {
                contents.Add(read);
            }
        }

        var mutate = map.Scalar("mutate");
        var slice = new Slice
        {
            Name = name,
            Place = _findings.PlaceOf(key),
            Hint = Hint(map.Scalar("hint")),
            Essential = essential.ToImmutable(),
            Contents = contents.ToImmutable(),
            Mutate = mutate is null ? null : new SliceScript(mutate.Text, _file, mutate.IsLiteral ? mutate.Line + 1 : mutate.Line),
        };
        map.Finish();
        return slice;
    }

    private string? Hint(YamlNode.Scalar? hint)
    {
        if (hint is not null && (hint.Text.Length > 40 || hint.Text.AsSpan().IndexOfAnyInRange('\0', '\u001F') >= 0))
        {
            _findings.Add(hint, "'hint' is one line of at most 40 characters");
        }

        return hint?.Text;
    }

    // Lists until format v3, maps since; v3-essential is how the older formats say what only a map can.
    private List<EssentialSlice> Essentials(YamlMapReader map)
    {
        var found = new List<EssentialSlice>();
        var known = new HashSet<SliceName>();
        if (!_isMapOfEssentials)
        {
            foreach (var text in map.Texts("essential"))
            {
                Add(text, []);
            }
        }

        foreach (var (name, value) in map.Entries(_isMapOfEssentials ? "essential" : "v3-essential"))
        {
            var options = new YamlMapReader(value, $"what is said about {name.Text}", _findings, isOptional: true);
            Add(name, ArchitectureNames.Read(options, _findings));
            options.Finish();
        }

        return found;

        void Add(YamlNode.Scalar text, ImmutableArray<string> architectures)
        {
            if (!SliceName.TryParse(text.Text, null, out var name))
            {
                _findings.Add(text, $"'{text.Text}' is not the full name of a slice, such as openssl_bins");
            }
            else if (!known.Add(name))
            {
                _findings.Add(text, $"{name} is said to be essential already");
            }
            else
            {
                found.Add(new EssentialSlice(name, architectures, _findings.PlaceOf(text)));
            }
        }
    }
}
