using Bothy.Engine.Assembly.Accounts;
using Bothy.Engine.Assembly.Scripts;
using Bothy.Formats.Trees;

namespace Bothy.Engine.Assembly.Alpine;

/// <summary>BusyBox's programs for accounts, with the options and the answers that they have.</summary>
internal static class BusyboxAccountCommands
{
    private const string NoGroup = "nogroup";
    private const string NoLogin = "/sbin/nologin";
    private const string Gecos = "Linux User,,,";

    // adduser makes homes setgid.
    private const int HomeMode = 0b010_111_101_101;

    public static IReadOnlyCollection<string> Names { get; } = ["adduser", "addgroup", "deluser", "delgroup"];

    public static CommandOutcome Run(ScriptCommand command, AssemblyState state, Origin origin)
    {
        var arguments = new CommandArguments(command);
        if (!command.IsLiteral || arguments.Paths.Count is < 1 or > 2)
        {
            return CommandOutcome.Refused("the account is known only when the script runs");
        }

        var table = state.Accounts;
        string first = arguments.Paths[0]!;
        string? group = arguments.Paths.Count == 2 ? arguments.Paths[1] : null;
        bool done = command.Name switch
        {
            "adduser" or "addgroup" when group is not null => AddMember(table, first, group),
            "adduser" => AddUser(table, first, arguments, state, origin),
            "addgroup" => AddGroup(table, first, Number(arguments, 'g'), arguments.Has('S')),
            "delgroup" when group is not null => RemoveMember(table, first, group),
            "delgroup" => RemoveGroup(table, first),
            _ => group is null && RemoveUser(table, first),
        };
        return done ? CommandOutcome.Done : CommandOutcome.Failed;
    }

    private static bool AddMember(AccountTable table, string user, string group)
    {
        if (table.User(user) is null || table.Group(group) is null)
        {
            return false;
        }

        table.AddMember(group, user);
        return true;
    }

    private static bool AddGroup(AccountTable table, string name, int? asked, bool system)
    {
        if (!IsName(name) || table.Group(name) is not null || table.Groups.Any(group => group.Gid == asked))
        {
            return false;
        }

        table.Set(new GroupAccount(name, asked ?? table.NextFree(system, user: false, group: true)));
        return true;
    }

    private static bool AddUser(AccountTable table, string name, CommandArguments arguments, AssemblyState state, Origin origin)
    {
        bool system = arguments.Has('S');
        string? group = arguments.Value('G') ?? (system ? NoGroup : null);
        int? asked = Number(arguments, 'u');
        bool ownGroup = group is null;
        if (!IsName(name)
            || table.User(name) is not null
            || (group is not null && table.Group(group) is null)
            || table.Users.Any(user => user.Uid == asked)
            || (ownGroup && (table.Group(name) is not null || table.Groups.Any(other => other.Gid == asked))))
        {
            return false;
        }

        int uid = asked ?? table.NextFree(system, user: true, group: ownGroup);
        if (ownGroup)
        {
            table.Set(new GroupAccount(name, uid));
        }

        var account = new UserAccount(name, uid, table.Group(group ?? name)!.Gid)
        {
            Comment = arguments.Value('g') ?? Gecos,
            Home = arguments.Value('h') ?? "/home/" + name,
            Shell = arguments.Value('s') ?? (system ? NoLogin : table.User("root")?.Shell is { Length: > 0 } shell ? shell : "/bin/sh"),
        };
        table.Set(account);
        if (group is not null)
        {
            table.AddMember(group, name);
        }

        if (!arguments.Has('H'))
        {
            MakeHome(account, state, origin);
        }

        return true;
    }

    // A directory that is there gets the new user as its owner; one whose own directory is missing is not made.
    private static void MakeHome(UserAccount user, AssemblyState state, Origin origin)
    {
        if (state.Locate(user.Home) is not { IsRoot: false } place || state.LeavesOut(place))
        {
            return;
        }

        var present = state.Tree.Find(place);
        if (present is null && !place.Parent.IsRoot && state.Tree.Find(place.Parent)?.Kind != EntryKind.Directory)
        {
            return;
        }

        var home = present ?? TreeEntry.Directory(place, origin);
        if (home.Kind == EntryKind.Directory)
        {
            state.Tree.Set(home with { Mode = HomeMode, UserId = user.Uid, GroupId = user.Gid });
        }
    }

    private static bool RemoveUser(AccountTable table, string name)
    {
        if (table.User(name) is null)
        {
            return false;
        }

        table.RemoveUser(name);
        if (table.Group(name) is { } own && table.Users.All(user => user.Gid != own.Gid))
        {
            table.RemoveGroup(name);
        }

        return true;
    }

    private static bool RemoveGroup(AccountTable table, string name)
    {
        if (table.Group(name) is not { } group || table.Users.Any(user => user.Gid == group.Gid))
        {
            return false;
        }

        table.RemoveGroup(name);
        return true;
    }

    private static bool RemoveMember(AccountTable table, string user, string group)
    {
        if (table.Group(group) is not { } present || !present.Members.Contains(user, StringComparer.Ordinal))
        {
            return false;
        }

        table.RemoveMember(group, user);
        return true;
    }

    private static int? Number(CommandArguments arguments, char option) => ScriptReader.ParseNumber(arguments.Value(option));

    private static bool IsName(string name) =>
        name.Length > 0 && !name.StartsWith('-') && name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' or '@' or '$');
}
