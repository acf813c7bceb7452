using Bothy.Packages.Debian;

namespace Bothy.Engine.Assembly.Scripts;

/// <summary>What programs that only look would answer about the image in the making.</summary>
internal static class ScriptQueries
{
    private static readonly string[] Programs = ["/usr/bin/", "/usr/sbin/", "/bin/", "/sbin/"];

    /// <summary>Whether the program would succeed; null where that is not known.</summary>
    public static bool? Status(ScriptCommand command, AssemblyState state) => command.Name switch
    {
        "dpkg" => CompareVersions(command),
        "getent" when command.Words is [_, "passwd", { } user] => state.Accounts.User(user) is not null,
        "getent" when command.Words is [_, "group", { } group] => state.Accounts.Group(group) is not null,
        "id" when command.Words is [_, .., { } user] && !user.StartsWith('-') => state.Accounts.User(user) is not null,
        "ls" when command.Words is [_, .., { } path] && path.StartsWith('/') => state.Find(path) is not null,
        "readlink" when Answer(command, state) is { } target => target.Length > 0,
        "ischroot" or "mountpoint" or "true" or ":" or "cd" or "trap" => true,
        "systemctl" or "systemd-detect-virt" or "selinuxenabled" or "pidof" or "pgrep" => false,
        "dpkg-trigger" or "dpkg-maintscript-helper" or "ldconfig" or "sync" => true,
        _ => null,
    };

    /// <summary>What the program would print; null where that is not known.</summary>
    public static string? Answer(ScriptCommand command, AssemblyState state) => command.Name switch
    {
        "echo" when command.IsLiteral => string.Join(' ', command.Words.Skip(1).Where(static word => word is not "-n")),
        "printf" when command.Words is [_, "%s" or "%s\\n", { } text] => text,
        "uname" => command.Words is [_] or [_, "-s"] ? "Linux" : null,
        "dpkg" when command.Words is [_, "--print-architecture"] => state.Architecture,
        "dpkg-divert" when command.Words is [_, "--truename", { } path] => Diverted(path, state),
        "dpkg-divert" when command.Words is [_, "--listpackage", { } path] => state.Locate(path) is { } place ? state.Diversions.Find(place)?.Package ?? "" : null,
        "basename" when command.Words is [_, { } path] => path[(path.TrimEnd('/').LastIndexOf('/') + 1)..].TrimEnd('/'),
        "basename" when command.Words is [_, { } path, { } suffix] && path.EndsWith(suffix, StringComparison.Ordinal) => path[(path.LastIndexOf('/') + 1)..^suffix.Length],
        "dirname" when command.Words is [_, { } path] && path.LastIndexOf('/') > 0 => path[..path.LastIndexOf('/')],
        "readlink" when command.Words is [_, { } path] => state.Locate(path) is { } place ? (state.Tree.TryGet(place, out var link) ? link.LinkTarget ?? "" : "") : null,
        "readlink" or "realpath" or "dpkg-realpath" when command.Words is [_, "-f" or "-e" or "-m", { } path] => Follow(path, state),
        "dpkg-realpath" when command.Words is [_, { } path] => Follow(path, state),
        "id" when command.Words is [_, "-u"] or [_, "-g"] => "0",
        "id" when command.Words is [_, "-u", { } user] => state.Accounts.User(user)?.Uid.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "",
        "command" or "which" when command.Words is [.., { } program] => Programs.Select(directory => state.Find(directory + program)?.Path.ToString()).FirstOrDefault(static path => path is not null) ?? "",
        "debconf-escape" => null,
        _ => null,
    };

    private static string? Follow(string path, AssemblyState state) => state.Locate(path) is { } place ? state.Tree.Follow(place)?.ToString() : null;

    private static string? Diverted(string path, AssemblyState state) =>
        state.Locate(path) is { } place ? state.Diversions.Find(place)?.To.ToString() ?? path : null;

    /// <summary><c>dpkg --compare-versions</c>: an absent version is earlier than any, or with <c>-nl</c> later than any.</summary>
    private static bool? CompareVersions(ScriptCommand command)
    {
        var arguments = command.Words.Skip(1).Where(static word => word is not ("--" or "--compare-versions")).ToList();
        if (!command.Has("--compare-versions") || arguments is not [{ } left, { } test, { } right])
        {
            return null;
        }

        int sign;
        if (left.Length == 0 || right.Length == 0)
        {
            int empty = test.EndsWith("-nl", StringComparison.Ordinal) ? 1 : -1;
            sign = left.Length == 0 ? (right.Length == 0 ? 0 : empty) : -empty;
        }
        else if (DebianVersion.TryParse(left, null, out var a) && DebianVersion.TryParse(right, null, out var b))
        {
            sign = Math.Sign(a.CompareTo(b));
        }
        else
        {
            return null;
        }

        return test.Replace("-nl", "", StringComparison.Ordinal) switch
        {
            "lt" or "<<" => sign < 0,
            "le" or "<=" or "<" => sign <= 0,
            "eq" or "=" => sign == 0,
            "ne" => sign != 0,
            "ge" or ">=" or ">" => sign >= 0,
            "gt" or ">>" => sign > 0,
            _ => null,
        };
    }
}
