using System.Text;
using Bothy.Formats.Trees;

namespace Bothy.Engine.Assembly.Accounts;

/// <summary>
/// The accounts of an image whose files of them are there: <c>etc/passwd</c> and <c>etc/group</c> of an image to build on, and of apk packages, where a package
/// ships them, scripts add to them, and owners of the files of later packages are looked up in them.
/// </summary>
internal sealed class AccountFiles(bool hasStaticNumbers = false)
{
    private static readonly TreePath Passwd = TreePath.Parse("etc/passwd");
    private static readonly TreePath Group = TreePath.Parse("etc/group");
    private static readonly TreePath Shadow = TreePath.Parse("etc/shadow");
    private static readonly TreePath GroupShadow = TreePath.Parse("etc/gshadow");

    private FileContent? _passwd;
    private FileContent? _group;

    // The accounts of the files as they were read, and those that were written into them: what is one of these and no longer in the table was removed.
    private HashSet<string> _knownUsers = [];
    private HashSet<string> _knownGroups = [];

    /// <summary>The accounts as they were when <see cref="Load"/> was called last.</summary>
    public AccountTable Table { get; } = new() { HasStaticNumbers = hasStaticNumbers };

    /// <summary>Whether the files are there at all.</summary>
    public static bool AreIn(FileTree tree) => tree.Find(Passwd) is { Content: not null } && tree.Find(Group) is { Content: not null };

    /// <summary>Reads the files again where they have changed.</summary>
    public void Load(FileTree tree)
    {
        var passwd = tree.Find(Passwd)?.Content;
        if (!ReferenceEquals(passwd, _passwd))
        {
            _passwd = passwd;
            Table.ReplaceUsers(passwd?.ReadAll() ?? []);
            _knownUsers = [.. Table.Users.Select(static user => user.Name)];
        }

        var group = tree.Find(Group)?.Content;
        if (!ReferenceEquals(group, _group))
        {
            _group = group;
            Table.ReplaceGroups(group?.ReadAll() ?? []);
            _knownGroups = [.. Table.Groups.Select(static one => one.Name)];
        }
    }

    /// <summary>
    /// Writes what has changed in the table into the files: lines of accounts that are as they were stay as they are written. Where there is
    /// a <c>shadow</c> file it has a line for each new user, without a password and without the day of the last change, which would be
    /// that of the build.
    /// </summary>
    public void Save(AssemblyState state, Origin origin)
    {
        var known = Names(_passwd);
        var knownGroups = Names(_group);
        _passwd = Write(state, Passwd, _passwd, _knownUsers, Table.Users.Select(static user => (user.Name, user.ToString())), origin);
        _group = Write(state, Group, _group, _knownGroups, Table.Groups.Select(static group => (group.Name, group.ToString())), origin);
        _knownUsers.UnionWith(Table.Users.Select(static user => user.Name));
        _knownGroups.UnionWith(Table.Groups.Select(static one => one.Name));
        if (state.Tree.Find(Shadow) is { Content: { } shadow })
        {
            var lines = Lines(shadow).Where(line => Name(line) is var name && (!known.Contains(name) || Table.User(name) is not null)).ToList();
            var present = lines.Select(Name).ToHashSet(StringComparer.Ordinal);
            var added = Table.Users.Where(user => !known.Contains(user.Name) && !present.Contains(user.Name)).Select(static user => $"{user.Name}:!::0:99999:7:::");
            Put(state, Shadow, [.. lines, .. added], origin);
        }

        // Only Debian has it.
        if (state.Tree.Find(GroupShadow) is { Content: { } groups })
        {
            var present = Names(groups);
            var added = Table.Groups.Where(group => !knownGroups.Contains(group.Name) && !present.Contains(group.Name)).Select(static group => $"{group.Name}:!::{string.Join(',', group.Members)}");
            Put(state, GroupShadow, [.. Lines(groups), .. added], origin);
        }
    }

    private static FileContent? Write(AssemblyState state, TreePath path, FileContent? present, HashSet<string> known, IEnumerable<(string Name, string Line)> accounts, Origin origin)
    {
        var wanted = accounts.ToList();
        var byName = wanted.ToDictionary(static account => account.Name, static account => account.Line, StringComparer.Ordinal);
        var lines = new List<string>();
        foreach (string line in Lines(present))
        {
            string name = Name(line);
            if (!byName.Remove(name, out string? now))
            {
                // What is no account of this file, such as those of NIS, is nothing that was removed.
                if (!known.Contains(name))
                {
                    lines.Add(line);
                }

                continue;
            }

            lines.Add(now);
        }

        lines.AddRange(wanted.Where(account => byName.ContainsKey(account.Name)).Select(static account => account.Line));
        return lines.Count == 0 && present is null ? null : Put(state, path, lines, origin);
    }

    private static FileContent Put(AssemblyState state, TreePath path, List<string> lines, Origin origin)
    {
        var before = state.Tree.Find(path);
        var content = FileContent.Of(string.Concat(lines.Select(static line => line + "\n")));
        if (before is null)
        {
            state.Put(TreeEntry.File(state.Tree.Follow(path) ?? path, content, origin));
        }
        else if (before.Content?.Digest != content.Digest)
        {
            state.Tree.Set(before with { Content = content, Origin = origin });
        }
        else
        {
            return before.Content!;
        }

        return content;
    }

    private static HashSet<string> Names(FileContent? file) => [.. Lines(file).Select(Name)];

    private static string[] Lines(FileContent? file) =>
        file is null ? [] : Encoding.UTF8.GetString(file.ReadAll()).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static string Name(string line) => line.Split(':', 2)[0];
}
