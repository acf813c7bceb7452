using System.Text;
using Bothy.Engine.Assembly.Accounts;
using Bothy.Engine.Assembly.Overlay;
using Bothy.Engine.Assembly.Scripts;
using Bothy.Formats.Trees;

namespace Bothy.Engine.Assembly.Effects;

/// <summary>
/// Users and groups: base-passwd's where it is in the image, else the few that every image needs; those of sysusers.d files
/// and of literal <c>adduser</c> and <c>useradd</c> calls; and those of the image file, which win.
/// </summary>
internal sealed class AccountsEffect : IEffect
{
    private const int Nonroot = 65532;
    private const int Nobody = 65534;
    private const int HomeMode = 0b111_000_000;

    private static readonly Origin Accounts = new Origin.Effect("accounts");
    private static readonly Origin ImageAccounts = new Origin.ImageFile("accounts");

    private readonly SortedDictionary<string, (TreePath Path, Origin Origin)> _homes = new(StringComparer.Ordinal);

    public string Name => "accounts";

    public IReadOnlyCollection<string> Commands => AccountCommands.Names;

    public bool Covers(UnpackedPackage package, string script) => package.Name == "base-passwd";

    public void Prepare(AssemblyState state)
    {
        var table = state.Accounts;
        if (state.Find("/usr/share/base-passwd/passwd.master") is { Content: { } users } && state.Find("/usr/share/base-passwd/group.master") is { Content: { } groups })
        {
            table.LoadUsers(users.ReadAll());
            table.LoadGroups(groups.ReadAll());
        }
        else
        {
            LoadMinimum(table);
        }

        if (table.User("nonroot") is null && table.Users.All(static user => user.Uid != Nonroot))
        {
            table.Set(new GroupAccount("nonroot", Nonroot));
            table.Set(new UserAccount("nonroot", Nonroot, Nonroot) { Comment = "nonroot", Home = "/home/nonroot", Shell = NoLogin(state) });
        }

        AddImageAccounts(state);
        SysusersFiles.Load(state);
    }

    public CommandOutcome Run(ScriptCommand command, UnpackedPackage package, AssemblyState state) =>
        AccountCommands.Run(command, state, (name, home) => _homes[name] = (home, Accounts));

    public void Apply(AssemblyState state)
    {
        var table = state.Accounts;
        state.Write("etc/passwd", Lines(table.Users), Accounts);
        state.Write("etc/group", Lines(table.Groups), Accounts);
        if (table.HasShadow)
        {
            WriteShadow(state);
        }

        MakeHomes(state);
        ResolveOwners(state);
    }

    private static void LoadMinimum(AccountTable table)
    {
        table.Set(new UserAccount("root", 0, 0) { Comment = "root", Home = "/root", Shell = "/sbin/nologin" });
        table.Set(new UserAccount("nobody", Nobody, Nobody) { Comment = "nobody", Shell = "/sbin/nologin" });
        table.Set(new GroupAccount("root", 0));
        table.Set(new GroupAccount("tty", 5));
        table.Set(new GroupAccount("staff", 50));
        table.Set(new GroupAccount("nogroup", Nobody));
    }

    private static string NoLogin(AssemblyState state) => state.Find("/usr/sbin/nologin") is not null ? "/usr/sbin/nologin" : "/sbin/nologin";

    private void AddImageAccounts(AssemblyState state)
    {
        var table = state.Accounts;
        foreach (var group in state.Image.Accounts.Groups)
        {
            table.Set(new GroupAccount(group.Name, checked((int)group.Gid)) { Members = group.Members });
        }

        foreach (var user in state.Image.Accounts.Users)
        {
            int uid = checked((int)user.Uid);
            var account = new UserAccount(user.Name, uid, checked((int)(user.Gid ?? user.Uid)))
            {
                Comment = "Account created by bothy",
                Home = user.HomeDirectory ?? "/home/" + user.Name,
                Shell = user.Shell ?? "/bin/sh",
            };
            table.Set(account);
            foreach (string group in user.Groups)
            {
                if (table.Group(group) is null)
                {
                    throw new BothyException($"cannot assemble {user.Mark}: user '{user.Name}' is to be in the group '{group}', which does not exist");
                }

                table.AddMember(group, user.Name);
            }

            if (TreePath.TryParseRooted(account.Home, out var home) && !home.IsRoot)
            {
                _homes[user.Name] = (home, ImageAccounts);
            }
        }
    }

    private void MakeHomes(AssemblyState state)
    {
        state.MakeDirectory("root", Accounts, HomeMode);
        state.MakeDirectory("home", Accounts);
        foreach (var (name, (home, origin)) in _homes)
        {
            if (state.Accounts.User(name) is { } user)
            {
                state.MakeDirectory(home.Value, origin, TreeEntry.DefaultDirectoryMode, (user.Uid, user.Gid));
            }
        }

        if (state.Accounts.User("nonroot") is { Uid: Nonroot, Home: "/home/nonroot" } nonroot)
        {
            state.MakeDirectory("home/nonroot", Accounts, HomeMode, (nonroot.Uid, nonroot.Gid));
        }
    }

    // The day of the last change stays empty: it would be the day of the build, and without it passwords do not age.
    private static void WriteShadow(AssemblyState state)
    {
        int group = state.Accounts.Group("shadow")?.Gid ?? 0;
        var users = state.Accounts.Users.Select(static user => $"{user.Name}:{(user.Password is "x" ? "*" : user.Password)}::0:99999:7:::");
        var groups = state.Accounts.Groups.Select(static entry => $"{entry.Name}:{(entry.Password is "x" ? "*" : entry.Password)}::{string.Join(',', entry.Members)}");
        const int mode = 0b110_100_000;
        state.Write("etc/shadow", Lines(users), Accounts, mode, (0, group));
        state.Write("etc/gshadow", Lines(groups), Accounts, mode, (0, group));
        state.Write("etc/passwd", Lines(state.Accounts.Users.Select(static user => user with { Password = "x" })), Accounts);
        state.Write("etc/group", Lines(state.Accounts.Groups.Select(static entry => entry with { Password = "x" })), Accounts);
    }

    // dpkg gives files to the owners that their archive names, where the image knows the name, and to the numbers otherwise.
    private static void ResolveOwners(AssemblyState state)
    {
        var users = state.Accounts.Users.ToDictionary(static user => user.Name, static user => user.Uid, StringComparer.Ordinal);
        var groups = state.Accounts.Groups.ToDictionary(static group => group.Name, static group => group.Gid, StringComparer.Ordinal);
        foreach (var entry in state.Tree.Entries.ToArray())
        {
            int uid = entry.UserName is { } user && users.TryGetValue(user, out int byName) ? byName : entry.UserId;
            int gid = entry.GroupName is { } group && groups.TryGetValue(group, out int byGroup) ? byGroup : entry.GroupId;
            if (uid != entry.UserId || gid != entry.GroupId)
            {
                state.Tree.Set(entry with { UserId = uid, GroupId = gid });
            }
        }
    }

    private static FileContent Lines<T>(IEnumerable<T> lines)
    {
        var text = new StringBuilder();
        foreach (var line in lines)
        {
            text.Append(line).Append('\n');
        }

        return FileContent.Of(text.ToString());
    }
}
