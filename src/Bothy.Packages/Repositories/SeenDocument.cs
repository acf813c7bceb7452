using System.Collections.Immutable;

namespace Bothy.Packages.Repositories;

/// <summary>A document of a repository that something was decided by: while the same one is served, looking at it again would come to the same.</summary>
/// <param name="Addresses">Where it is asked for, in their order: the first at which there is one counts.</param>
/// <param name="Digest">The digest of its bytes.</param>
/// <param name="Note">What the store remembers of it.</param>
public sealed record SeenDocument(ImmutableArray<Uri> Addresses, Digest Digest, SeenNote Note)
{
    /// <summary>Whether it is a file of this machine.</summary>
    public bool IsLocal => Addresses[0].IsFile;

    /// <summary>Whether its addresses have secrets in them, which are nothing to write down.</summary>
    public bool HasSecrets => Addresses.Any(static address => address.UserInfo.Length > 0);
}

/// <summary>A note of the store that tells of a document.</summary>
/// <param name="Key">The note's name.</param>
public abstract record SeenNote(string Key)
{
    /// <summary>One that names the document's digest and says how to ask whether there is a newer one.</summary>
    public sealed record OfRepository(string Key) : SeenNote(Key);

    /// <summary>One that is a copy of the document.</summary>
    public sealed record Copy(string Key) : SeenNote(Key);
}
