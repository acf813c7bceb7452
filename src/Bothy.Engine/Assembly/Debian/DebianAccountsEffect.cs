using Bothy.Engine.Assembly.Accounts;
using Bothy.Engine.Assembly.Effects;
using Bothy.Engine.Assembly.Overlay;
using Bothy.Engine.Assembly.Scripts;
using Bothy.Formats.Trees;

namespace Bothy.Engine.Assembly.Debian;

/// <summary>
/// Users and groups of a Debian image: base-passwd's where it is in the image, else the few that every image needs; those of sysusers.d
/// files and of literal <c>adduser</c> and <c>useradd</c> calls; and those of the image file.
/// </summary>
/// <param name="files">The files of accounts of an image to build on, which are added to; null where there are none.</param>
internal sealed class DebianAccountsEffect(AccountFiles? files) : AccountsEffect
{
    private const int Nonroot = 65532;
    private const int HomeMode = 0b111_000_000;

    public override IReadOnlyCollection<string> Commands => AccountCommands.Names;

    public override bool Covers(UnpackedPackage package, string script) => package.Name == "base-passwd";

    public override void Prepare(AssemblyState state)
    {
        var table = state.Accounts;
        if (files is not null)
        {
            files.Load(state.Tree);
            AddImageAccounts(state);
            SysusersFiles.Load(state);
            return;
        }

        if (Masters(state) is var (users, groups))
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

    public override CommandOutcome Run(ScriptCommand command, UnpackedPackage package, AssemblyState state) =>
        AccountCommands.Run(command, state, AddHome);

    public override void Apply(AssemblyState state)
    {
        var table = state.Accounts;
        if (files is not null)
        {
            files.Save(state, Accounts);
            MakeHomes(state);
            ResolveOwners(state);
            return;
        }

        state.Write("etc/passwd", Lines(table.Users), Accounts);
        state.Write("etc/group", Lines(table.Groups), Accounts);
        if (table.HasShadow)
        {
            WriteShadow(state);
        }

        state.MakeDirectory("root", Accounts, HomeMode);
        state.MakeDirectory("home", Accounts);
        MakeHomes(state);
        if (table.User("nonroot") is { Uid: Nonroot, Home: "/home/nonroot" } nonroot)
        {
            state.MakeDirectory("home/nonroot", Accounts, HomeMode, (nonroot.Uid, nonroot.Gid));
        }

        ResolveOwners(state);
    }

    // base-passwd ships what it makes the files of; a slice may have made them already.
    private static (FileContent Users, FileContent Groups)? Masters(AssemblyState state)
    {
        (string Users, string Groups)[] places = [("/usr/share/base-passwd/passwd.master", "/usr/share/base-passwd/group.master"), ("/etc/passwd", "/etc/group")];
        foreach (var (users, groups) in places)
        {
            if (state.Find(users) is { Content: { } first } && state.Find(groups) is { Content: { } second })
            {
                return (first, second);
            }
        }

        return null;
    }

    private static string NoLogin(AssemblyState state) => state.Find("/usr/sbin/nologin") is not null ? "/usr/sbin/nologin" : "/sbin/nologin";

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
}
