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
        byte[] content;
        try
        {
            content = FileInclusion.ReadBounded(Path.Combine(workingDirectory, path));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new BothyException($"cannot read {path}: {FileInclusion.Reason(failure)}", failure);
        }

        var findings = new SpecFindings();
        var inclusion = new FileInclusion(workingDirectory, findings);
        return Finish(inclusion.Read(path, content), findings);
    }

    /// <summary>Reads <paramref name="content"/> as an image file called <paramref name="fileName"/>, which may include nothing.</summary>
    /// <exception cref="ImageFileException">The text has mistakes.</exception>
    public static ImageSpec Parse(string fileName, ReadOnlySpan<byte> content)
    {
        var findings = new SpecFindings();
        var inclusion = new FileInclusion(workingDirectory: null, findings);
        return Finish(inclusion.Read(fileName, content), findings);
    }

    private static ImageSpec Finish(ImageSpec? spec, SpecFindings findings)
    {
        if (spec is not null)
        {
            SpecChecks.Check(spec, findings);
        }

        findings.ThrowIfAny();
        return spec!;
    }
}
