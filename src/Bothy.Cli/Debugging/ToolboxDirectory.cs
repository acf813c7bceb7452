using Bothy.Cli.Commands;
using Bothy.Cli.Rendering;
using Bothy.Engine.Debugging;
using Bothy.Engine.ImageFiles;
using Bothy.Formats.Trees;
using Bothy.Oci;
using Bothy.Oci.Sources;

namespace Bothy.Cli.Debugging;

/// <summary>The toolbox on disk, in a temporary directory that can be the root of a container.</summary>
internal sealed class ToolboxDirectory : IDisposable
{
    private const UnixFileMode Everybody = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private static readonly TreePath Place = TreePath.Parse(Toolbox.Directory[1..]);

    private readonly DirectoryInfo _directory;

    private ToolboxDirectory(DirectoryInfo directory) => _directory = directory;

    /// <summary>The directory that can be a root: the toolbox is in it where it is in an image.</summary>
    public string Root => _directory.FullName;

    /// <summary>The directory with the programs.</summary>
    public string Programs => Path.Combine(Root, Place.Value);

    /// <summary>The toolbox of the image <paramref name="from"/>, a debug variant; where there is none, that of the machine's distribution.</summary>
    /// <exception cref="BothyException">It cannot be had.</exception>
    public static async Task<ToolboxDirectory> MakeAsync(
        string? from, Platform platform, bool offline, Surroundings surroundings, Terminal terminal, CancellationToken cancellationToken)
    {
        if (from is not null)
        {
            await using var session = await ImageSession.OpenAsync(ImageLocation.Parse(from, surroundings.WorkingDirectory), platform, surroundings, terminal, cancellationToken);
            return Write(Toolbox.In(session.Contents(terminal).Tree, from), surroundings, cancellationToken);
        }

        string name = platform.Variant is null ? platform.Architecture : $"{platform.Architecture}/{platform.Variant}";
        if (!ImageArchitecture.TryParse(name, preferDebian: false, out var architecture))
        {
            throw new BothyException($"cannot make a toolbox for {platform}: no such architecture") { Hint = "Name a debug image with --toolbox." };
        }

        var display = new ProgressDisplay(terminal, Verbosity.Quiet);
        var settings = CommonOptions.SettingsOf(surroundings, display, offline);
        using var transfer = settings.Transfer;
        using var lease = settings.Store.BeginLease();
        return Write(await ToolboxSupply.FetchAsync(settings, architecture, cancellationToken), surroundings, cancellationToken);
    }

    /// <inheritdoc />
    public void Dispose() => _directory.Delete(recursive: true);

    // Whatever the umask is, and whoever looks.
    private static void Open(string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, Everybody);
        }
    }

    private static ToolboxDirectory Write(FileTree toolbox, Surroundings surroundings, CancellationToken cancellationToken)
    {
        var directory = Directory.CreateDirectory(Path.Combine(surroundings.Variable("TMPDIR") ?? Path.GetTempPath(), $"bothy-{Guid.NewGuid():N}"));
        var written = new ToolboxDirectory(directory);
        try
        {
            Open(written.Root);
            foreach (var entry in toolbox.Entries)
            {
                cancellationToken.ThrowIfCancellationRequested();
                string path = Path.Combine(written.Root, entry.Path.Value);
                switch (entry.Kind)
                {
                    case EntryKind.Directory:
                        Directory.CreateDirectory(path);
                        Open(path);
                        break;
                    case EntryKind.SymbolicLink:
                        File.CreateSymbolicLink(path, entry.LinkTarget!);
                        break;
                    default:
                        using (var from = entry.Content!.OpenRead())
                        using (var to = File.Create(path))
                        {
                            from.CopyTo(to);
                        }

                        Open(path);
                        break;
                }
            }

            return written;
        }
        catch
        {
            written.Dispose();
            throw;
        }
    }
}
