using System.Buffers;
using System.Collections.Frozen;
using System.Text;

namespace Bothy.Engine.Assembly.Alpine;

/// <summary>
/// Finds in a BusyBox program which applets it has and where they are installed, without running it: their names lie one after the other
/// in its data, in the order of their bytes, and near them half a byte for the directory of each.
/// </summary>
internal static class BusyboxApplets
{
    private const int Fewest = 8;
    private const int MaxLength = 64;

    // The list is the longest run of names of its kind. Each that is tried costs a look at the whole program.
    private const int MaxRuns = 4;
    private const int MaxBeginnings = 8;

    private static readonly SearchValues<byte> NameCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789[_-.+"u8);

    private static readonly string[] Directories = ["", "bin/", "sbin/", "usr/bin/", "usr/sbin/"];

    // Where these are is laid down by the Filesystem Hierarchy Standard or as old as BusyBox; they tell the table of directories from other bytes.
    private static readonly FrozenDictionary<string, int> Anchors = new Dictionary<string, int>(StringComparer.Ordinal)
    {
        ["["] = 3, ["[["] = 3, ["ash"] = 1, ["awk"] = 3, ["basename"] = 3, ["cat"] = 1, ["chmod"] = 1, ["chown"] = 1, ["chroot"] = 4, ["cp"] = 1,
        ["cut"] = 3, ["date"] = 1, ["dd"] = 1, ["df"] = 1, ["du"] = 3, ["echo"] = 1, ["env"] = 3, ["fdisk"] = 2, ["find"] = 3, ["grep"] = 1,
        ["halt"] = 2, ["head"] = 3, ["ifconfig"] = 2, ["init"] = 2, ["kill"] = 1, ["ln"] = 1, ["losetup"] = 2, ["ls"] = 1, ["mkdir"] = 1,
        ["mount"] = 1, ["mv"] = 1, ["ping"] = 1, ["ps"] = 1, ["reboot"] = 2, ["rm"] = 1, ["route"] = 2, ["sed"] = 1, ["sh"] = 1, ["sort"] = 3,
        ["tail"] = 3, ["tar"] = 1, ["test"] = 3, ["touch"] = 1, ["umount"] = 1, ["wc"] = 3, ["xargs"] = 3,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The paths of the applets, without a leading slash; null where the list cannot be found beyond doubt.</summary>
    public static List<string>? Find(ReadOnlySpan<byte> program)
    {
        var runs = new PriorityQueue<(List<string> Names, int Start), int>();
        int at = 0;
        while (at < program.Length && program[at..].IndexOf((byte)0) is var gap and >= 0)
        {
            int start = at + gap + 1;
            var names = NamesAt(program, start, out int end);
            if (names.Count(Anchors.ContainsKey) >= Fewest)
            {
                runs.Enqueue((names, start), names.Count);
                if (runs.Count > MaxRuns)
                {
                    runs.Dequeue();
                }
            }

            at = Math.Max(end - 1, start);
        }

        List<string>? found = null;
        while (runs.TryDequeue(out var run, out _))
        {
            found = PathsOf(run.Names, program) ?? PathsWithBeginning(run.Names, run.Start, program) ?? found;
        }

        return found;
    }

    // The list may follow other data without a zero between: then its first name is what that data ends with, as far as it could be a name.
    private static List<string>? PathsWithBeginning(List<string> names, int start, ReadOnlySpan<byte> program)
    {
        for (int length = 1; length <= MaxBeginnings && start - 1 - length >= 0 && NameCharacters.Contains(program[start - 1 - length]); length++)
        {
            string first = Encoding.ASCII.GetString(program.Slice(start - 1 - length, length));
            if (string.CompareOrdinal(first, names[0]) < 0 && PathsOf([first, .. names], program) is { } paths)
            {
                return paths;
            }
        }

        return null;
    }

    /// <summary>The absolute paths of programs that lie in the data of <c>bbsuid</c>, itself and the program it runs excepted; null where there are none.</summary>
    public static List<string>? FindPaths(ReadOnlySpan<byte> program)
    {
        var paths = new List<string>();
        foreach (var range in program.Split((byte)0))
        {
            var bytes = program[range];
            if (bytes.Length is > 1 and <= MaxLength && bytes[0] == '/' && IsText(bytes))
            {
                string path = Encoding.ASCII.GetString(bytes[1..]);
                int slash = path.LastIndexOf('/') + 1;
                if (slash < path.Length && Array.IndexOf(Directories, path[..slash]) > 0 && path[slash..] is not ("busybox" or "bbsuid"))
                {
                    paths.Add(path);
                }
            }
        }

        return paths.Count > 0 ? paths : null;
    }

    // The longest run of names that starts here, each after the one before it in the order of bytes.
    private static List<string> NamesAt(ReadOnlySpan<byte> program, int start, out int end)
    {
        var names = new List<string>();
        ReadOnlySpan<byte> before = [];
        end = start;
        while (end < program.Length)
        {
            int length = program[end..].IndexOf((byte)0);
            if (length is <= 0 or > MaxLength || program.Slice(end, length).ContainsAnyExcept(NameCharacters) || before.SequenceCompareTo(program.Slice(end, length)) >= 0)
            {
                break;
            }

            before = program.Slice(end, length);
            names.Add(Encoding.ASCII.GetString(before));
            end += length + 1;
        }

        return names;
    }

    private static bool IsText(ReadOnlySpan<byte> bytes) => !bytes.ContainsAnyExceptInRange((byte)'!', (byte)'~');

    private static List<string>? PathsOf(List<string> names, ReadOnlySpan<byte> program)
    {
        // The anchors among the names, each with the byte and the half of it that tells where it is.
        var anchors = names
            .Select(static (name, index) => (Index: index, Directory: Anchors.GetValueOrDefault(name, -1)))
            .Where(static anchor => anchor.Directory >= 0)
            .ToArray();
        int length = (names.Count + 1) / 2;
        int found = -1;
        for (int at = 0; at + length <= program.Length; at++)
        {
            if (Fits(program.Slice(at, length), anchors))
            {
                if (found >= 0)
                {
                    return null;
                }

                found = at;
            }
        }

        if (found < 0)
        {
            return null;
        }

        var paths = new List<string>();
        for (int i = 0; i < names.Count; i++)
        {
            paths.Add(Directories[Nibble(program[found..], i)] + names[i]);
        }

        return paths;
    }

    private static bool Fits(ReadOnlySpan<byte> table, (int Index, int Directory)[] anchors)
    {
        foreach (var (index, directory) in anchors)
        {
            if (Nibble(table, index) != directory)
            {
                return false;
            }
        }

        foreach (byte pair in table)
        {
            if ((pair & 0xF) >= Directories.Length || (pair >> 4) >= Directories.Length)
            {
                return false;
            }
        }

        return true;
    }

    private static int Nibble(ReadOnlySpan<byte> table, int index) => (table[index / 2] >> (4 * (index & 1))) & 0xF;
}
