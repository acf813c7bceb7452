using System.Collections.Frozen;
using Bothy.Formats.Text;

namespace Bothy.Engine.ImageFiles;

/// <summary>What can only be seen when a file and its includes are together.</summary>
internal static class SpecChecks
{
    // Present without being defined: root, nobody and nonroot always; the rest where base-passwd or alpine-baselayout is installed.
    private static readonly FrozenSet<string> CommonAccounts = new[]
    {
        "root", "nobody", "nonroot", "daemon", "bin", "sys", "sync", "games", "man", "lp", "mail", "news", "uucp", "proxy", "www-data", "backup",
        "list", "irc", "gnats", "nogroup", "adm", "tty", "disk", "users", "staff", "operator", "guest", "ntp", "cron", "ftp", "sshd", "_apt",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Notes every mistake of <paramref name="spec"/> as a whole.</summary>
    public static void Check(ImageSpec spec, SpecFindings findings)
    {
        NoteDuplicates(spec.Accounts.Users, static user => user.Name, static user => user.Mark, "user", findings);
        NoteDuplicates(spec.Accounts.Users, static user => user.Uid, static user => user.Mark, "uid", findings);
        NoteDuplicates(spec.Accounts.Groups, static group => group.Name, static group => group.Mark, "group", findings);
        NoteDuplicates(spec.Accounts.Groups, static group => group.Gid, static group => group.Mark, "gid", findings);
        NoteDuplicates(spec.Certificates, static certificate => certificate.Name, static certificate => certificate.Mark, "certificate", findings);
        CheckRunAs(spec.Accounts, findings);

        var contents = spec.Contents;
        if (contents.Packages.IsEmpty && contents.Files.IsEmpty && contents.Base is null && !findings.IsDoubtful("contents"))
        {
            var mark = spec.MarkOf("contents.packages") ?? spec.MarkOf("contents") ?? new SourceMark(spec.FileName, 1, 1);
            findings.Problem(mark, "the image would be empty: add an entry to 'packages' in 'contents'");
        }
    }

    private static void NoteDuplicates<T, TKey>(IEnumerable<T> items, Func<T, TKey> key, Func<T, SourceMark> mark, string what, SpecFindings findings)
        where TKey : notnull
    {
        var seen = new Dictionary<TKey, SourceMark>();
        foreach (var item in items)
        {
            if (!seen.TryAdd(key(item), mark(item)))
            {
                findings.Problem(mark(item), FormattableString.Invariant($"duplicate {what} '{key(item)}' (first at {seen[key(item)]})"));
            }
        }
    }

    // A package may bring an account of its own, so an unknown name is a mistake only where the file itself defines accounts.
    private static void CheckRunAs(AccountsSpec accounts, SpecFindings findings)
    {
        if (accounts.RunAs is not { } runAs || findings.IsDoubtful("accounts"))
        {
            return;
        }

        string[] parts = runAs.Value.Split(':');
        CheckAccount("user", parts[0], [.. accounts.Users.Select(static user => user.Name)], runAs.Mark, findings);
        if (parts.Length == 2)
        {
            CheckAccount("group", parts[1], [.. accounts.Groups.Select(static group => group.Name)], runAs.Mark, findings);
        }
    }

    private static void CheckAccount(string what, string name, string[] defined, SourceMark mark, SpecFindings findings)
    {
        bool isKnown = defined.Length == 0 || name.All(char.IsAsciiDigit) || CommonAccounts.Contains(name) || defined.Contains(name, StringComparer.Ordinal);
        if (isKnown)
        {
            return;
        }

        string advice = NearName.Find(name, defined.Concat(CommonAccounts.Order(StringComparer.Ordinal))) is { } near
            ? $"did you mean '{near}'?"
            : "define it, or give its number if a package brings it";
        findings.Problem(mark, $"unknown {what} '{name}' in 'run-as' ({advice})");
    }
}
