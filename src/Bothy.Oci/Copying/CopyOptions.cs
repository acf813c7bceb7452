using System.Collections.Immutable;

namespace Bothy.Oci.Copying;

/// <summary>What of an image is copied, and how.</summary>
public sealed record CopyOptions
{
    /// <summary>The one image of an index to copy; null for the whole index, where the target can hold one.</summary>
    public Platform? Platform { get; init; }

    /// <summary>Whether what refers to the image comes along: signatures, lists of packages, whatever is attached to it.</summary>
    public bool Referrers { get; init; }

    /// <summary>How many blobs are on their way at once.</summary>
    public int Parallelism { get; init; } = 4;

    /// <summary>Told how far the copy has come; from several threads.</summary>
    public IProgress<CopyProgress>? Progress { get; init; }
}

/// <summary>How far a copy has come.</summary>
/// <param name="Blobs">How many blobs are there.</param>
/// <param name="AllBlobs">Of how many.</param>
/// <param name="Bytes">How many of their bytes.</param>
/// <param name="AllBytes">Of how many.</param>
public sealed record CopyProgress(int Blobs, int AllBlobs, long Bytes, long AllBytes);

/// <summary>What a copy came to.</summary>
/// <param name="Root">What was copied: an image or an index.</param>
public sealed record CopyResult(Descriptor Root)
{
    /// <summary>The images of the index; the one that was copied.</summary>
    public ImmutableArray<Descriptor> Images { get; init; } = [];

    /// <summary>How many blobs were sent.</summary>
    public int Sent { get; init; }

    /// <summary>How many bytes they have.</summary>
    public long SentBytes { get; init; }

    /// <summary>How many blobs were there already.</summary>
    public int Present { get; init; }

    /// <summary>How many things that refer to the image came along.</summary>
    public int Referrers { get; init; }

    /// <summary>Where one image of an index was chosen because the target holds no more: its platform.</summary>
    public Platform? Chosen { get; init; }
}
