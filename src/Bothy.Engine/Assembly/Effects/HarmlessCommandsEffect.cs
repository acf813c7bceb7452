using System.Collections.Frozen;
using Bothy.Engine.Assembly.Overlay;
using Bothy.Engine.Assembly.Scripts;

namespace Bothy.Engine.Assembly.Effects;

/// <summary>
/// Programs that scripts call and that leave nothing an image needs: they only look, they talk to a running system (services,
/// kernel, devices), or they make what an image leaves out by choice.
/// </summary>
internal sealed class HarmlessCommandsEffect : IEffect
{
    private static readonly string[] Looking =
    [
        "grep", "egrep", "fgrep", "awk", "mawk", "gawk", "cut", "sort", "uniq", "tr", "head", "tail", "wc", "ls", "find", "readlink", "realpath",
        "basename", "dirname", "stat", "date", "uname", "id", "getent", "md5sum", "sha1sum", "sha256sum", "sha512sum", "cmp", "diff", "expr", "seq",
        "mktemp", "tempfile", "dpkg", "dpkg-query", "dpkg-realpath", "dpkg-vendor", "dpkg-architecture", "apt-config", "pidof", "pgrep", "ps", "who", "mountpoint", "ischroot",
        "hostname", "locale", "getconf", "tty", "stty", "sleep", "sync", "wait", "trap", "cd", "pwd", "clear", "xargs", "file", "nproc", "whoami", "test",
        "systemd-detect-virt", "getopt", "printenv", "findmnt", "blkid", "getcap", "ldd", "type", "alias", "times", "jobs", "tput", "runlevel", "env",
    ];

    private static readonly string[] RunningSystem =
    [
        "deb-systemd-invoke", "invoke-rc.d", "update-rc.d", "service", "initctl", "telinit", "kill", "killall", "pkill",
        "udevadm", "restorecon", "selinuxenabled", "rc-service", "rc-status", "apparmor_parser", "aa-status", "sysctl", "modprobe", "depmod", "update-initramfs", "update-grub",
        "update-binfmts", "busctl", "dbus-send", "gdbus", "nscd", "start-stop-daemon", "needrestart", "loginctl", "ldconfig", "setfacl",
    ];

    // Menus, manual page indexes, byte code (made again at run time, or not needed), triggers whose work an effect does.
    private static readonly string[] LeftOut =
    [
        "install-info", "mandb", "update-menus", "update-mime", "update-desktop-database", "update-icon-caches", "gtk-update-icon-cache", "scrollkeeper-update",
        "install-docs", "install-sgmlcatalog", "py3compile", "py3clean", "pycompile", "pyclean", "pypy3compile", "pypy3clean", "dpkg-trigger", "dpkg-maintscript-helper",
        "update-ca-certificates", "update-fonts-alias", "update-fonts-scale", "update-fonts-dir", "ucfr", "ucfq", "debconf-set-selections", "debconf-communicate", "db_stop",
        "update-update-motd", "journalctl", "systemd-hwdb", "locale-gen", "dpkg-reconfigure", "dpkg-preconfigure",
    ];

    private static readonly FrozenSet<string> Names = FrozenSet.ToFrozenSet([.. Looking, .. RunningSystem, .. LeftOut, "true", "sed"], StringComparer.Ordinal);

    public string Name => "harmless";

    public IReadOnlyCollection<string> Commands => Names;

    /// <summary>Whether calling the program changes nothing in an image.</summary>
    public static bool IsHarmless(string name) => name.StartsWith("db_", StringComparison.Ordinal) || Names.Contains(name);

    public bool Covers(UnpackedPackage package, string script) =>
        // What it does is for upgrades: services, the kernel's version, hardware capabilities of the old library.
        (package.Name == "libc6" && script is "preinst" or "postinst")
        // They check that the merge is done, which assembling does.
        || package.Name is "usrmerge" or "usr-is-merged"
        // It mends its own database after upgrades.
        || (package.Name == "dpkg" && script == "postinst");

    public CommandOutcome Run(ScriptCommand command, UnpackedPackage package, AssemblyState state)
    {
        if (command.Output is { } output)
        {
            return CommandOutcome.Refused(output.Path is null ? "writes a file that is known only when the script runs" : $"writes {output.Path}");
        }

        bool changes = command.Name switch
        {
            "sed" => command.Words.Any(static word => word is not null && (word.StartsWith("-i", StringComparison.Ordinal) || word.StartsWith("--in-place", StringComparison.Ordinal))),
            "find" => command.Words.Any(static word => word is "-delete" or "-exec" or "-execdir"),
            "xargs" => !command.Words.Skip(1).All(static word => word is not null && (word.StartsWith('-') || IsHarmless(word))),
            "env" => !command.Words.Skip(1).All(static word => word is not null && (word.Contains('=', StringComparison.Ordinal) || IsHarmless(word))),
            "locale-gen" => true,
            _ => false,
        };
        return changes ? CommandOutcome.Refused("changes files") : new CommandOutcome(null, ScriptQueries.Status(command, state));
    }
}
