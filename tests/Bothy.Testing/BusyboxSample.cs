using System.Text;

namespace Bothy.Testing;

/// <summary>Bytes that say of themselves which programs they have as BusyBox does: the names in the order of their bytes, and half a byte each for its directory. They hold no code.</summary>
public static class BusyboxSample
{
    private static readonly SortedDictionary<string, int> Programs = new(StringComparer.Ordinal)
    {
        ["["] = 3, ["ash"] = 1, ["awk"] = 3, ["cat"] = 1, ["cp"] = 1, ["env"] = 3, ["grep"] = 1, ["ls"] = 1, ["mount"] = 1, ["nsenter"] = 3, ["sh"] = 1, ["wc"] = 3,
    };

    /// <summary>The names of its programs, in the order of their bytes.</summary>
    public static IEnumerable<string> Names => Programs.Keys;

    /// <summary>The program, without those that are <paramref name="left"/> out.</summary>
    public static byte[] Program(params string[] left)
    {
        var programs = Programs.Where(program => !left.Contains(program.Key, StringComparer.Ordinal)).ToList();
        byte[] table = new byte[(programs.Count + 1) / 2];
        for (int i = 0; i < programs.Count; i++)
        {
            table[i / 2] |= (byte)(programs[i].Value << (4 * (i % 2)));
        }

        // Bytes that no table has keep the two from being found elsewhere.
        byte[] other = [.. Enumerable.Repeat((byte)0xFF, 64)];
        return [.. other, 0, .. Encoding.ASCII.GetBytes(string.Concat(programs.Select(program => program.Key + "\0"))), .. other, .. table, .. other];
    }
}
