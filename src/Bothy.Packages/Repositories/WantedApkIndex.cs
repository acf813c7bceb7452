using Bothy.Packages.Alpine;

namespace Bothy.Packages.Repositories;

/// <summary>One index to be fetched, and the way from its bytes to trusting them.</summary>
/// <param name="Repository">Whose it is.</param>
/// <param name="Architecture">The architecture, by apk's name.</param>
/// <param name="AllowUntrusted">Whether it is taken without a good signature.</param>
internal sealed record WantedApkIndex(AlpineRepository Repository, string Architecture, bool AllowUntrusted)
{
    private static readonly long LastSecond = DateTimeOffset.MaxValue.ToUnixTimeSeconds();

    /// <summary>Where it is.</summary>
    public Uri Address { get; } = Repository.IndexUri(Architecture);

    /// <summary>
    /// The name of the store's note. Credentials may change without the repository becoming another, and are nothing to write down.
    /// What was taken without a signature must not stand in the way of what has one.
    /// </summary>
    public string Key => $"alpine/index {DebianRepository.ShownUri(Address)}{(AllowUntrusted ? " untrusted" : "")}";

    /// <summary>What was seen when <paramref name="index"/> was trusted.</summary>
    public static SeenDocument Seen(AlpineIndex index, bool allowUntrusted)
    {
        var wanted = new WantedApkIndex(index.Repository, index.Architecture, allowUntrusted);
        return new SeenDocument(
            index.Repository.AdbIndexUri(index.Architecture) is { } other ? [wanted.Address, other] : [wanted.Address], index.Digest, new SeenNote.OfRepository(wanted.Key));
    }

    private string Source => $"the index of {this}";

    /// <summary>Verifies the signatures and reads what the index says about itself. Its bytes have the digest <paramref name="digest"/>.</summary>
    /// <exception cref="BothyException">No key of the repository's signed it, or it was changed, or is no index.</exception>
    public AlpineIndex Trust(byte[] bytes, Digest digest)
    {
        var file = IApkIndexFile.Open(bytes, Source);
        var verdict = file.Verify(Repository.Keys);
        // Like apk, which takes what nobody it knows has signed, but not what somebody changed.
        if (verdict.KeyName is null && (verdict.IsChanged || !AllowUntrusted))
        {
            throw new BothyException($"cannot trust {this}: its index: {verdict.Problem} (signature)") { Hint = verdict.Hint };
        }

        var (description, time) = file.ReadHeader();
        return new AlpineIndex(file)
        {
            Repository = Repository,
            Architecture = Architecture,
            Digest = digest,
            Size = bytes.Length,
            KeyName = verdict.KeyName,
            Problem = verdict.Problem,
            Time = DateTimeOffset.FromUnixTimeSeconds(Math.Min(time > 0 ? time : ApkIndexFile.NewestBuild(file.ReadText()), LastSecond)),
            Description = description,
        };
    }

    /// <summary>As people write it: <c>https://mirror.example/alpine/v3.19/main x86_64</c>.</summary>
    public override string ToString() => $"{Repository} {Architecture}";
}
