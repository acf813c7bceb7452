using System.Collections.Immutable;
using System.Text;
using Bothy.Formats.Text;
using Bothy.Formats.Trees;
using Bothy.Inspection.Catalog;

namespace Bothy.Inspection.StructureTests;

/// <summary>Runs tests on an image: those of files and metadata on its tree, those of commands where something can run them.</summary>
public sealed class StructureTester(ImageContents contents, ICommandRunner runner)
{
    private const int MostShown = 300;
    private const int LargestText = 64 << 20;

    private readonly Dictionary<string, string> _environment = contents.Container.Env
        .Select(static variable => variable.Split('=', 2))
        .GroupBy(static parts => parts[0], StringComparer.Ordinal)
        .ToDictionary(static same => same.Key, static same => same.Last().ElementAtOrDefault(1) ?? "", StringComparer.Ordinal);

    /// <summary>The size of the image's layers as a registry keeps them, in bytes; null where there are none yet.</summary>
    public long? CompressedSize { get; init; } = contents.Image?.Manifest.Layers.Sum(static layer => layer.Size);

    /// <summary>Runs every test of <paramref name="file"/>, in its order.</summary>
    public async Task<ImmutableArray<TestOutcome>> RunAsync(StructureTestFile file, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(file);
        var outcomes = ImmutableArray.CreateBuilder<TestOutcome>();
        foreach (var test in file.Tests)
        {
            cancellationToken.ThrowIfCancellationRequested();
            outcomes.Add(test is StructureTest.Command command ? await RunAsync(command, file, cancellationToken) : Run(test));
        }

        return outcomes.ToImmutable();
    }

    private TestOutcome Run(StructureTest test)
    {
        var problems = new List<string>();
        try
        {
            problems.AddRange(test switch
            {
                StructureTest.FileExistence one => Check(one),
                StructureTest.FileText one => Check(one),
                StructureTest.Metadata one => new MetadataCheck(contents.Container, _environment).Of(one),
                StructureTest.License one => Check(one),
                StructureTest.Glob one => Check(one),
                StructureTest.FileDigest one => Check(one),
                StructureTest.Link one => Check(one),
                StructureTest.Package one => Check(one),
                StructureTest.Size one => Check(one),
                StructureTest.Setuid one => Check(one),
                _ => throw new ArgumentException($"no such test: {test}", nameof(test)),
            });
        }
        catch (BothyException failure)
        {
            problems.Add(failure.Message);
        }

        return new TestOutcome(TitleOf(test), problems.Count == 0 ? TestVerdict.Passed : TestVerdict.Failed, [.. problems]);
    }

    private async Task<TestOutcome> RunAsync(StructureTest.Command test, StructureTestFile file, CancellationToken cancellationToken)
    {
        string? problem = runner.Problem ?? (file.Ungranted.IsEmpty ? null : $"'containerRunOptions' asks for {string.Join(", ", file.Ungranted)}, which is not granted here");
        if (problem is not null)
        {
            return new TestOutcome(TitleOf(test), TestVerdict.NotRun, [problem]);
        }

        CommandResult result;
        try
        {
            result = await runner.RunAsync(Expanded(test, file), file, cancellationToken);
        }
        catch (BothyException failure)
        {
            return new TestOutcome(TitleOf(test), TestVerdict.Failed, [failure.Message]);
        }

        ImmutableArray<string> problems =
        [
            .. Mismatches(test.ExpectedError, test.ExcludedError, result.Error, "standard error"),
            .. Mismatches(test.ExpectedOutput, test.ExcludedOutput, result.Output, "the output"),
            .. result.ExitCode == test.ExitCode ? Array.Empty<string>() : [FormattableString.Invariant($"it exited with {result.ExitCode}, not with {test.ExitCode}")],
        ];
        return new TestOutcome(TitleOf(test), problems.IsEmpty ? TestVerdict.Passed : TestVerdict.Failed, problems) { Output = result.Output, Error = result.Error };
    }

    // Values are expanded with the image's variables; words with those and the test's.
    private StructureTest.Command Expanded(StructureTest.Command test, StructureTestFile file)
    {
        ImmutableArray<ExpectedValue> set = [.. file.Environment.Concat(test.Environment).Select(one => one with { Value = ShellText.Expand(one.Value, _environment) })];
        var all = new Dictionary<string, string>(_environment, StringComparer.Ordinal);
        foreach (var one in set)
        {
            all[one.Key] = one.Value;
        }

        return test with { Environment = set, Words = [.. test.Words.Select(word => ShellText.Expand(word, all))] };
    }

    private List<string> Check(StructureTest.FileExistence test)
    {
        string shown = ShellText.Expand(test.Path, _environment);
        var entry = Find(shown);
        if (entry is null || !test.ShouldExist)
        {
            return entry is null == test.ShouldExist ? [test.ShouldExist ? $"{shown} should exist and does not" : $"{shown} should not exist and does"] : [];
        }

        string mode = ShellText.GoMode(entry);
        var problems = new List<string>();
        if (test.Permissions is { } permissions && permissions != mode)
        {
            problems.Add($"{shown} has the permissions {mode}, not {permissions}");
        }

        if (test.UserId is { } user && user != entry.UserId)
        {
            problems.Add(FormattableString.Invariant($"{shown} is owned by user {entry.UserId}, not {user}"));
        }

        if (test.GroupId is { } group && group != entry.GroupId)
        {
            problems.Add(FormattableString.Invariant($"{shown} is owned by group {entry.GroupId}, not {group}"));
        }

        int wanted = test.IsExecutableBy switch { "owner" => 0b001_000_000, "group" => 0b1_000, "other" => 0b1, "any" => 0b001_001_001, _ => 0 };
        if (wanted != 0 && (entry.Mode & wanted) == 0)
        {
            problems.Add($"{shown} is not executable by {test.IsExecutableBy}: it has the permissions {mode}");
        }

        return problems;
    }

    private IEnumerable<string> Check(StructureTest.FileText test)
    {
        string shown = ShellText.Expand(test.Path, _environment);
        return Mismatches(test.Expected, test.Excluded, ReadText(shown), shown);
    }

    private IEnumerable<string> Check(StructureTest.License test)
    {
        // What container-structure-test forbids, and the package that it excepts.
        string[] forbidden = ["AGPL", "WTFPL"];
        var directory = TreePath.Parse("usr/share/doc");
        var files = test.Files.AsEnumerable();
        if (test.IsDebian)
        {
            var real = contents.Tree.Follow(directory) ?? directory;
            files = contents.Tree.Entries
                .Where(entry => entry.Kind == EntryKind.Directory && entry.Path.Parent == real && entry.Path != real && entry.Path.Name != "libgnutls30")
                .Select(static entry => $"/{entry.Path.Value}/copyright")
                .Concat(files);
        }

        foreach (string file in files)
        {
            string text = "";
            string? problem = null;
            try
            {
                text = ReadText(file).ToUpperInvariant();
            }
            catch (BothyException failure)
            {
                problem = failure.Message;
            }

            problem ??= Array.Find(forbidden, word => text.Contains(word, StringComparison.Ordinal)) is { } found ? $"{file} names the licence {found}" : null;
            if (problem is not null)
            {
                yield return problem;
            }
        }
    }

    private IEnumerable<string> Check(StructureTest.Glob test)
    {
        string pattern = test.Pattern.Trim('/');
        TreePath[] found = [.. contents.Tree.Entries.Where(entry => PathPattern.Matches(pattern, entry.Path.Value, crossSlashes: false)).Select(static entry => entry.Path)];
        if (found.Length < test.Least || found.Length > (test.Most ?? int.MaxValue))
        {
            string wanted = test.Most is { } most
                ? test.Least == most ? FormattableString.Invariant($"{most}") : FormattableString.Invariant($"{test.Least} to {most}")
                : FormattableString.Invariant($"at least {test.Least}");
            string first = found.Length > 0 ? $", such as /{VisibleText.Of(found[0].Value)}" : "";
            yield return FormattableString.Invariant($"{found.Length} paths match {test.Pattern}{first}; wanted are {wanted}");
        }
    }

    private IEnumerable<string> Check(StructureTest.FileDigest test) =>
        Content(test.Path).Digest is var digest && digest == test.Expected ? [] : [$"{test.Path} has the digest {digest}, not {test.Expected}"];

    private IEnumerable<string> Check(StructureTest.Link test) => Find(test.Path) switch
    {
        null => [$"{test.Path} does not exist"],
        { Kind: EntryKind.SymbolicLink } link when link.LinkTarget == test.Target => [],
        { Kind: EntryKind.SymbolicLink } link => [$"{test.Path} leads to {VisibleText.Of(link.LinkTarget ?? "")}, not to {test.Target}"],
        _ => [$"{test.Path} is not a symbolic link"],
    };

    private IEnumerable<string> Check(StructureTest.Package test)
    {
        var installed = contents.Packages.Where(package => package.Name == test.PackageName).ToList();
        if (installed.Count == 0 || !test.IsInstalled)
        {
            return installed.Count == 0 == test.IsInstalled
                ? [test.IsInstalled ? $"{test.PackageName} is not installed" : $"{test.PackageName} {installed[0].Version} is installed"]
                : [];
        }

        return test.Version is { } version && !installed.Exists(package => version.Matches(package.Version))
            ? [$"{test.PackageName} is installed in version {installed[0].Version}, which does not match '{version}'"]
            : [];
    }

    private IEnumerable<string> Check(StructureTest.Size test)
    {
        long unpacked = contents.Tree.Entries.Sum(static entry => entry.Content?.Length ?? 0);
        if (test.MostUnpacked is { } most && unpacked > most)
        {
            yield return $"it has {ByteSize.Text(unpacked)} unpacked, more than {ByteSize.Text(most)}";
        }

        if (test.MostCompressed is { } limit)
        {
            long compressed = CompressedSize ?? throw new BothyException("cannot tell the compressed size: there are no layers yet");
            if (compressed > limit)
            {
                yield return $"its layers have {ByteSize.Text(compressed)}, more than {ByteSize.Text(limit)}";
            }
        }

        if (test.MostPackages is { } packages && contents.Packages.Length > packages)
        {
            yield return FormattableString.Invariant($"it has {contents.Packages.Length} packages, more than {packages}");
        }
    }

    private IEnumerable<string> Check(StructureTest.Setuid test) => contents.Tree.Entries
        .Where(entry => entry.Kind == EntryKind.File
            && ((entry.Mode & 0b110_000_000_000) != 0 || entry.ExtendedAttributes.ContainsKey("security.capability"))
            && !test.Allowed.Any(pattern => pattern.Matches(entry.Path)))
        .Select(static entry => (entry.Mode & 0b110_000_000_000) != 0
            ? $"/{VisibleText.Of(entry.Path.Value)} is {((entry.Mode & 0b100_000_000_000) != 0 ? "setuid" : "setgid")}: {ShellText.GoMode(entry)}"
            : $"/{VisibleText.Of(entry.Path.Value)} has file capabilities");

    private static IEnumerable<string> Mismatches(ImmutableArray<GoPattern> expected, ImmutableArray<GoPattern> excluded, string text, string what) =>
    [
        .. expected.Where(pattern => !pattern.Matches(text)).Select(pattern => $"{what} does not match '{pattern}': {Shown(text)}"),
        .. excluded.Where(pattern => pattern.Matches(text)).Select(pattern => $"{what} matches '{pattern}', which is excluded: {Shown(text)}"),
    ];

    private static string Shown(string text) => text.Length == 0 ? "it is empty" : $"\"{VisibleText.Of(text.Length <= MostShown ? text : text[..MostShown])}\"{(text.Length > MostShown ? " …" : "")}";

    // The last link is not followed, as with docker's driver of the original; the root is always there.
    private TreeEntry? Find(string path)
    {
        string relative = string.Join('/', path.Split('/', StringSplitOptions.RemoveEmptyEntries));
        if (!TreePath.TryParse(relative, null, out var parsed) || contents.Tree.Follow(parsed, last: false) is not { } real)
        {
            return null;
        }

        if (contents.Tree.TryGet(real, out var entry))
        {
            return entry.Kind == EntryKind.HardLink ? contents.Tree.Find(real) : entry;
        }

        return real.IsRoot ? TreeEntry.Directory(real, new Origin.ImageFile("root")) : null;
    }

    private string ReadText(string path) => Encoding.UTF8.GetString(Content(path).ReadAll(LargestText));

    private FileContent Content(string path)
    {
        string relative = string.Join('/', path.Split('/', StringSplitOptions.RemoveEmptyEntries));
        return (TreePath.TryParse(relative, null, out var parsed) ? contents.Tree.Find(parsed) : null) switch
        {
            null => throw new BothyException($"cannot read {path}: there is no such file"),
            { Content: { } content } => content,
            _ => throw new BothyException($"cannot read {path}: it is not a file"),
        };
    }

    private static string TitleOf(StructureTest test) => test switch
    {
        StructureTest.Command => $"command: {test.Name}",
        StructureTest.FileExistence => $"file existence: {test.Name}",
        StructureTest.FileText => $"file content: {test.Name}",
        _ => test.Name,
    };
}
