using Bothy.Engine.ImageFiles;
using Bothy.Formats.Trees;

namespace Bothy.Engine.Assembly.Effects;

/// <summary>The image file's <c>paths</c>, in their order, after everything else.</summary>
internal sealed class PathsEffect : IEffect
{
    private static readonly Origin FromImageFile = new Origin.ImageFile("paths");

    public string Name => "paths";

    public void Apply(AssemblyState state)
    {
        foreach (var path in state.Image.Paths.Where(path => !state.AwaitsLocalFiles || IsPossible(path, state)))
        {
            Make(path, state);
        }
    }

    // What changes or links to local files is done once they are there.
    private static bool IsPossible(PathSpec path, AssemblyState state) => path.Kind switch
    {
        PathKind.Permissions => state.Find(path.Path.ToString()) is not null,
        PathKind.HardLink => state.Find(path.Source ?? "") is { Kind: EntryKind.File },
        _ => true,
    };

    private static void Make(PathSpec path, AssemblyState state)
    {
        switch (path.Kind)
        {
            case PathKind.Directory:
                state.MakeDirectory(path.Path.Value, FromImageFile);
                Change(path, state);
                break;
            case PathKind.EmptyFile:
                state.Write(path.Path.Value, FileContent.Empty, FromImageFile);
                Change(path, state);
                break;
            case PathKind.SymbolicLink:
                Remove(path, state);
                state.Put(TreeEntry.SymbolicLink(Place(path, state), path.Source ?? "", FromImageFile) with { UserId = (int)(path.Uid ?? 0), GroupId = (int)(path.Gid ?? 0) });
                break;
            case PathKind.HardLink:
                HardLink(path, state);
                break;
            case PathKind.Permissions:
                Change(path, state);
                break;
        }
    }

    private static void HardLink(PathSpec path, AssemblyState state)
    {
        if (state.Find(path.Source ?? "") is not { Kind: EntryKind.File } first)
        {
            throw new BothyException($"cannot assemble {path.Mark}: {path.Path} is to be a hard link to {path.Source}, which is not a file of the image");
        }

        Remove(path, state);
        state.Put(first with { Path = Place(path, state), Kind = EntryKind.HardLink, Content = null, LinkTarget = first.Path.Value, Origin = FromImageFile });
    }

    private static void Change(PathSpec path, AssemblyState state)
    {
        if (state.Find(path.Path.ToString()) is not { } entry)
        {
            throw new BothyException($"cannot assemble {path.Mark}: the image has nothing at {path.Path} to change");
        }

        state.Tree.Set(Changed(entry, path));
        if (path.Recursive)
        {
            foreach (var below in state.Tree.Entries.Where(one => one.Path != entry.Path && one.Path.IsAtOrBelow(entry.Path)).ToList())
            {
                state.Tree.Set(Changed(below, path));
            }
        }
    }

    private static TreeEntry Changed(TreeEntry entry, PathSpec path) => entry with
    {
        Mode = entry.Kind == EntryKind.SymbolicLink ? entry.Mode : path.Permissions ?? entry.Mode,
        UserId = checked((int)(path.Uid ?? (uint)entry.UserId)),
        GroupId = checked((int)(path.Gid ?? (uint)entry.GroupId)),
        UserName = path.Uid is null ? entry.UserName : null,
        GroupName = path.Gid is null ? entry.GroupName : null,
    };

    private static TreePath Place(PathSpec path, AssemblyState state) => state.Locate(path.Path.ToString()) ?? path.Path;

    private static void Remove(PathSpec path, AssemblyState state)
    {
        var place = Place(path, state);
        if (state.Tree.TryGet(place, out var present) && present.Kind == EntryKind.Directory)
        {
            throw new BothyException($"cannot assemble {path.Mark}: {path.Path} is to be a link, but the image has a directory there");
        }
    }
}
