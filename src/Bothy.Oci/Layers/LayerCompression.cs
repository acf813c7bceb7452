namespace Bothy.Oci.Layers;

/// <summary>How a layer's archive is compressed.</summary>
public enum LayerCompression
{
    /// <summary>One gzip member: what every registry and runtime takes.</summary>
    Gzip,

    /// <summary>eStargz: gzip members, one a file, and a table of contents, so that a runtime can pull files when they are needed.</summary>
    EStargz,

    /// <summary>zstd: smaller and unpacked faster, by runtimes that know it.</summary>
    Zstd,
}
