using System.Collections.Immutable;

namespace Bothy.Packages.Debian;

/// <summary>
/// What a machine's own apt configuration says about archives (sources.list(5)): URIs, suites and keys, and nothing else.
/// Settings such as <c>Check-Valid-Until</c> or <c>trusted=yes</c> are somebody's decision about that machine, not about
/// the images built on it, so they are never read. An entry that cannot be understood is passed over with a note: other
/// people's files must not break a build.
/// </summary>
public sealed class MachineApt
{
    private const string Directory = "etc/apt";

    private MachineApt(string root, ImmutableArray<MachineAptEntry> entries, ImmutableArray<string> notes, string? codename)
    {
        Root = root;
        Entries = entries;
        Notes = notes;
        Codename = codename;
    }

    /// <summary>The directory that the machine's files are in: <c>/</c>, or another for a test.</summary>
    public string Root { get; }

    /// <summary>The entries, in the order apt reads them.</summary>
    public ImmutableArray<MachineAptEntry> Entries { get; }

    /// <summary>What was passed over, one sentence fragment each with file and reason.</summary>
    public ImmutableArray<string> Notes { get; }

    /// <summary>The paths that were looked at, full, whether or not anything is there; a directory's ends with a slash.</summary>
    public ImmutableArray<string> LookedAt { get; private init; } = [];

    /// <summary>The machine's own release as its os-release names it; null where it does not.</summary>
    internal string? Codename { get; }

    /// <summary>Reads the configuration below <paramref name="root"/>; a machine without apt has no entries.</summary>
    public static MachineApt Read(string root)
    {
        ArgumentNullException.ThrowIfNull(root);
        var reading = new AptConfigurationReader();
        string[] files = [.. Files(root)];
        foreach (string file in files)
        {
            try
            {
                reading.Read(file);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or MalformedDataException)
            {
                reading.Note(file, failure is MalformedDataException malformed ? malformed.Problem : failure.Message);
            }
        }

        return new MachineApt(root, reading.Entries, reading.Notes, ReadCodename(root)) { LookedAt = [MainFile(root), PartsDirectory(root) + "/", .. files, .. ReleaseFiles(root)] };
    }

    private static string MainFile(string root) => Path.Combine(root, Directory, "sources.list");

    private static string PartsDirectory(string root) => Path.Combine(root, Directory, "sources.list.d");

    private static string[] ReleaseFiles(string root) => [Path.Combine(root, "etc/os-release"), Path.Combine(root, "usr/lib/os-release")];

    // Which names count, and their order, are sources.list(5)'s.
    private static IEnumerable<string> Files(string root)
    {
        string main = MainFile(root);
        if (File.Exists(main))
        {
            yield return main;
        }

        string parts = PartsDirectory(root);
        if (!System.IO.Directory.Exists(parts))
        {
            yield break;
        }

        var named = System.IO.Directory.EnumerateFiles(parts)
            .Where(file => Path.GetExtension(file) is ".list" or ".sources")
            .Where(file => Path.GetFileName(file).All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.'))
            .Order(StringComparer.Ordinal);
        foreach (string file in named)
        {
            yield return file;
        }
    }

    private static string? ReadCodename(string root)
    {
        const string Field = "VERSION_CODENAME=";
        try
        {
            return ReleaseFiles(root).Where(File.Exists)
                .SelectMany(File.ReadLines)
                .FirstOrDefault(line => line.StartsWith(Field, StringComparison.Ordinal))?[Field.Length..]
                .Trim('"', '\'');
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // It only helps to recognise a release too new for our list.
            return null;
        }
    }
}
