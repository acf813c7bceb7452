using System.Text;
using Bothy.Engine.Assembly.Accounts;
using Bothy.Engine.Assembly.Overlay;
using Bothy.Engine.Assembly.Scripts;
using Bothy.Formats.Trees;

namespace Bothy.Engine.Assembly.Effects;

/// <summary>Users and groups: those of the packages and of their scripts, each in its package manager's way; and those of the image file, which win.</summary>
internal abstract class AccountsEffect : IEffect
{
    protected const int Nobody = 65534;

    protected static readonly Origin Accounts = new Origin.Effect("accounts");

    private static readonly Origin ImageAccounts = new Origin.ImageFile("accounts");

    private readonly SortedDictionary<string, (TreePath Path, Origin Origin)> _homes = new(StringComparer.Ordinal);

    public string Name => "accounts";

    public abstract IReadOnlyCollection<string> Commands { get; }

    public abstract bool Covers(UnpackedPackage package, string script);

    public abstract void Prepare(AssemblyState state);

    public abstract CommandOutcome Run(ScriptCommand command, UnpackedPackage package, AssemblyState state);

    public abstract void Apply(AssemblyState state);

    /// <summary>Remembers a home directory for <see cref="MakeHomes"/>.</summary>
    protected void AddHome(string user, TreePath home) => _homes[user] = (home, Accounts);

    /// <summary>
    /// The few accounts of an image whose packages bring none: Google's, in the order that the tests of their images ask for. Debian's own name
    /// for the group of nobody, nogroup, keeps its number (<see cref="StaticAccounts"/>).
    /// </summary>
    protected static void LoadMinimum(AccountTable table)
    {
        table.Set(new UserAccount("root", 0, 0) { Comment = "root", Home = "/root", Shell = "/sbin/nologin" });
        table.Set(new UserAccount("nobody", Nobody, Nobody) { Comment = "nobody", Shell = "/sbin/nologin" });
        table.Set(new GroupAccount("root", 0));
        table.Set(new GroupAccount("nobody", Nobody));
        table.Set(new GroupAccount("tty", 5));
        table.Set(new GroupAccount("staff", 50));
    }

    /// <summary>Adds the accounts of the image file to the table.</summary>
    /// <exception cref="BothyException">A user is to be in a group that does not exist.</exception>
    protected void AddImageAccounts(AssemblyState state)
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

    /// <summary>Makes the home directories that are not there.</summary>
    protected void MakeHomes(AssemblyState state)
    {
        foreach (var (name, (home, origin)) in _homes)
        {
            if (state.Accounts.User(name) is { } user)
            {
                state.MakeDirectory(home.Value, origin, TreeEntry.DefaultDirectoryMode, (user.Uid, user.Gid));
            }
        }
    }

    protected static FileContent Lines<T>(IEnumerable<T> lines)
    {
        var text = new StringBuilder();
        foreach (var line in lines)
        {
            text.Append(line).Append('\n');
        }

        return FileContent.Of(text.ToString());
    }
}
