using System.Collections.Immutable;
using Bothy.Formats.Trees;
using Bothy.Oci;

namespace Bothy.Inspection.Parts;

/// <summary>A file that gives capabilities to whoever starts it.</summary>
public sealed record CapableFile(TreePath Path, string Capabilities);

/// <summary>
/// How much there is in an image that can be started, changed or misused. Every list is sorted by path. Programs are told by their names and modes, not by
/// their content.
/// </summary>
public sealed record MovingParts
{
    private const int SetUserId = 0b100_000_000_000;
    private const int SetGroupId = 0b010_000_000_000;
    private const int Sticky = 0b001_000_000_000;
    private const int AnyExecute = 0b001_001_001;
    private const int WorldWrite = 0b000_000_010;

    private static readonly string[] DefaultDirectories = ["usr/local/sbin", "usr/local/bin", "usr/sbin", "usr/bin", "sbin", "bin"];

    /// <summary>The number of installed packages.</summary>
    public required int Packages { get; init; }

    /// <summary>Regular files that may be executed and are not called like a shared library.</summary>
    public required ImmutableArray<TreePath> Executables { get; init; }

    /// <summary>The names that can be called: what stands in the directories of <c>PATH</c> and leads to an executable file, links included.</summary>
    public required ImmutableArray<TreePath> Commands { get; init; }

    /// <summary>Files that run as their owner.</summary>
    public required ImmutableArray<TreePath> SetUserIds { get; init; }

    /// <summary>Files that run as their group.</summary>
    public required ImmutableArray<TreePath> SetGroupIds { get; init; }

    /// <summary>Files that everybody may change, and directories in which everybody may remove what others made.</summary>
    public required ImmutableArray<TreePath> WorldWritable { get; init; }

    /// <summary>Files with capabilities.</summary>
    public required ImmutableArray<CapableFile> Capabilities { get; init; }

    /// <summary>Commands that are shells.</summary>
    public required ImmutableArray<TreePath> Shells { get; init; }

    /// <summary>Commands that install packages, of the distribution or of a language.</summary>
    public required ImmutableArray<TreePath> PackageManagers { get; init; }

    /// <summary>Commands that run programs in other languages.</summary>
    public required ImmutableArray<TreePath> Interpreters { get; init; }

    /// <summary>The accounts.</summary>
    public required ImmutableArray<UserAccount> Users { get; init; }

    /// <summary>The user as the configuration names it; null where it names none.</summary>
    public required string? User { get; init; }

    /// <summary>Whether containers run as root unless somebody says otherwise.</summary>
    public required bool RunsAsRoot { get; init; }

    /// <summary>Counts the parts of <paramref name="tree"/>.</summary>
    /// <exception cref="BothyException">A file of accounts cannot be read.</exception>
    public static MovingParts Of(FileTree tree, ContainerConfig container, int packages)
    {
        ArgumentNullException.ThrowIfNull(tree);
        ArgumentNullException.ThrowIfNull(container);
        var files = tree.Entries.Where(static entry => entry.Kind == EntryKind.File).ToList();
        var commands = CommandsOf(tree, container);
        var users = UserAccount.Of(tree);
        return new MovingParts
        {
            Packages = packages,
            Executables = Paths(files.Where(static file => (file.Mode & AnyExecute) != 0 && !IsLibrary(file.Path.Name))),
            Commands = commands,
            SetUserIds = Paths(files.Where(static file => (file.Mode & SetUserId) != 0)),
            SetGroupIds = Paths(files.Where(static file => (file.Mode & SetGroupId) != 0)),
            WorldWritable = Paths(tree.Entries.Where(IsWorldWritable)),
            Capabilities = [.. files.Where(static file => file.ExtendedAttributes.ContainsKey(FileCapabilities.Attribute)).Select(Capable)],
            Shells = Named(commands, KnownPrograms.IsShell),
            PackageManagers = Named(commands, KnownPrograms.IsPackageManager),
            Interpreters = Named(commands, KnownPrograms.IsInterpreter),
            Users = users,
            User = container.User is { Length: > 0 } user ? user : null,
            RunsAsRoot = IsRoot(container.User, users),
        };
    }

    /// <summary>Whether a file is a shared library by its name: <c>libz.so</c>, <c>libz.so.1.2</c>.</summary>
    internal static bool IsLibrary(string name)
    {
        int at = name.IndexOf(".so", StringComparison.Ordinal);
        return at > 0 && (at + 3 == name.Length || name[at + 3] == '.');
    }

    /// <summary>The directories in which an image's programs are looked for, in order: those of its own <c>PATH</c>, or the usual ones.</summary>
    internal static ImmutableArray<TreePath> SearchPath(ContainerConfig container)
    {
        string? path = container.Env.LastOrDefault(static variable => variable.StartsWith("PATH=", StringComparison.Ordinal));
        var directories = path is null ? DefaultDirectories : path["PATH=".Length..].Split(':').Select(static directory => directory.TrimStart('/'));
        return [.. directories.Where(static directory => directory.Length > 0).Select(Parse).OfType<TreePath>().Distinct()];

        static TreePath? Parse(string text) => TreePath.TryParse(text, null, out var parsed) ? parsed : null;
    }

    /// <summary>Whether <paramref name="entry"/> is a file that may be executed.</summary>
    internal static bool IsExecutable(TreeEntry? entry) => entry is { Kind: EntryKind.File } && (entry.Mode & AnyExecute) != 0;

    // Where /bin is a link to usr/bin, what is in it is counted once, under its real path.
    private static ImmutableArray<TreePath> CommandsOf(FileTree tree, ContainerConfig container)
    {
        var directories = SearchPath(container).Concat(DefaultDirectories.Select(static text => TreePath.Parse(text)))
            .Select(directory => tree.Follow(directory))
            .OfType<TreePath>()
            .ToHashSet();
        return Paths(tree.Entries.Where(entry => entry.Kind is EntryKind.File or EntryKind.SymbolicLink or EntryKind.HardLink
            && directories.Contains(entry.Path.Parent)
            && IsExecutable(tree.Find(entry.Path))));
    }

    private static bool IsWorldWritable(TreeEntry entry) => (entry.Mode & WorldWrite) != 0 && entry.Kind switch
    {
        EntryKind.File => true,
        EntryKind.Directory => (entry.Mode & Sticky) == 0,
        _ => false,
    };

    private static CapableFile Capable(TreeEntry file) => new(
        file.Path,
        FileCapabilities.TryRead(file.ExtendedAttributes[FileCapabilities.Attribute].Span, out var capabilities) ? capabilities!.ToString() : "damaged");

    // A user that is only a name means what the image's accounts say; one that they do not know starts no container at all.
    private static bool IsRoot(string? user, ImmutableArray<UserAccount> users)
    {
        string name = (user ?? "").Split(':')[0];
        return name.Length == 0
            || (uint.TryParse(name, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out uint number)
                ? number == 0
                : users.FirstOrDefault(account => account.Name == name) is { } account ? account.UserId == 0 : name == "root");
    }

    private static ImmutableArray<TreePath> Named(ImmutableArray<TreePath> commands, Func<string, bool> belongs) => [.. commands.Where(command => belongs(command.Name))];

    private static ImmutableArray<TreePath> Paths(IEnumerable<TreeEntry> entries) => [.. entries.Select(static entry => entry.Path)];
}
