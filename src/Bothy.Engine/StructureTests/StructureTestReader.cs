using System.Collections.Immutable;
using System.Globalization;
using Bothy.Engine.ImageFiles;
using Bothy.Formats.Text;
using Bothy.Formats.Trees;
using Bothy.Inspection.StructureTests;

namespace Bothy.Engine.StructureTests;

/// <summary>
/// Reads files of container-structure-test, schemas 1.0.0 and 2.0.0, in YAML or JSON, with our own kinds of tests beside the original's.
/// Every mistake is named with its line and column; an expression that Go would refuse is one.
/// </summary>
public sealed class StructureTestReader
{
    private const int LargestSize = int.MaxValue;

    private static readonly ImmutableArray<string> Common =
    [
        "schemaVersion", "globalEnvVars", "commandTests", "fileExistenceTests", "fileContentTests", "licenseTests",
        "globTests", "digestTests", "linkTests", "packageTests", "sizeTest", "setuidTest",
    ];

    // What would let a command out of its container, or in what the environment keeps secret.
    private static readonly string[] NotGranted = ["privileged", "allocateTty", "envFile", "envVars", "bindMounts"];

    private readonly SpecFindings _findings;
    private readonly MapReader _root;
    private readonly bool _isFirst;

    private StructureTestReader(MapReader root, SpecFindings findings, bool isFirst)
    {
        _root = root;
        _findings = findings;
        _isFirst = isFirst;
    }

    /// <summary>Reads <paramref name="content"/>, which is called <paramref name="fileName"/> in messages.</summary>
    /// <exception cref="ImageFileException">It has mistakes.</exception>
    public static StructureTestFile Parse(string fileName, ReadOnlySpan<byte> content)
    {
        var findings = new SpecFindings();
        var file = Read(fileName, content, findings);
        findings.ThrowIfAny();
        return file!;
    }

    /// <summary>The same, noting mistakes; null where there is nothing to be read.</summary>
    internal static StructureTestFile? Read(string fileName, ReadOnlySpan<byte> content, SpecFindings findings) =>
        YamlText.Decode(fileName, content, findings) is { } text && YamlTree.Read(fileName, text, findings) is { } node ? Read(fileName, node, findings, isWithin: false) : null;

    /// <summary>Tests that stand within another file, which need not name their schema: 2.0.0 unless they do. They are called <paramref name="name"/>.</summary>
    internal static StructureTestFile? ReadWithin(string name, SpecNode node, SpecFindings findings) => Read(name, node, findings, isWithin: true);

    private static StructureTestFile? Read(string fileName, SpecNode node, SpecFindings findings, bool isWithin)
    {
        bool isFirst = node is SpecNode.Mapping map && map.Entries.Any(static entry => entry is { Key.Value: "schemaVersion", Value: SpecNode.Scalar { Text: "1.0.0" } });
        return MapReader.Of(node, isWithin ? "an entry of 'tests'" : "a test file", isFirst ? Common : [.. Common, "metadataTest", "containerRunOptions"], findings) is { } root
            ? new StructureTestReader(root, findings, isFirst).Read(fileName, isWithin)
            : null;
    }

    private StructureTestFile Read(string fileName, bool isWithin)
    {
        var version = isWithin ? _root.Text("schemaVersion") : _root.RequiredText("schemaVersion");
        if (version is { Value: not ("1.0.0" or "2.0.0" or "") })
        {
            _findings.Problem(version.Mark, $"'schemaVersion' must be 1.0.0 or 2.0.0, not '{version.Value}'");
        }

        var options = _root.Map("containerRunOptions", ["user", "privileged", "allocateTty", "envFile", "envVars", "capabilities", "bindMounts"]);
        return new StructureTestFile
        {
            FileName = fileName,
            Environment = Values(_root, "globalEnvVars", mayBePattern: false),
            User = options?.Text("user")?.Value,
            Capabilities = Texts(options, "capabilities"),
            Ungranted = options is null ? [] : [.. NotGranted.Where(key => options.Node(key) is { } node && node is not SpecNode.Scalar { Text: "false" })],
            Tests =
            [
                .. Each("commandTests", ["name", "setup", "teardown", "envVars", "exitCode", "command", "args", "expectedOutput", "excludedOutput", "expectedError", "excludedError"], Command),
                .. Each("fileExistenceTests", ["name", "path", "shouldExist", "permissions", "uid", "gid", "isExecutableBy"], FileExistence),
                .. Each("fileContentTests", ["name", "path", "expectedContents", "excludedContents"], map => new StructureTest.FileText(
                    Required(map, "name"), Required(map, "path"), Patterns(map, "expectedContents"), Patterns(map, "excludedContents"))),
                .. Each("licenseTests", ["debian", "files"], map => new StructureTest.License("licenses", map.Flag("debian"), Texts(map, "files"))),
                .. Metadata(),
                .. Each("globTests", ["name", "glob", "shouldExist", "minCount", "maxCount"], Glob),
                .. Each("digestTests", ["name", "path", "sha256"], FileDigest),
                .. Each("linkTests", ["name", "path", "target"], map => new StructureTest.Link($"link: {Required(map, "name")}", Required(map, "path"), Required(map, "target"))),
                .. Each("packageTests", ["name", "package", "installed", "version"], Package),
                .. Size(),
                .. Setuid(),
            ],
        };
    }

    private IEnumerable<StructureTest> Each(string key, ImmutableArray<string> keys, Func<MapReader, StructureTest> read) => _root.Maps(key, keys).Select(read);

    private StructureTest.Command Command(MapReader map)
    {
        // The first schema has the whole command as a list, the second its program as a text.
        ImmutableArray<string> words = _isFirst ? Texts(map, "command") : [Required(map, "command"), .. Texts(map, "args")];
        if (_isFirst && words.IsEmpty)
        {
            _findings.Problem(map.KeyMark("command"), "'command' must be a list of the program and its arguments");
        }

        return new StructureTest.Command(Required(map, "name"), words)
        {
            Setup = Commands(map, "setup"),
            Teardown = Commands(map, "teardown"),
            Environment = Values(map, "envVars", mayBePattern: false),
            ExpectedOutput = Patterns(map, "expectedOutput"),
            ExcludedOutput = Patterns(map, "excludedOutput"),
            ExpectedError = Patterns(map, "expectedError"),
            ExcludedError = Patterns(map, "excludedError"),
            ExitCode = Number(map, "exitCode") ?? 0,
        };
    }

    private StructureTest.FileExistence FileExistence(MapReader map)
    {
        string? permissions = map.Text("permissions")?.Value;
        if (permissions is not null && (permissions.Length < 10 || permissions.AsSpan(permissions.Length - 9).IndexOfAnyExcept("rwx-") >= 0))
        {
            _findings.Problem(map.Node("permissions")!.Mark, $"'permissions' must be a mode as Go prints it, such as -rw-r--r-- or drwxr-xr-x, not '{permissions}'");
        }

        return new StructureTest.FileExistence(Required(map, "name"), Required(map, "path"), map.Node("shouldExist") is null || map.Flag("shouldExist"))
        {
            Permissions = permissions,
            UserId = Number(map, "uid"),
            GroupId = Number(map, "gid"),
            IsExecutableBy = map.Choice("isExecutableBy", "owner", "group", "other", "any"),
        };
    }

    private IEnumerable<StructureTest> Metadata()
    {
        string[] keys =
        [
            "env", "envVars", "unboundEnvVars", "labels", "entrypoint", "cmd", "exposedPorts", "unexposedPorts", "volumes", "unmountedVolumes", "workdir", "user",
        ];
        if (_root.Map("metadataTest", [.. keys]) is { } map)
        {
            yield return new StructureTest.Metadata("metadata")
            {
                Environment = [.. Values(map, "envVars", mayBePattern: true), .. Values(map, "env", mayBePattern: true)],
                UnboundEnvironment = [.. Values(map, "unboundEnvVars", mayBePattern: false).Select(static one => one.Key)],
                Labels = Values(map, "labels", mayBePattern: true),
                ExposedPorts = Texts(map, "exposedPorts"),
                UnexposedPorts = Texts(map, "unexposedPorts"),
                Volumes = Texts(map, "volumes"),
                UnmountedVolumes = Texts(map, "unmountedVolumes"),
                Entrypoint = map.Node("entrypoint") is null ? null : AnyTexts(map, "entrypoint"),
                Cmd = map.Node("cmd") is null ? null : AnyTexts(map, "cmd"),
                WorkingDirectory = map.Text("workdir")?.Value,
                User = map.Text("user")?.Value,
            };
        }
    }

    private StructureTest.Glob Glob(MapReader map)
    {
        bool shouldExist = map.Node("shouldExist") is null || map.Flag("shouldExist");
        int least = Number(map, "minCount") ?? (shouldExist && map.Node("maxCount") is null ? 1 : 0);
        return new StructureTest.Glob($"glob: {Required(map, "name")}", Required(map, "glob"), shouldExist ? least : 0, shouldExist ? Number(map, "maxCount") : 0);
    }

    private StructureTest.FileDigest FileDigest(MapReader map)
    {
        string hex = Required(map, "sha256");
        if (!Digest.TryParseHex(hex, out var digest) && hex.Length > 0)
        {
            _findings.Problem(map.Node("sha256")!.Mark, $"'sha256' must be 64 lower-case hex digits, not '{hex}'");
        }

        return new StructureTest.FileDigest($"digest: {Required(map, "name")}", Required(map, "path"), digest);
    }

    private StructureTest.Package Package(MapReader map)
    {
        string package = Required(map, "package");
        return new StructureTest.Package(
            $"package: {map.Text("name")?.Value ?? package}", package, map.Node("installed") is null || map.Flag("installed"), map.Text("version") is { } version ? Pattern(version) : null);
    }

    private IEnumerable<StructureTest> Size()
    {
        if (_root.Map("sizeTest", ["name", "maxUnpacked", "maxCompressed", "maxPackages"]) is { } map)
        {
            yield return new StructureTest.Size($"size: {map.Text("name")?.Value ?? "budget"}", Bytes(map, "maxUnpacked"), Bytes(map, "maxCompressed"), Number(map, "maxPackages"));
        }
    }

    private IEnumerable<StructureTest> Setuid()
    {
        if (_root.Map("setuidTest", ["name", "allowed"]) is { } map)
        {
            yield return new StructureTest.Setuid($"setuid: {map.Text("name")?.Value ?? "audit"}", [.. Texts(map, "allowed").Select(static pattern => new PathPattern(pattern))]);
        }
    }

    private ImmutableArray<ExpectedValue> Values(MapReader map, string key, bool mayBePattern)
    {
        var values = ImmutableArray.CreateBuilder<ExpectedValue>();
        foreach (var one in map.Maps(key, mayBePattern ? ["key", "value", "isRegex"] : ["key", "value"]))
        {
            string value = one.Text("value")?.Value ?? "";
            var pattern = mayBePattern && one.Flag("isRegex") && one.Text("value") is { } marked ? Pattern(marked) : null;
            values.Add(new ExpectedValue(Required(one, "key"), value, pattern));
        }

        return values.ToImmutable();
    }

    private ImmutableArray<ImmutableArray<string>> Commands(MapReader map, string key)
    {
        var commands = ImmutableArray.CreateBuilder<ImmutableArray<string>>();
        foreach (var item in map.List(key))
        {
            if (item is not SpecNode.Sequence { Items.Length: > 0 } words)
            {
                _findings.Problem(item.Mark, $"an entry of '{key}' must be a list of a program and its arguments");
                continue;
            }

            commands.Add([.. words.Items.Select(word => map.Text(word, $"a word of '{key}'")?.Value ?? "")]);
        }

        return commands.ToImmutable();
    }

    private ImmutableArray<GoPattern> Patterns(MapReader map, string key) => [.. map.Texts(key).Select(Pattern).OfType<GoPattern>()];

    private GoPattern? Pattern(Marked<string> text)
    {
        bool isPattern = GoPattern.TryParse(text.Value, out var pattern, out string? problem);
        _findings.ProblemIf(isPattern ? null : $"'{text.Value}' is not a regular expression of Go's: {problem}", text.Mark);
        return pattern;
    }

    private static string Required(MapReader map, string key) => map.RequiredText(key)?.Value ?? "";

    private static ImmutableArray<string> Texts(MapReader? map, string key) => map is null ? [] : [.. map.Texts(key).Select(static text => text.Value)];

    // Words of a command may be empty.
    private static ImmutableArray<string> AnyTexts(MapReader map, string key) => [.. map.List(key).Select(item => map.Text(item, $"an entry of '{key}'")?.Value ?? "")];

    private int? Number(MapReader map, string key)
    {
        if (map.Text(key) is not { } text)
        {
            return null;
        }

        if (int.TryParse(text.Value, NumberStyles.None, CultureInfo.InvariantCulture, out int number))
        {
            return number;
        }

        _findings.Problem(text.Mark, FormattableString.Invariant($"'{key}' must be a number from 0 to {LargestSize}, not '{text.Value}'"));
        return null;
    }

    private long? Bytes(MapReader map, string key)
    {
        if (map.Text(key) is not { } text)
        {
            return null;
        }

        if (ByteSize.TryParse(text.Value, out long bytes))
        {
            return bytes;
        }

        _findings.Problem(text.Mark, $"'{key}' must be a size such as 500K or 20M, not '{text.Value}'");
        return null;
    }
}
