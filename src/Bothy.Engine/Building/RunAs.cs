using System.Globalization;
using System.Text;
using Bothy.Engine.ImageFiles;
using Bothy.Formats.Trees;

namespace Bothy.Engine.Building;

/// <summary>
/// Who the container runs as, in numbers: <c>accounts.run-as</c> looked up in the image's own passwd and group files.
/// Numbers are what <c>runAsNonRoot</c> of Kubernetes can check, and need no passwd file at run time.
/// </summary>
internal static class RunAs
{
    private static readonly TreePath Passwd = TreePath.Parse("etc/passwd");
    private static readonly TreePath Group = TreePath.Parse("etc/group");

    /// <summary><c>uid:gid</c>, <c>uid</c> where no group is known, or null where nothing was asked for.</summary>
    /// <exception cref="BothyException">The image has no such user or group.</exception>
    public static string? Resolve(Marked<string>? runAs, FileTree tree)
    {
        if (runAs is not { } asked)
        {
            return null;
        }

        string[] parts = asked.Value.Split(':');
        string[]? account = Lines(tree, Passwd).FirstOrDefault(fields => fields[0] == parts[0] || fields[2] == parts[0]);
        string user = account?[2] ?? Number(parts[0]) ?? throw Unknown(asked, "user", parts[0]);
        string? group = parts.Length < 2
            ? account?[3]
            : Lines(tree, Group).FirstOrDefault(fields => fields[0] == parts[1])?[2] ?? Number(parts[1]) ?? throw Unknown(asked, "group", parts[1]);
        return group is null ? user : $"{user}:{group}";
    }

    private static string? Number(string text) => uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _) ? text : null;

    private static BothyException Unknown(Marked<string> asked, string kind, string name) =>
        new($"cannot build {asked.Mark}: the image has no {kind} '{name}' to run as")
        {
            Hint = $"Add it under 'accounts', or name a {kind} that is in the image, such as nonroot.",
        };

    private static IEnumerable<string[]> Lines(FileTree tree, TreePath path) =>
        tree.Find(path)?.Content is not { } content
            ? []
            : Encoding.UTF8.GetString(content.ReadAll())
                .Split('\n')
                .Select(line => line.Split(':'))
                .Where(fields => fields.Length >= 4);
}
