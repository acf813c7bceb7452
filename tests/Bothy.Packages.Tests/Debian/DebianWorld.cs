namespace Bothy.Packages.Tests.Debian;

/// <summary>Writes a Packages file from lines like <c>app 1 | Depends: lib (>= 2), a or b</c>; fields are set off by <c> | Name: </c>.</summary>
internal static class DebianWorld
{
    public static string Packages(string world) => string.Concat(world.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Stanza));

    private static string Stanza(string line)
    {
        // A bar within a relation stands before no field.
        string[] parts = System.Text.RegularExpressions.Regex.Split(line, @" \| (?=[A-Z][A-Za-z-]*: )");
        string[] head = parts[0].Split(' ');
        string fields = string.Concat(parts.Skip(1).Select(field => field + "\n"));
        string priority = fields.Contains("Priority:", StringComparison.Ordinal) ? "" : "Priority: optional\n";
        return $"Package: {head[0]}\nVersion: {head[1]}\nArchitecture: amd64\n{priority}{fields}"
            + $"Filename: pool/{head[0]}_{head[1]}.deb\nSize: 1000\nSHA256: {new string('0', 64)}\n\n";
    }
}
