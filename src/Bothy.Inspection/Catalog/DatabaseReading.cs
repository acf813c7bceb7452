using System.Collections.Immutable;
using Bothy.Formats.Trees;
using Bothy.Store;

namespace Bothy.Inspection.Catalog;

/// <summary>Databases of images are read as far as they can be: what cannot is a warning.</summary>
internal static class DatabaseReading
{
    /// <summary>The largest database read, in bytes; those of the largest distributions' full installations have a tenth of it.</summary>
    public const int MaxSize = 64 << 20;

    /// <summary>What <paramref name="read"/> gives; null, with a warning, where it fails for what it reads.</summary>
    public static T? Try<T>(Func<T?> read, ImmutableArray<string>.Builder warnings)
        where T : class
    {
        try
        {
            return read();
        }
        catch (BothyException failure) when (failure is not DamagedItemException)
        {
            warnings.Add(failure.Message);
            return null;
        }
    }

    /// <summary>The bytes of the file at <paramref name="path"/>, through links; null where there is none.</summary>
    /// <exception cref="BothyException">It is too large, or cannot be read.</exception>
    public static byte[]? ReadFile(FileTree tree, TreePath path) => tree.Find(path) is { Content: { } content } ? ReadContent(content, path) : null;

    /// <summary>The bytes of <paramref name="content"/>, which is that of <paramref name="path"/>.</summary>
    /// <exception cref="BothyException">It is too large, or cannot be read.</exception>
    public static byte[] ReadContent(FileContent content, TreePath path) => content.Length <= MaxSize
        ? content.ReadAll(MaxSize)
        : throw new BothyException(FormattableString.Invariant($"cannot read {path}: a database of {content.Length} bytes, more than {MaxSize}"));
}
