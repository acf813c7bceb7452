using Bothy.Oci.Sources;

namespace Bothy.Oci.Layout;

/// <summary>Where the files of a layout are.</summary>
internal abstract class LayoutPlace
{
    /// <summary>The directory or the archive, for messages.</summary>
    public abstract string Name { get; }

    /// <summary>What <paramref name="file"/> of the layout is called in messages.</summary>
    public virtual string NameOf(string file) => $"{file} of {Name}";

    /// <summary>Opens a file of the layout, whose length the stream knows; null where there is none.</summary>
    /// <exception cref="BothyException">It cannot be read.</exception>
    public abstract Stream? TryOpen(string file);
}

/// <summary>A layout in a directory.</summary>
internal sealed class LayoutDirectory(string directory) : LayoutPlace
{
    public override string Name => directory;

    public override string NameOf(string file) => Path.Combine(directory, file);

    public override Stream? TryOpen(string file)
    {
        string path = NameOf(file);
        try
        {
            return File.Exists(path) ? new FileOnDisk(path, 0, default).OpenRead() : null;
        }
        catch (BothyException failure) when (file == LayoutFiles.Marker && LayoutLock.IsTaken(failure.InnerException))
        {
            // Somebody adds to the layout just now, and the marker is what they lock. What is there can be read meanwhile: the index changes at once.
            return new MemoryStream(LayoutFiles.MarkerContent, writable: false);
        }
    }
}

/// <summary>A layout in a tar archive.</summary>
internal sealed class LayoutArchive(ArchiveMembers members) : LayoutPlace
{
    public override string Name => members.Name;

    public override Stream? TryOpen(string file) => members.TryOpen(file);
}
