using System.Collections.Immutable;

namespace Bothy.Engine.ImageFiles;

/// <summary>
/// Reads image files: apko's YAML with Bothy's own keys beside it. <c>docs/image-file.md</c> describes every key.
/// </summary>
public static class ImageFile
{
    /// <summary>The largest image file, in bytes.</summary>
    public const int MaxBytes = YamlText.MaxBytes;

    /// <summary>
    /// Reads the image file at <paramref name="path"/> and all it includes. Relative paths, the file's own too, start at
    /// <paramref name="workingDirectory"/>; an include is looked for beside the including file first, then there.
    /// </summary>
    /// <exception cref="ImageFileException">The file, or one it includes, has mistakes.</exception>
    /// <exception cref="BothyException">The file itself cannot be read.</exception>
    public static ImageSpec Load(string path, string workingDirectory)
    {
        byte[] content = FileInclusion.ReadNamed(path, workingDirectory);
        var findings = new SpecFindings();
        var inclusion = new FileInclusion(workingDirectory, findings);
        return Finish(inclusion.Read(path, content), findings) with
        {
            Files = [new FileRead(Path.GetFullPath(path, workingDirectory), Digest.Of(content)), .. inclusion.Files],
        };
    }

    /// <summary>Reads <paramref name="content"/> as an image file called <paramref name="fileName"/>, which may include nothing.</summary>
    /// <exception cref="ImageFileException">The text has mistakes.</exception>
    public static ImageSpec Parse(string fileName, ReadOnlySpan<byte> content)
    {
        var findings = new SpecFindings();
        var inclusion = new FileInclusion(workingDirectory: null, findings);
        return Finish(inclusion.Read(fileName, content), findings);
    }

    /// <summary>The spec with what a command line adds to its repositories and keys; they come after its own.</summary>
    /// <param name="spec">The image file.</param>
    /// <param name="repositories">Repository lines, as in <c>contents.repositories</c>.</param>
    /// <param name="buildRepositories">Repository lines, as in <c>contents.build_repositories</c>.</param>
    /// <param name="keyring">Keys, as in <c>contents.keyring</c>.</param>
    /// <exception cref="BothyException">One of the lines is not a repository.</exception>
    public static ImageSpec Append(ImageSpec spec, IEnumerable<string> repositories, IEnumerable<string> buildRepositories, IEnumerable<string> keyring)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var findings = new SpecFindings();
        var mark = new SourceMark("command line", 1, 1);
        var added = new ImageSpec
        {
            FileName = spec.FileName,
            Contents = new ContentsSpec
            {
                Repositories = Lines(repositories),
                BuildRepositories = Lines(buildRepositories),
                Keyring = [.. keyring.Select(key => new Marked<string>(key, mark))],
            },
        };
        try
        {
            return Finish(SpecMerge.Over(spec, added), findings) with { Files = spec.Files };
        }
        catch (ImageFileException mistakes)
        {
            throw new BothyException($"cannot add to {spec.FileName}: {string.Join("\n  ", mistakes.Problems.Select(problem => problem.Value))}", mistakes);
        }

        ImmutableArray<RepositorySpec> Lines(IEnumerable<string> lines) =>
            [.. lines.Select(line => RepositoryText.Read(new Marked<string>(line, mark), findings)).OfType<RepositorySpec>()];
    }

    private static ImageSpec Finish(ImageSpec? spec, SpecFindings findings)
    {
        if (spec is not null)
        {
            SpecChecks.Check(spec, findings);
        }

        findings.ThrowIfAny();
        return WithDefaults(spec!);
    }

    // What a file leaves open may depend on what another one that it includes says.
    private static ImageSpec WithDefaults(ImageSpec spec) => spec.MarkOf("contents.documentation") is not null
        ? spec
        : spec with { Contents = spec.Contents with { Documentation = spec.Contents.DefaultDocumentation } };
}
