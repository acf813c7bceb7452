using System.Collections.Immutable;
using Bothy.Engine.StructureTests;
using Bothy.Formats.Trees;
using Bothy.Oci.Layers;

namespace Bothy.Engine.ImageFiles;

/// <summary>Reads the document of one image file, its includes left aside.</summary>
internal sealed class SpecReader
{
    private static readonly string[] Inits = ["tini", "dumb-init"];
    private static readonly string[] Strategies = ["single", "origin"];

    private readonly string _file;
    private readonly SpecFindings _findings;
    private readonly MapReader _top;

    private SpecReader(string file, MapReader top)
    {
        _file = file;
        _findings = top.Findings;
        _top = top;
    }

    /// <summary>The document as a spec of its own, and what it includes, the lowest first; null where it is no map.</summary>
    public static (ImageSpec Spec, ImmutableArray<Marked<string>> Includes)? Read(string file, SpecNode document, SpecFindings findings)
    {
        if (MapReader.Of(document, "an image file", SpecKeys.Top, findings) is not { } top)
        {
            return null;
        }

        var reader = new SpecReader(file, top);
        return (reader.ReadSpec() with { Keys = KeyMarks(document) }, reader.ReadIncludes());
    }

    // One name as apko has it, or several.
    private ImmutableArray<Marked<string>> ReadIncludes() => _top.Node("include") switch
    {
        null => [],
        SpecNode.Sequence => _top.Texts("include"),
        _ => _top.RequiredText("include") is { } include ? [include] : [],
    };

    private static ImmutableSortedDictionary<string, SourceMark> KeyMarks(SpecNode document)
    {
        var marks = ImmutableSortedDictionary.CreateBuilder<string, SourceMark>(StringComparer.Ordinal);
        foreach (var (key, value) in ((SpecNode.Mapping)document).Entries)
        {
            marks[key.Value] = key.Mark;
            foreach (var (inner, deeper) in value is SpecNode.Mapping map ? map.Entries : [])
            {
                marks[$"{key.Value}.{inner.Value}"] = inner.Mark;
                foreach (var (deepest, _) in deeper is SpecNode.Mapping third ? third.Entries : [])
                {
                    marks[$"{key.Value}.{inner.Value}.{deepest.Value}"] = deepest.Mark;
                }
            }
        }

        return marks.ToImmutable();
    }

    private ImageSpec ReadSpec()
    {
        if (_top.Node("variants") is not null)
        {
            _findings.Problem(_top.KeyMark("variants"), "'variants' is kept for a later version; write one image file each, with a common 'include'");
        }

        var spec = new ImageSpec
        {
            FileName = _file,
            Contents = _findings.Section("contents", ReadContents),
            Entrypoint = ReadEntrypoint(),
            Command = ReadWords(_top, "cmd"),
            WorkingDirectory = _top.Checked("work-dir", SpecTexts.AbsolutePath)?.Value,
            StopSignal = ReadStopSignal(),
            Init = _top.Choice("init", Inits),
            Debug = _top.Flag("debug"),
            Accounts = _findings.Section("accounts", ReadAccounts),
            Environment = _top.TextMap("environment", SpecTexts.VariableName),
            Paths = [.. _top.Maps("paths", SpecKeys.Path).Select(ReadPath).OfType<PathSpec>()],
        };
        return spec with
        {
            Architectures = ReadArchitectures(preferDebian: spec.Contents.PackageRepositories.Any(static repository => repository is RepositorySpec.Debian)),
            Annotations = _top.TextMap("annotations", SpecTexts.LabelName),
            Labels = _top.TextMap("labels", SpecTexts.LabelName),
            Volumes = [.. _top.Texts("volumes", static text => InEntry("volumes", SpecTexts.AbsolutePath(text))).Select(static volume => volume.Value)],
            Ports = ReadPorts(),
            Layering = ReadLayering(),
            Compression = ReadCompression(),
            Certificates = ReadCertificates(),
            OsRelease = ReadOsRelease(),
            VcsUrl = _top.Text("vcs-url")?.Value,
            Policy = ReadPolicy(),
            Tests = ReadTests(),
            Warnings = _findings.Warnings,
        };
    }

    // Kept as it was written, since that is what is printed and merged; what is wrong with it is told here.
    private SpecNode? ReadPolicy()
    {
        var node = _top.Node("policy");
        if (node is not null)
        {
            PolicyReader.Read(node, _findings);
        }

        return node;
    }

    // What stands in files of their own is read when an image is built or tested.
    private SpecNode? ReadTests()
    {
        var node = _top.Node("tests");
        if (node is not null)
        {
            ImageTests.Check(node, _findings);
        }

        return node;
    }

    private static string? InEntry(string key, string? reason) => reason is null ? null : $"an entry of '{key}' {reason}";

    private ContentsSpec ReadContents() =>
        _top.Map("contents", SpecKeys.Contents) is { } contents ? new ContentsReader(contents).Read() : new ContentsSpec();

    private AccountsSpec ReadAccounts() =>
        _top.Map("accounts", SpecKeys.Accounts) is { } accounts ? AccountsReader.Read(accounts) : new AccountsSpec();

    private EntrypointSpec? ReadEntrypoint()
    {
        if (_top.Map("entrypoint", SpecKeys.Entrypoint) is not { } map)
        {
            return null;
        }

        bool isBundle = map.Choice("type", "service-bundle") is not null;
        var services = map.TextMap("services", SpecTexts.FileName);
        var command = ReadWords(map, "command");
        string? fragment = map.Text("shell-fragment")?.Value;
        if (isBundle && services.IsEmpty)
        {
            _findings.Problem(map.KeyMark("type"), "a service-bundle needs 'services'");
        }
        else if (!isBundle && !services.IsEmpty && map.Node("type") is null)
        {
            _findings.Problem(map.KeyMark("services"), "'services' needs 'type: service-bundle'");
        }

        if (!command.IsEmpty && fragment is not null)
        {
            _findings.Problem(map.KeyMark("shell-fragment"), "'command' and 'shell-fragment' exclude each other");
        }

        bool isEmpty = !isBundle && command.IsEmpty && fragment is null;
        return isEmpty ? null : new EntrypointSpec(command, fragment, isBundle, services);
    }

    // One string as apko has it, or the words as a list.
    private ImmutableArray<string> ReadWords(MapReader map, string key)
    {
        if (map.Node(key) is SpecNode.Sequence)
        {
            return [.. map.Texts(key).Select(static word => word.Value)];
        }

        if (map.Text(key) is not { } text)
        {
            return [];
        }

        var words = CommandWords.Split(text.Value, out string? reason);
        _findings.ProblemIf(reason is null ? null : $"'{key}' {reason}", text.Mark);
        return words;
    }

    private string? ReadStopSignal()
    {
        if (_top.Text("stop-signal") is not { } text)
        {
            return null;
        }

        string? signal = SpecTexts.Signal(text.Value, out string? reason);
        _findings.ProblemIf(reason, text.Mark);
        return signal;
    }

    private PathSpec? ReadPath(MapReader map)
    {
        var path = map.RequiredText("path");
        string? reason = path is { } given ? SpecTexts.AbsolutePath(given.Value) : null;
        _findings.ProblemIf(reason is null ? null : $"'path' {reason}", path?.Mark ?? map.Mark);
        string? type = map.RequiredText("type") is null ? null : map.Choice("type", "directory", "empty-file", "hardlink", "symlink", "permissions");
        var (uid, gid, permissions, recursive) = (map.Id("uid"), map.Id("gid"), map.Mode("permissions"), map.Flag("recursive"));
        string? source = ReadLinkSource(map, type);
        if (type is null || path is not { } text || !TreePath.TryParseRooted(text.Value, out var target))
        {
            return null;
        }

        var kind = type switch
        {
            "directory" => PathKind.Directory,
            "empty-file" => PathKind.EmptyFile,
            "hardlink" => PathKind.HardLink,
            "symlink" => PathKind.SymbolicLink,
            _ => PathKind.Permissions,
        };
        return new PathSpec(kind, target, map.Mark) { Uid = uid, Gid = gid, Permissions = permissions, Source = source, Recursive = recursive };
    }

    private string? ReadLinkSource(MapReader map, string? type)
    {
        switch (type)
        {
            case "hardlink" or "symlink":
                var source = map.RequiredText("source");
                string? reason = type == "hardlink" && source is { } given ? SpecTexts.AbsolutePath(given.Value) : null;
                _findings.ProblemIf(reason is null ? null : $"'source' {reason}", source?.Mark ?? map.Mark);
                return source?.Value;
            case not null when map.Node("source") is not null:
                _findings.Problem(map.KeyMark("source"), "'source' is for hardlink and symlink");
                return null;
            default:
                return null;
        }
    }

    private ImmutableArray<Marked<ImageArchitecture>> ReadArchitectures(bool preferDebian)
    {
        var architectures = ImmutableArray.CreateBuilder<Marked<ImageArchitecture>>();
        foreach (var name in _top.Texts("archs"))
        {
            if (!ImageArchitecture.TryParse(name.Value, preferDebian, out var architecture))
            {
                _findings.Problem(name.Mark, $"unknown architecture '{name.Value}'{SpecFindings.Suggestion(name.Value, ImageArchitecture.Names)}");
            }
            else if (!architectures.Any(other => other.Value == architecture))
            {
                architectures.Add(new(architecture, name.Mark));
            }
        }

        return architectures.ToImmutable();
    }

    private ImmutableArray<PortSpec> ReadPorts()
    {
        var ports = ImmutableArray.CreateBuilder<PortSpec>();
        foreach (var text in _top.Texts("ports"))
        {
            if (SpecTexts.Port(text.Value, out string? reason) is { } port)
            {
                ports.Add(port);
            }

            _findings.ProblemIf(reason, text.Mark);
        }

        return [.. ports.Distinct()];
    }

    private LayeringSpec? ReadLayering()
    {
        if (_top.Map("layering", SpecKeys.Layering) is not { } map)
        {
            return null;
        }

        string? strategy = map.RequiredText("strategy") is null ? null : map.Choice("strategy", Strategies);
        int? budget = map.Count("budget", most: 127);
        return strategy is null ? null : new LayeringSpec(strategy, budget);
    }

    private LayerCompression ReadCompression() => _top.Choice("compression", LayerCompressions.Names) is { } name ? LayerCompressions.Named(name) : default;

    private ImmutableArray<CertificateSpec> ReadCertificates()
    {
        var certificates = ImmutableArray.CreateBuilder<CertificateSpec>();
        foreach (var map in _top.Map("certificates", SpecKeys.Certificates)?.Maps("additional", SpecKeys.Certificate) ?? [])
        {
            var name = map.RequiredText("name") is null ? null : map.Checked("name", SpecTexts.FileName);
            var content = map.RequiredText("content") is null ? null : map.Checked("content", SpecTexts.Certificate);
            if (name is { } known && content is { } pem)
            {
                certificates.Add(new CertificateSpec(known.Value, pem.Value, map.Mark));
            }
        }

        return certificates.ToImmutable();
    }

    private ImmutableSortedDictionary<string, string> ReadOsRelease()
    {
        var fields = ImageSpec.NoTexts.ToBuilder();
        if (_top.Map("os-release", SpecKeys.OsRelease) is not { } map)
        {
            return ImageSpec.NoTexts;
        }

        foreach (string key in SpecKeys.OsRelease)
        {
            if (map.Checked(key, static text => text.AsSpan().IndexOfAny("\r\n") >= 0 ? "must be one line" : null) is { } value)
            {
                fields[key.Replace('-', '_').ToUpperInvariant()] = value.Value;
            }
        }

        return fields.ToImmutable();
    }
}
