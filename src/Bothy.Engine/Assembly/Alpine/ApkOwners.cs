using Bothy.Engine.Assembly.Accounts;
using Bothy.Formats.Trees;

namespace Bothy.Engine.Assembly.Alpine;

/// <summary>
/// Turns the owners' names in packages into numbers as apk does: by the image's own <c>passwd</c> and <c>group</c> as they are when a name
/// is met for the first time, and again only after a script has run. A name that is not there has the number the archive gives.
/// </summary>
internal sealed class ApkOwners(FileTree tree, AccountFiles accounts)
{
    private readonly Dictionary<string, int?> _users = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int?> _groups = new(StringComparer.Ordinal);

    /// <summary>Forgets what was looked up: a script has run.</summary>
    public void Forget()
    {
        _users.Clear();
        _groups.Clear();
    }

    /// <summary>The number of the entry's owner.</summary>
    public int User(TreeEntry entry) => Find(_users, entry.UserName, name => accounts.Table.User(name)?.Uid) ?? entry.UserId;

    /// <summary>The number of the entry's group.</summary>
    public int Group(TreeEntry entry) => Find(_groups, entry.GroupName, name => accounts.Table.Group(name)?.Gid) ?? entry.GroupId;

    private int? Find(Dictionary<string, int?> known, string? name, Func<string, int?> find)
    {
        if (string.IsNullOrEmpty(name))
        {
            return null;
        }

        if (!known.TryGetValue(name, out int? number))
        {
            accounts.Load(tree);
            known[name] = number = find(name);
        }

        return number;
    }
}
