using System.Collections.Frozen;

namespace Bothy.Inspection.Parts;

/// <summary>Programs by what an intruder, or a careless script, could do with them; told by their names in the directories of commands.</summary>
internal static class KnownPrograms
{
    private static readonly FrozenSet<string> Shells = FrozenSet.Create(
        StringComparer.Ordinal,
        "sh", "bash", "rbash", "dash", "ash", "busybox", "toybox", "zsh", "rzsh", "ksh", "ksh93", "rksh93", "mksh", "lksh", "pdksh", "oksh", "loksh", "yash", "fish", "csh", "tcsh", "pwsh", "nu", "xonsh", "elvish", "hush");

    private static readonly FrozenSet<string> PackageManagers = FrozenSet.Create(
        StringComparer.Ordinal,
        "apk", "apt", "apt-get", "aptitude", "dpkg", "rpm", "dnf", "dnf5", "microdnf", "tdnf", "yum", "zypper", "pacman", "xbps-install", "opkg", "emerge", "nix", "nix-env", "guix",
        "pip", "pip3", "pipx", "uv", "poetry", "conda", "mamba", "micromamba", "npm", "npx", "yarn", "pnpm", "corepack", "gem", "bundle", "bundler", "cargo", "composer", "luarocks", "cpan", "cpanm");

    private static readonly FrozenSet<string> Interpreters = FrozenSet.Create(
        StringComparer.Ordinal,
        "python", "perl", "ruby", "node", "nodejs", "deno", "bun", "php", "lua", "luajit", "tclsh", "wish", "java", "jshell", "dotnet", "mono", "guile", "Rscript", "R", "erl", "elixir", "escript", "julia", "awk", "gawk", "mawk", "nawk", "gjs", "raku", "racket", "scheme", "sbcl", "octave", "qjs");

    public static bool IsShell(string name) => Shells.Contains(name);

    public static bool IsPackageManager(string name) => PackageManagers.Contains(Plain(name));

    public static bool IsInterpreter(string name) => Interpreters.Contains(Plain(name));

    // 'python3.11', 'perl5.36.0', 'lua5.4' and 'php83' are those programs; 'apt-get' and 'pip3' keep their names by being listed so.
    private static string Plain(string name)
    {
        string plain = name.TrimEnd("0123456789.".ToCharArray());
        return plain.Length == 0 || PackageManagers.Contains(name) ? name : plain.TrimEnd('-');
    }
}
