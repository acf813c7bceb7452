using System.Globalization;
using System.Text;
using Bothy.Engine.Assembly.Scripts;

namespace Bothy.Engine.Assembly.Accounts;

/// <summary>A line of passwd(5).</summary>
internal sealed record UserAccount(string Name, int Uid, int Gid)
{
    public string Password { get; init; } = "x";

    public string Comment { get; init; } = "";

    public string Home { get; init; } = "/nonexistent";

    public string Shell { get; init; } = "/usr/sbin/nologin";

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name}:{Password}:{Uid}:{Gid}:{Comment}:{Home}:{Shell}");
}

/// <summary>A line of group(5).</summary>
internal sealed record GroupAccount(string Name, int Gid)
{
    public string Password { get; init; } = "x";

    public IReadOnlyList<string> Members { get; init; } = [];

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name}:{Password}:{Gid}:{string.Join(',', Members)}");
}

/// <summary>The users and groups of an image, in the order of the files they become.</summary>
internal sealed class AccountTable
{
    private const int FirstSystemId = 100;
    private const int LastSystemId = 999;
    private const int FirstUserId = 1000;
    private const int LastUserId = 59_999;

    private readonly List<UserAccount> _users = [];
    private readonly List<GroupAccount> _groups = [];

    public IReadOnlyList<UserAccount> Users => _users;

    public IReadOnlyList<GroupAccount> Groups => _groups;

    /// <summary>Whether a name that no file has may still mean one of the numbers that Debian gives out for all its systems.</summary>
    public bool HasStaticNumbers { get; init; } = true;

    /// <summary>Whether passwords are kept in shadow files.</summary>
    public bool HasShadow { get; set; }

    public UserAccount? User(string name) => _users.Find(user => user.Name == name);

    public GroupAccount? Group(string name) => _groups.Find(group => group.Name == name);

    /// <summary>Adds a user, or takes the place of the one with its name.</summary>
    public void Set(UserAccount user) => Replace(_users, user, other => other.Name == user.Name);

    /// <summary>Adds a group, or takes the place of the one with its name.</summary>
    public void Set(GroupAccount group) => Replace(_groups, group, other => other.Name == group.Name);

    public void AddMember(string group, string user)
    {
        if (Group(group) is { } present && !present.Members.Contains(user, StringComparer.Ordinal))
        {
            Set(present with { Members = [.. present.Members, user] });
        }
    }

    /// <summary>A number from the bottom of the range for system accounts that no user and no group has, as far as asked.</summary>
    public int NextFree(bool user, bool group) => Free(Enumerable.Range(FirstSystemId, LastSystemId - FirstSystemId + 1), user, group);

    /// <summary>A number as BusyBox gives it: from the bottom of the range for system accounts, or of that for people.</summary>
    public int NextFree(bool system, bool user, bool group) =>
        system ? NextFree(user, group) : Free(Enumerable.Range(FirstUserId, LastUserId - FirstUserId + 1), user, group);

    /// <summary>A number from the top of the range that neither a user nor a group has, as useradd --system and systemd-sysusers take it.</summary>
    public int LastFree() => Free(Enumerable.Range(FirstSystemId, LastSystemId - FirstSystemId + 1).Reverse(), user: true, group: true);

    /// <summary>The number of the user that <paramref name="text"/> names or is.</summary>
    public int? ResolveUser(string text) =>
        User(text)?.Uid ?? ScriptReader.ParseNumber(text) ?? (HasStaticNumbers && StaticAccounts.Users.TryGetValue(text, out int uid) ? uid : null);

    /// <summary>The number of the group that <paramref name="text"/> names or is.</summary>
    public int? ResolveGroup(string text) =>
        Group(text)?.Gid ?? ScriptReader.ParseNumber(text) ?? (HasStaticNumbers && StaticAccounts.Groups.TryGetValue(text, out int gid) ? gid : null);

    /// <summary>Removes a user, and it from all groups.</summary>
    public void RemoveUser(string name)
    {
        _users.RemoveAll(user => user.Name == name);
        foreach (var group in _groups.Where(group => group.Members.Contains(name, StringComparer.Ordinal)).ToList())
        {
            RemoveMember(group.Name, name);
        }
    }

    /// <summary>Removes a group.</summary>
    public void RemoveGroup(string name) => _groups.RemoveAll(group => group.Name == name);

    public void RemoveMember(string group, string user)
    {
        if (Group(group) is { } present)
        {
            Set(present with { Members = [.. present.Members.Where(member => member != user)] });
        }
    }

    /// <summary>Forgets all users and reads a passwd file.</summary>
    public void ReplaceUsers(byte[] passwd)
    {
        _users.Clear();
        LoadUsers(passwd);
    }

    /// <summary>Forgets all groups and reads a group file.</summary>
    public void ReplaceGroups(byte[] group)
    {
        _groups.Clear();
        LoadGroups(group);
    }

    /// <summary>Reads the lines of a passwd file; lines of another form are left out.</summary>
    public void LoadUsers(byte[] passwd)
    {
        foreach (string[] fields in Lines(passwd))
        {
            if (fields.Length == 7 && ScriptReader.ParseNumber(fields[2]) is { } uid && ScriptReader.ParseNumber(fields[3]) is { } gid)
            {
                Set(new UserAccount(fields[0], uid, gid) { Password = fields[1], Comment = fields[4], Home = fields[5], Shell = fields[6] });
            }
        }
    }

    /// <summary>Reads the lines of a group file; lines of another form are left out.</summary>
    public void LoadGroups(byte[] group)
    {
        foreach (string[] fields in Lines(group))
        {
            if (fields.Length == 4 && ScriptReader.ParseNumber(fields[2]) is { } gid)
            {
                Set(new GroupAccount(fields[0], gid) { Password = fields[1], Members = fields[3].Split(',', StringSplitOptions.RemoveEmptyEntries) });
            }
        }
    }

    private int Free(IEnumerable<int> candidates, bool user, bool group)
    {
        var taken = _users.Where(_ => user).Select(static one => one.Uid).Concat(_groups.Where(_ => group).Select(static one => one.Gid)).ToHashSet();
        int free = candidates.FirstOrDefault(id => !taken.Contains(id), -1);
        return free >= 0 ? free : throw new BothyException("cannot assemble: every number for a new account is taken");
    }

    private static IEnumerable<string[]> Lines(byte[] file) =>
        Encoding.UTF8.GetString(file).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => line.Split(':'));

    private static void Replace<T>(List<T> list, T item, Predicate<T> same)
    {
        int at = list.FindIndex(same);
        if (at < 0)
        {
            list.Add(item);
        }
        else
        {
            list[at] = item;
        }
    }
}
