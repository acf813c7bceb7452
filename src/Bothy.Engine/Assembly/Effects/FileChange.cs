using Bothy.Engine.Assembly.Scripts;
using Bothy.Formats.Trees;

namespace Bothy.Engine.Assembly.Effects;

/// <summary>One call of a program that changes files, made on the tree.</summary>
internal sealed class FileChange(AssemblyState state, Origin.Effect origin, CommandArguments options, int umask)
{
    private static readonly CommandOutcome Unsupported = CommandOutcome.Refused("Bothy does not do this to files");

    private FileTree Tree => state.Tree;

    private List<string?> Paths => options.Paths;

    public CommandOutcome Make(string program) => program switch
    {
        "mkdir" => MakeDirectories(options.Value('m'), options.Has('p')),
        "install" => Install(),
        "ln" => Link(),
        "cp" => Copy(keepsOwner: options.Has('p') || options.Has('a')),
        "ucf" => Paths is [_, var kept] && state.Find(kept!) is not null ? CommandOutcome.Done : Copy(keepsOwner: true),
        "mv" => Move(),
        "rm" => Remove(),
        "rmdir" => RemoveDirectories(),
        "touch" => Touch(),
        "chmod" => ChangeMode(),
        "chown" or "chgrp" => ChangeOwner(isGroup: program == "chgrp"),
        _ => Unsupported,
    };

    /// <summary>Whether the command would change nothing, so that it does not matter if it runs.</summary>
    public bool IsDone(string program) => program switch
    {
        "mkdir" => Paths.All(path => state.Find(path!) is not null),
        "rm" or "rmdir" => Paths.All(path => state.Locate(path) is not { } place || !Tree.Contains(place)),
        "chmod" or "chown" or "chgrp" => Paths.Skip(1).All(path => state.Find(path!) is null),
        _ => false,
    };

    private CommandOutcome MakeDirectories(string? modeText, bool parents)
    {
        int mode = 0x1FF & ~umask;
        if (modeText is not null)
        {
            if (ModeText.Apply(modeText, mode, isDirectory: true, umask) is not { } asked)
            {
                return Unsupported;
            }

            mode = asked;
        }

        foreach (string? path in Paths)
        {
            if (state.Locate(path) is not { } place)
            {
                return Unsupported;
            }

            if (Tree.Contains(place) || place.IsRoot)
            {
                if (!parents)
                {
                    return CommandOutcome.Failed;
                }

                continue;
            }

            state.Put(TreeEntry.Directory(place, origin, mode));
        }

        return CommandOutcome.Done;
    }

    private CommandOutcome Install()
    {
        if (!options.Has('d'))
        {
            return Paths.Count == 2 ? InstallFile() : Unsupported;
        }

        if (Owner(options.Value('o') ?? "root", options.Value('g') ?? "root") is not { } owner)
        {
            return Unsupported;
        }

        var outcome = MakeDirectories(options.Value('m') ?? "755", parents: true);
        foreach (var entry in Paths.Select(path => state.Find(path!)).OfType<TreeEntry>().Where(static entry => !entry.Path.IsRoot))
        {
            int mode = ScriptReader.ParseMode(options.Value('m') ?? "") ?? entry.Mode;
            Tree.Set(Owned(entry, owner) with { Mode = mode });
        }

        return outcome;
    }

    private CommandOutcome InstallFile()
    {
        if (Owner(options.Value('o') ?? "root", options.Value('g') ?? "root") is not { } owner
            || ModeText.Apply(options.Value('m') ?? "755", 0, isDirectory: false, umask) is not { } mode
            || state.Find(Paths[0]!) is not { Kind: EntryKind.File } source
            || Destination(Paths[1], source.Path.Name) is not { } place)
        {
            return Unsupported;
        }

        state.Put(Owned(source, owner) with { Path = place, Mode = mode, Origin = origin });
        return CommandOutcome.Done;
    }

    private CommandOutcome Link()
    {
        if (Paths is not [{ } target, { } link] || Destination(link, target[(target.LastIndexOf('/') + 1)..], follow: !options.Has('n') && !options.Has('T')) is not { } place)
        {
            return Unsupported;
        }

        if (Tree.TryGet(place, out var present) && (!options.Has('f') || present.Kind == EntryKind.Directory))
        {
            return CommandOutcome.Failed;
        }

        if (options.Has('s'))
        {
            state.Put(TreeEntry.SymbolicLink(place, target, origin));
            return CommandOutcome.Done;
        }

        if (state.Find(target) is not { Kind: EntryKind.File } file)
        {
            return CommandOutcome.Failed;
        }

        state.Put(file with { Path = place, Kind = EntryKind.HardLink, Content = null, LinkTarget = file.Path.Value, Origin = origin });
        return CommandOutcome.Done;
    }

    private CommandOutcome Copy(bool keepsOwner)
    {
        bool followsLinks = !options.Has('d') && !options.Has('a') && !options.Has('P');
        if (Paths is not [{ } from, { } to] || state.Locate(from) is not { } place)
        {
            return Unsupported;
        }

        var source = followsLinks ? Tree.Find(place) : Tree.TryGet(place, out var itself) ? itself : null;
        if (source is null)
        {
            return CommandOutcome.Failed;
        }

        if (source.Kind is not (EntryKind.File or EntryKind.SymbolicLink) || Destination(to, place.Name) is not { } target)
        {
            return Unsupported;
        }

        var copy = source with { Path = target, Origin = origin };
        state.Put(keepsOwner || source.Kind == EntryKind.SymbolicLink ? copy : Owned(copy, (0, 0)) with { Mode = source.Mode & 0x1FF & ~umask, ModifiedTime = 0 });
        return CommandOutcome.Done;
    }

    private CommandOutcome Move()
    {
        if (Paths is not [{ } from, { } to] || state.Locate(from) is not { } place)
        {
            return Unsupported;
        }

        if (!Tree.TryGet(place, out var source))
        {
            return CommandOutcome.Failed;
        }

        if (source.Kind == EntryKind.Directory || Destination(to, place.Name) is not { } target)
        {
            return Unsupported;
        }

        if (!Tree.Contains(target) || !options.Has('n'))
        {
            Tree.Remove(place);
            state.Put(source with { Path = target });
        }

        return CommandOutcome.Done;
    }

    private CommandOutcome Remove()
    {
        foreach (string? path in Paths)
        {
            if (state.Locate(path) is not { IsRoot: false } place)
            {
                return Unsupported;
            }

            if (!Tree.TryGet(place, out var entry))
            {
                continue;
            }

            if (entry.Kind == EntryKind.Directory)
            {
                if (!options.Has('r') && !options.Has('R'))
                {
                    return CommandOutcome.Failed;
                }

                foreach (var below in Below(place))
                {
                    Tree.Remove(below.Path);
                }
            }

            Tree.Remove(place);
        }

        return CommandOutcome.Done;
    }

    private CommandOutcome RemoveDirectories()
    {
        foreach (string? path in Paths)
        {
            if (state.Locate(path) is not { IsRoot: false } place || !Tree.TryGet(place, out var entry) || entry.Kind != EntryKind.Directory || Below(place).Count > 0)
            {
                return CommandOutcome.Failed;
            }

            Tree.Remove(place);
        }

        return CommandOutcome.Done;
    }

    private CommandOutcome Touch()
    {
        foreach (string? path in Paths)
        {
            if (state.Locate(path) is not { } place)
            {
                return Unsupported;
            }

            if (!Tree.Contains(place))
            {
                state.Put(TreeEntry.File(place, FileContent.Empty, origin, 0b110_110_110 & ~umask));
            }
        }

        return CommandOutcome.Done;
    }

    private CommandOutcome ChangeMode() => Paths is [{ } mode, ..]
        ? ForEach(entry => entry.Kind == EntryKind.SymbolicLink ? entry
            : ModeText.Apply(mode, entry.Mode, entry.Kind == EntryKind.Directory, umask) is { } changed ? entry with { Mode = changed } : null)
        : Unsupported;

    private CommandOutcome ChangeOwner(bool isGroup)
    {
        if (Paths is not [{ } text, ..])
        {
            return Unsupported;
        }

        int colon = text.AsSpan().IndexOfAny(':', '.');
        string user = isGroup ? "" : colon < 0 ? text : text[..colon];
        string group = isGroup ? text : colon < 0 ? "" : text[(colon + 1)..];
        int? uid = user.Length == 0 ? -1 : state.Accounts.ResolveUser(user);
        int? gid = group.Length == 0 ? -1 : state.Accounts.ResolveGroup(group);
        if (uid is null || gid is null)
        {
            return CommandOutcome.Refused($"the image has no account '{(uid is null ? user : group)}'");
        }

        return ForEach(entry => Owned(entry, (uid < 0 ? entry.UserId : uid.Value, gid < 0 ? entry.GroupId : gid.Value), uid >= 0, gid >= 0));
    }

    private CommandOutcome ForEach(Func<TreeEntry, TreeEntry?> change)
    {
        var outcome = CommandOutcome.Done;
        foreach (string? path in Paths.Skip(1))
        {
            var entry = options.Has('h') && state.Locate(path) is { } place && Tree.TryGet(place, out var itself) ? itself : state.Find(path!);
            if (entry is null || entry.Path.IsRoot)
            {
                outcome = CommandOutcome.Failed;
                continue;
            }

            var all = options.Has('R') && entry.Kind == EntryKind.Directory ? Below(entry.Path) : [];
            foreach (var one in all.Prepend(entry))
            {
                if (change(one) is not { } changed)
                {
                    return Unsupported;
                }

                Tree.Set(changed);
            }
        }

        return outcome;
    }

    private List<TreeEntry> Below(TreePath directory) =>
        [.. Tree.Entries.Where(entry => entry.Path != directory && entry.Path.IsAtOrBelow(directory))];

    private TreePath? Destination(string? path, string name, bool follow = true)
    {
        if (state.Locate(path) is not { } place)
        {
            return null;
        }

        var real = follow ? Tree.Find(place) : Tree.TryGet(place, out var itself) ? itself : null;
        return real?.Kind == EntryKind.Directory ? real.Path.Append(name) : place;
    }

    private (int User, int Group)? Owner(string user, string group) =>
        state.Accounts.ResolveUser(user) is { } uid && state.Accounts.ResolveGroup(group) is { } gid ? (uid, gid) : null;

    private static TreeEntry Owned(TreeEntry entry, (int User, int Group) owner, bool user = true, bool group = true) => entry with
    {
        UserId = owner.User,
        GroupId = owner.Group,
        UserName = user ? null : entry.UserName,
        GroupName = group ? null : entry.GroupName,
    };
}
