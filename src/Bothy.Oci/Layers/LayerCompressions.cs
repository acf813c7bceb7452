namespace Bothy.Oci.Layers;

/// <summary>The compressions of layers by the names that users call them.</summary>
public static class LayerCompressions
{
    private static readonly (LayerCompression Compression, string Name)[] All =
    [
        (LayerCompression.Gzip, "gzip"),
        (LayerCompression.EStargz, "estargz"),
        (LayerCompression.Zstd, "zstd"),
    ];

    /// <summary>All names.</summary>
    public static string[] Names => [.. All.Select(static one => one.Name)];

    /// <summary>The compression called <paramref name="name"/>, which is one of <see cref="Names"/>.</summary>
    public static LayerCompression Named(string name) => All.Single(one => one.Name == name).Compression;

    /// <summary>What <paramref name="compression"/> is called.</summary>
    public static string NameOf(LayerCompression compression) => All.Single(one => one.Compression == compression).Name;
}
