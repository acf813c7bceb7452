using Bothy.Formats.Trees;
using Bothy.Inspection.Catalog;
using Bothy.Oci;

namespace Bothy.Inspection.Checks;

/// <summary>What is checked: an image that was read, or the tree of one that is being built.</summary>
/// <param name="Tree">Its files.</param>
/// <param name="Container">How it starts.</param>
/// <param name="Platform">What it runs on.</param>
/// <param name="OwnerOf">The name of the package that a file belongs to; null for none.</param>
public sealed record CheckSubject(FileTree Tree, ContainerConfig Container, Platform Platform, Func<TreeEntry, string?> OwnerOf)
{
    private const string DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>An image whose owners are those of its own databases.</summary>
    public static CheckSubject Of(ImageContents contents)
    {
        ArgumentNullException.ThrowIfNull(contents);
        return new CheckSubject(contents.Tree, contents.Container, contents.Platform, entry => contents.OwnerOf(entry.Path)?.Name);
    }

    /// <summary>The directories in which programs are looked for by name: those of the image's <c>PATH</c>, else what runtimes set.</summary>
    public IEnumerable<string> SearchPath => (Environment("PATH") ?? DefaultPath).Split(':');

    /// <summary>A variable of the environment that programs start in; null where it is not set.</summary>
    public string? Environment(string name) =>
        Container.Env.LastOrDefault(entry => entry.StartsWith(name, StringComparison.Ordinal) && entry.AsSpan(name.Length).StartsWith("="))?[(name.Length + 1)..];
}
