using Bothy.Engine.Assembly.Scripts;
using Bothy.Formats.Trees;

namespace Bothy.Engine.Assembly.Accounts;

/// <summary>The programs that add users and groups: adduser's and the shadow suite's. An account that exists stays as it is.</summary>
internal static class AccountCommands
{
    private const string NoGroup = "nogroup";
    private const int NoGroupId = 65534;

    public static IReadOnlyCollection<string> Names { get; } =
        ["adduser", "addgroup", "useradd", "groupadd", "usermod", "gpasswd", "shadowconfig", "pwconv", "grpconv", "systemd-sysusers", "update-passwd", "passwd", "chage"];

    /// <summary>Does what the command says; <paramref name="home"/> is told each home directory to make.</summary>
    public static CommandOutcome Run(ScriptCommand command, AssemblyState state, Action<string, TreePath> home)
    {
        var table = state.Accounts;
        switch (command.Name)
        {
            case "systemd-sysusers" or "update-passwd":
                return CommandOutcome.Done;
            case "shadowconfig" or "pwconv" or "grpconv":
                table.HasShadow = true;
                return CommandOutcome.Done;
        }

        var options = new AccountOptions(command);
        return !command.IsLiteral || options.Names.Count == 0
            ? CommandOutcome.Refused("the account is known only when the script runs")
            : command.Name switch
            {
                "adduser" when options.Names.Count == 2 => AddMember(table, options.Names[1], options.Names[0]),
                "adduser" when options.Has("--group") && !options.Has("--system") => AddGroup(table, options, fromTop: false),
                "adduser" => AddUser(table, options, home),
                "addgroup" => AddGroup(table, options, fromTop: false),
                "groupadd" => AddGroup(table, options, fromTop: true),
                "useradd" => UserAdd(table, options, home),
                "usermod" => UserModify(table, options),
                "gpasswd" when options.Value("-a", "--add") is { } user => AddMember(table, options.Names[0], user),
                "passwd" when options.Has("-l", "--lock") => CommandOutcome.Done,
                _ => CommandOutcome.Refused("Bothy does not do what it does to accounts"),
            };
    }

    private static CommandOutcome AddUser(AccountTable table, AccountOptions options, Action<string, TreePath> home)
    {
        string name = options.Names[0];
        if (table.User(name) is not null)
        {
            return CommandOutcome.Done;
        }

        int uid = options.Number("--uid") ?? table.NextFree(user: true, group: options.Has("--group"));
        int? gid = options.Number("--gid") ?? (options.Value("--ingroup") is { } group ? table.ResolveGroup(group) : null);
        if (gid is null && options.Has("--group"))
        {
            gid = table.Group(name)?.Gid ?? uid;
            table.Set(new GroupAccount(name, gid.Value));
        }

        string place = options.Value("--home") ?? "/nonexistent";
        table.Set(new UserAccount(name, uid, gid ?? table.Group(NoGroup)?.Gid ?? NoGroupId)
        {
            Comment = options.Value("--gecos", "--comment") ?? "",
            Home = place,
            Shell = options.Value("--shell") ?? "/usr/sbin/nologin",
        });
        if (!options.Has("--no-create-home") && place != "/nonexistent" && TreePath.TryParseRooted(place, out var directory) && !directory.IsRoot)
        {
            home(name, directory);
        }

        return CommandOutcome.Done;
    }

    private static CommandOutcome AddGroup(AccountTable table, AccountOptions options, bool fromTop)
    {
        string name = options.Names[0];
        if (table.Group(name) is null)
        {
            table.Set(new GroupAccount(name, options.Number("--gid", "-g") ?? (fromTop ? table.LastFree() : table.NextFree(user: false, group: true))));
        }

        return CommandOutcome.Done;
    }

    private static CommandOutcome UserAdd(AccountTable table, AccountOptions options, Action<string, TreePath> home)
    {
        string name = options.Names[0];
        if (table.User(name) is not null)
        {
            return CommandOutcome.Done;
        }

        int uid = options.Number("-u", "--uid") ?? table.LastFree();
        int? gid = options.Value("-g", "--gid") is { } group ? table.ResolveGroup(group) : null;
        if (gid is null)
        {
            gid = table.Group(name)?.Gid ?? uid;
            table.Set(new GroupAccount(name, gid.Value));
        }

        string place = options.Value("-d", "--home-dir", "--home") ?? "/home/" + name;
        table.Set(new UserAccount(name, uid, gid.Value)
        {
            Comment = options.Value("-c", "--comment") ?? "",
            Home = place,
            Shell = options.Value("-s", "--shell") ?? "/bin/sh",
        });
        if (options.Has("-m", "--create-home") && TreePath.TryParseRooted(place, out var directory) && !directory.IsRoot)
        {
            home(name, directory);
        }

        foreach (string member in (options.Value("-G", "--groups") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            table.AddMember(member, name);
        }

        return CommandOutcome.Done;
    }

    private static CommandOutcome UserModify(AccountTable table, AccountOptions options)
    {
        if (table.User(options.Names[0]) is not { } user)
        {
            return CommandOutcome.Failed;
        }

        foreach (string group in (options.Value("-G", "--groups") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            table.AddMember(group, user.Name);
        }

        table.Set(user with
        {
            Comment = options.Value("-c", "--comment") ?? user.Comment,
            Home = options.Value("-d", "--home") ?? user.Home,
            Shell = options.Value("-s", "--shell") ?? user.Shell,
        });
        return CommandOutcome.Done;
    }

    private static CommandOutcome AddMember(AccountTable table, string group, string user)
    {
        table.AddMember(group, user);
        return CommandOutcome.Done;
    }
}
