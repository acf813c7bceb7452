using System.Globalization;
using System.Text;
using Bothy.Formats.Trees;

namespace Bothy.Oci.Archives;

/// <summary>
/// What a kernel starts in place of a container's runtime: a script for the image's own BusyBox, which mounts what a container has, starts the entrypoint
/// with its environment, directory and user, and turns the machine off when that has ended.
/// </summary>
internal static class InitScript
{
    private const string DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private static readonly string[] Places = ["usr/bin/busybox", "bin/busybox", "usr/sbin/busybox", "sbin/busybox", "busybox/busybox"];

    private static readonly TreePath Users = TreePath.Parse("etc/passwd");

    /// <summary>The script; null where there is a <see cref="Problem"/>.</summary>
    public static string? Of(FileTree tree, ContainerConfig container)
    {
        if (Problem(tree, container) is not null)
        {
            return null;
        }

        string busybox = "/" + BusyBox(tree)!;
        var environment = Environment(tree, container);
        string[] command = [.. container.Entrypoint, .. container.Cmd];
        string program = Find(tree, command[0], environment["PATH"]);
        string clean = $"\"$busybox\" env -i {string.Join(' ', environment.Select(static one => $"{one.Key}={Quoted(one.Value)}"))}";
        string words = string.Concat(command.Skip(1).Select(static word => " " + Quoted(word)));
        string start = UserOf(tree, container) is var (uid, gid) && (uid, gid) != (0, 0) ? StartAs(tree, uid, gid, clean, Quoted(program), words) : $"{clean} {Quoted(program)}{words}";
        return $"""
            #!{busybox} sh
            # Starts the image as a container's runtime would. Written by bothy.
            busybox={busybox}
            "$busybox" mkdir -p /proc /sys /dev /tmp
            "$busybox" mount -t proc proc /proc
            "$busybox" mount -t sysfs sysfs /sys
            "$busybox" mount -t devtmpfs devtmpfs /dev
            "$busybox" mkdir -p /dev/pts /dev/shm
            "$busybox" mount -t devpts devpts /dev/pts
            "$busybox" mount -t tmpfs -o mode=1777 tmpfs /dev/shm
            "$busybox" ip link set lo up
            "$busybox" mkdir -p {Quoted(WorkingDirectory(container))}
            cd {Quoted(WorkingDirectory(container))}
            {start}
            echo "bothy: the entrypoint has ended with status $?"
            "$busybox" poweroff -f

            """.ReplaceLineEndings("\n");
    }

    // Alpine's BusyBox has no start-stop-daemon, and su needs an account, whose groups it takes. To su the program is the shell that it is told to start.
    private static string StartAs(FileTree tree, uint uid, uint gid, string clean, string program, string words)
    {
        string[]? account = Accounts(tree, Users).FirstOrDefault(fields => Number(fields[2]) == uid && Number(fields[3]) == gid);
        string instead = account is null
            ? FormattableString.Invariant($"echo 'bothy: this BusyBox starts nothing as {uid}:{gid}: it has no start-stop-daemon, and /etc/passwd no such account'\n  false")
            : $"{clean} \"$busybox\" su -p -s {program} -- {Quoted(account[0])}{words}";

        // A file of process numbers that is never there keeps it from looking for one that runs already.
        return FormattableString.Invariant(
            $"""
            if "$busybox" start-stop-daemon --help > /dev/null 2>&1; then
              {clean} "$busybox" start-stop-daemon -S -q -p /proc/none -c {uid}:{gid} -x {program} --{words}
            else
              {instead}
            fi
            """);
    }

    /// <summary>Why the image cannot be started from memory; null where it can.</summary>
    public static string? Problem(FileTree tree, ContainerConfig container) =>
        container.Entrypoint.IsEmpty && container.Cmd.IsEmpty ? "the image has neither an entrypoint nor a command to start"
        : BusyBox(tree) is null ? "nothing in the image can start it: an initramfs needs BusyBox, or an /init of its own"
        : UserOf(tree, container) is null ? $"the image has no user '{container.User}'"
        : null;

    private static string? BusyBox(FileTree tree) => Places.FirstOrDefault(place => tree.Find(TreePath.Parse(place)) is { Kind: EntryKind.File });

    private static SortedDictionary<string, string> Environment(FileTree tree, ContainerConfig container)
    {
        var variables = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["HOME"] = HomeOf(tree, container), ["PATH"] = DefaultPath, ["TERM"] = "linux" };
        foreach (string variable in container.Env)
        {
            int equals = variable.IndexOf('=', StringComparison.Ordinal);
            variables[equals < 0 ? variable : variable[..equals]] = equals < 0 ? "" : variable[(equals + 1)..];
        }

        return variables;
    }

    private static string WorkingDirectory(ContainerConfig container) => container.WorkingDir is { Length: > 0 } given ? given : "/";

    // A name without a slash is looked for where the entrypoint's own PATH says.
    private static string Find(FileTree tree, string command, string searchPath) => command.Contains('/', StringComparison.Ordinal)
        ? command
        : searchPath.Split(':')
            .Select(directory => $"{directory.TrimEnd('/')}/{command}")
            .FirstOrDefault(path => TreePath.TryParseRooted(path, out var at) && tree.Find(at) is { Kind: EntryKind.File }) ?? command;

    // The user of an image is a name or a number, with a group or without; root where it says nothing.
    private static (uint User, uint Group)? UserOf(FileTree tree, ContainerConfig container)
    {
        string[] parts = (container.User is { Length: > 0 } given ? given : "0").Split(':', 2);
        string[]? account = Accounts(tree, Users).FirstOrDefault(fields => fields[0] == parts[0] || fields[2] == parts[0]);
        uint? uid = Number(parts[0]) ?? Number(account?[2]);
        uint? gid = parts.Length == 1
            ? Number(account?[3]) ?? 0
            : Number(parts[1]) ?? Number(Accounts(tree, TreePath.Parse("etc/group")).FirstOrDefault(fields => fields[0] == parts[1])?[2]);
        return uid is { } user && gid is { } group ? (user, group) : null;
    }

    private static string HomeOf(FileTree tree, ContainerConfig container) =>
        UserOf(tree, container) is var (uid, _) && Accounts(tree, Users).FirstOrDefault(fields => Number(fields[2]) == uid) is { Length: > 5 } account ? account[5] : "/";

    private static IEnumerable<string[]> Accounts(FileTree tree, TreePath file) => tree.Find(file)?.Content is { } content
        ? Encoding.UTF8.GetString(content.ReadAll()).Split('\n').Select(static line => line.Split(':')).Where(static fields => fields.Length > 3)
        : [];

    private static uint? Number(string? text) => uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out uint number) ? number : null;

    private static string Quoted(string word) => $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
