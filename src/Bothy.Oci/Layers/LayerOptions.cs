using System.Collections.Immutable;
using Bothy.Formats.Trees;
using Bothy.Store;

namespace Bothy.Oci.Layers;

/// <summary>How layers are written.</summary>
public sealed record LayerOptions
{
    /// <summary>The latest time a file may have, in seconds since 1970: later ones become this one (as <c>SOURCE_DATE_EPOCH</c> asks).</summary>
    public required long Epoch { get; init; }

    /// <summary>How the archive is compressed.</summary>
    public LayerCompression Compression { get; init; }

    /// <summary>What the layer removes of lower ones (image-spec, layer.md, "Whiteouts"); nothing of the tree is at or below one of these paths.</summary>
    public ImmutableArray<TreePath> Whiteouts { get; init; } = [];

    /// <summary>Where compressed parts of layers are kept and looked for; null for nowhere. The bytes do not depend on it.</summary>
    internal ContentStore? Store { get; init; }

    /// <summary>On how many threads to compress. The bytes do not depend on it.</summary>
    public int Parallelism { get; init; } = 1;

    /// <summary>Told how many bytes of files have been written, about once a mebibyte; null where nobody asks.</summary>
    public IProgress<long>? Progress { get; init; }
}
