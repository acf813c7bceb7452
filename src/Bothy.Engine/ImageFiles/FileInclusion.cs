namespace Bothy.Engine.ImageFiles;

/// <summary>Follows <c>include</c> from file to file. Without a working directory nothing may be included.</summary>
internal sealed class FileInclusion(string? workingDirectory, SpecFindings findings)
{
    private const int MaxDepth = 16;

    // The files being read, outermost first, by full path; the same file again would never end.
    private readonly List<string> _open = [];

    // Files that were included, by full path: one that several others include counts once, where it is met first.
    private readonly HashSet<string> _included = new(StringComparer.Ordinal);

    /// <summary>What was looked at for the sake of <c>include</c>, in that order.</summary>
    public List<FileRead> Files { get; } = [];

    /// <summary>The file's spec over what it includes, or null after noting why there is none.</summary>
    public ImageSpec? Read(string name, ReadOnlySpan<byte> content)
    {
        if (YamlText.Decode(name, content, findings) is not { } text
            || YamlTree.Read(name, text, findings) is not { } document
            || SpecReader.Read(name, document, findings) is not { } own)
        {
            return null;
        }

        _open.Add(FullPath(name));
        ImageSpec? below = null;
        foreach (var include in own.Includes)
        {
            if (ReadIncluded(name, include) is { } included)
            {
                below = below is null ? included : SpecMerge.Over(below, included);
            }
        }

        _open.RemoveAt(_open.Count - 1);
        return below is null ? own.Spec : SpecMerge.Over(below, own.Spec);
    }

    /// <summary>The bytes of the file that a user named.</summary>
    /// <exception cref="BothyException">It cannot be read.</exception>
    public static byte[] ReadNamed(string path, string workingDirectory)
    {
        try
        {
            return ReadBounded(Path.Combine(workingDirectory, path));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new BothyException($"cannot read {path}: {Reason(failure)}", failure);
        }
    }

    /// <summary>The bytes of a file, at most one more than an image file may have.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static byte[] ReadBounded(string path)
    {
        if (Directory.Exists(path))
        {
            throw new IOException("it is a directory");
        }

        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        byte[] buffer = new byte[YamlText.MaxBytes + 1];
        int read = file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        return buffer[..read];
    }

    /// <summary>What to call the file that <paramref name="namedBy"/> calls <paramref name="text"/>: beside that where it is there, else as it is written, from <paramref name="workingDirectory"/>.</summary>
    public static string NameBeside(string text, string namedBy, string workingDirectory)
    {
        string beside = Beside(text, namedBy);
        return File.Exists(Path.Combine(workingDirectory, beside)) ? beside : Normalize(text);
    }

    /// <summary>The file <paramref name="text"/> beside <paramref name="namedBy"/>.</summary>
    public static string Beside(string text, string namedBy) => Normalize(Path.Combine(Path.GetDirectoryName(namedBy) ?? "", text));

    /// <summary>Why a file cannot be read, in the words of this program.</summary>
    public static string Reason(Exception failure) => failure switch
    {
        FileNotFoundException or DirectoryNotFoundException => "there is no such file",
        _ => FileFailure.Reason(failure),
    };

    private ImageSpec? ReadIncluded(string includer, Marked<string> include)
    {
        if (workingDirectory is null)
        {
            findings.Problem(include.Mark, "'include' needs a file to start from");
            return null;
        }

        if (_open.Count > MaxDepth)
        {
            findings.Problem(include.Mark, $"more than {MaxDepth} files include each other");
            return null;
        }

        string beside = Beside(include.Value, includer);
        bool isBeside = File.Exists(FullPath(beside));
        string name = isBeside ? beside : Normalize(include.Value);
        if (!isBeside)
        {
            Files.Add(new FileRead(FullPath(beside), null));
        }

        if (_open.Contains(FullPath(name), StringComparer.Ordinal))
        {
            findings.Problem(include.Mark, $"'{include.Value}' includes itself: {string.Join(" → ", _open.Append(FullPath(name)).Select(Path.GetFileName))}");
            return null;
        }

        if (!_included.Add(FullPath(name)))
        {
            return null;
        }

        try
        {
            byte[] content = ReadBounded(FullPath(name));
            Files.Add(new FileRead(FullPath(name), Digest.Of(content)));
            return Read(name, content);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            findings.Problem(include.Mark, $"cannot read '{include.Value}': {Reason(failure)}");
            return null;
        }
    }

    private string FullPath(string name) => Path.GetFullPath(name, workingDirectory ?? "/");

    /// <summary>The path without what says nothing. Names stay relative where they were, so that messages read as the user writes.</summary>
    public static string Normalize(string path)
    {
        var parts = new List<string>();
        foreach (string part in path.Split('/'))
        {
            if (part == ".." && parts.Count > 0 && parts[^1] is not ("" or ".."))
            {
                parts.RemoveAt(parts.Count - 1);
            }
            else if (part is not "." && (part.Length > 0 || parts.Count == 0))
            {
                parts.Add(part);
            }
        }

        return string.Join('/', parts);
    }
}
