namespace Bothy.Formats.Trees;

/// <summary>Where an entry of an image comes from. Every entry has one; reports, SBOMs and <c>why</c> are made from it.</summary>
public abstract record Origin
{
    private Origin()
    {
    }

    /// <summary>A file that a package ships.</summary>
    public sealed record Package(string Name, string Version, string Architecture) : Origin
    {
        /// <inheritdoc />
        public override string ToString() => $"{Name} {Version} ({Architecture})";
    }

    /// <summary>Made by Bothy in place of what a package's script would have made; <paramref name="Name"/> is the effect's name, such as <c>ldconfig</c>.</summary>
    public sealed record Effect(string Name) : Origin
    {
        /// <summary>The names of the packages whose scripts asked for it, separated by blanks; empty where none did, or nobody noted it.</summary>
        public string AskedBy { get; init; } = "";

        /// <inheritdoc />
        public override string ToString() => $"effect {Name}";
    }

    /// <summary>Asked for by the image file under <paramref name="Key"/>, such as <c>paths</c> or <c>accounts</c>.</summary>
    public sealed record ImageFile(string Key) : Origin
    {
        /// <inheritdoc />
        public override string ToString() => $"image file, {Key}";
    }

    /// <summary>A file of the machine that builds, named by <paramref name="Source"/> in the image file's <c>contents.files</c>.</summary>
    public sealed record LocalFile(string Source) : Origin
    {
        /// <inheritdoc />
        public override string ToString() => $"local file, {Source}";
    }

    /// <summary>An entry of a layer of an image that was read back.</summary>
    public sealed record Layer(Digest DiffId) : Origin
    {
        /// <inheritdoc />
        public override string ToString() => $"layer {DiffId}";
    }
}
