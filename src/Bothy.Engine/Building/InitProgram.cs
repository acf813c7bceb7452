using Bothy.Engine.ImageFiles;
using Bothy.Formats.Trees;
using Bothy.Oci;

namespace Bothy.Engine.Building;

/// <summary>The program that runs as process 1 and starts the entrypoint: it passes signals on and reaps what others leave behind.</summary>
internal static class InitProgram
{
    private static readonly string[] Directories = ["usr/bin", "sbin", "usr/sbin", "bin"];

    /// <summary>The configuration with the image file's <c>init</c> before the entrypoint.</summary>
    /// <exception cref="BothyException">No package has brought the program, or there is nothing for it to start.</exception>
    public static ContainerConfig Before(ImageSpec spec, FileTree tree, ContainerConfig container)
    {
        if (spec.Init is not { } program)
        {
            return container;
        }

        var place = Directories
            .Select(directory => TreePath.Parse($"{directory}/{program}"))
            .FirstOrDefault(path => tree.Find(path) is { Kind: EntryKind.File });
        if (place.IsRoot)
        {
            throw new BothyException($"cannot build {spec.FileName} ({spec.MarkOf("init")}): the package '{program}' has no program of that name");
        }

        return container.Entrypoint.IsEmpty && container.Cmd.IsEmpty
            ? throw new BothyException($"cannot build {spec.FileName} ({spec.MarkOf("init")}): '{program}' has nothing to start")
            {
                Hint = "Give the image an 'entrypoint' or a 'cmd'.",
            }
            : container with { Entrypoint = [place.ToString(), "--", .. container.Entrypoint] };
    }
}
