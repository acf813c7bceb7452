using System.Collections.Immutable;
using System.Text;
using Bothy.Engine.ImageFiles;
using Bothy.Inspection.StructureTests;

namespace Bothy.Engine.StructureTests;

/// <summary>The tests that an image file holds its image to: files that it names, and tests that stand in it.</summary>
/// <param name="Files">The tests, in the image file's order. What stands in the image file is called by its place there.</param>
/// <param name="Digest">The digest of all that they ask for.</param>
public sealed record ImageTests(ImmutableArray<StructureTestFile> Files, Digest Digest)
{
    /// <summary>The files that were read, and those that were looked for and not there.</summary>
    public ImmutableArray<FileRead> Read { get; init; } = [];

    /// <summary>The tests of <paramref name="spec"/>; null where it has none.</summary>
    /// <param name="spec">The image file. A file of tests is looked for beside the file that names it first, then from <paramref name="workingDirectory"/>.</param>
    /// <param name="workingDirectory">Where relative names start: a full path.</param>
    /// <exception cref="ImageFileException">A file of tests cannot be read, or has mistakes.</exception>
    public static ImageTests? Of(ImageSpec spec, string workingDirectory)
    {
        ArgumentNullException.ThrowIfNull(spec);
        if (spec.Tests is not { } node)
        {
            return null;
        }

        var findings = new SpecFindings();
        var files = ImmutableArray.CreateBuilder<StructureTestFile>();
        var read = new List<FileRead>();

        // Tests that stand in the image file are among what it says.
        var facts = new StringBuilder(ImageSpecWriter.ToYaml(new ImageSpec { FileName = spec.FileName, Tests = node }));
        foreach (var entry in Entries(node))
        {
            if (entry is not SpecNode.Scalar)
            {
                files.Add(ReadWithin(entry, findings)!);
            }
            else if (ReadBeside(entry, workingDirectory, findings, read) is var (name, content) && StructureTestReader.Read(name, content, findings) is { } file)
            {
                files.Add(file);
                facts.Append(System.Globalization.CultureInfo.InvariantCulture, $"{name}\n{Digest.Of(content)}\n");
            }
        }

        findings.ThrowIfAny();
        return new ImageTests(files.ToImmutable(), Digest.Of(Encoding.UTF8.GetBytes(facts.ToString()))) { Read = [.. read] };
    }

    /// <summary>The tests of the file at <paramref name="path"/>, relative to <paramref name="workingDirectory"/>: a file of tests, or an image file that has some.</summary>
    /// <exception cref="ImageFileException">The file, or one that it names, has mistakes.</exception>
    /// <exception cref="BothyException">The file cannot be read, or has no tests.</exception>
    public static ImmutableArray<StructureTestFile> Load(string path, string workingDirectory)
    {
        byte[] content = FileInclusion.ReadNamed(path, workingDirectory);
        return !IsImageFile(path, content) ? [StructureTestReader.Parse(path, content)]
            : Of(ImageFile.Load(path, workingDirectory), workingDirectory) is { } tests ? tests.Files
            : throw new BothyException($"cannot test by {path}: the image file has no 'tests'");
    }

    /// <summary>Notes what is wrong with the value of <c>tests</c>, as far as it stands in the image file.</summary>
    internal static void Check(SpecNode node, SpecFindings findings)
    {
        foreach (var entry in Entries(node))
        {
            if (entry is SpecNode.Mapping)
            {
                ReadWithin(entry, findings);
            }
            else if (MapReader.Kind(entry) is var kind && (kind != "text" || ((SpecNode.Scalar)entry).Text.AsSpan().TrimEnd('/').Length == 0))
            {
                findings.Problem(entry.Mark, $"an entry of 'tests' must be the path of a file of tests, or a map like one, not {(kind == "text" ? "nothing" : kind)}");
            }
            else if (((SpecNode.Scalar)entry).Text.Contains('\0', StringComparison.Ordinal))
            {
                findings.Problem(entry.Mark, "an entry of 'tests' holds a NUL character");
            }
        }
    }

    // One alone as it is, or a list.
    private static ImmutableArray<SpecNode> Entries(SpecNode node) => node is SpecNode.Sequence list ? list.Items : [node];

    private static StructureTestFile? ReadWithin(SpecNode entry, SpecFindings findings) =>
        StructureTestReader.ReadWithin(FormattableString.Invariant($"{entry.Mark.File}:{entry.Mark.Line}"), entry, findings);

    private static (string Name, byte[] Content)? ReadBeside(SpecNode entry, string workingDirectory, SpecFindings findings, List<FileRead> read)
    {
        string text = ((SpecNode.Scalar)entry).Text;
        string name = FileInclusion.NameBeside(text, entry.Mark.File, workingDirectory);
        string beside = FileInclusion.Beside(text, entry.Mark.File);
        if (name != beside)
        {
            read.Add(new FileRead(Path.GetFullPath(beside, workingDirectory), null));
        }

        try
        {
            string path = Path.GetFullPath(name, workingDirectory);
            byte[] content = FileInclusion.ReadBounded(path);
            read.Add(new FileRead(path, Digest.Of(content)));
            return (name, content);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            findings.Problem(entry.Mark, $"cannot read '{text}': {FileInclusion.Reason(failure)}");
            return null;
        }
    }

    // A file of tests names its schema. What is neither is read as one, which says what is wrong with it.
    private static bool IsImageFile(string path, byte[] content)
    {
        var findings = new SpecFindings();
        return YamlText.Decode(path, content, findings) is { } text
            && YamlTree.Read(path, text, findings) is SpecNode.Mapping map
            && !map.Entries.Any(static entry => entry.Key.Value == "schemaVersion")
            && map.Entries.Any(static entry => entry.Key.Value is "contents" or "include" or "tests");
    }
}
