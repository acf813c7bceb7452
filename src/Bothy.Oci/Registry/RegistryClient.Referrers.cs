using System.Collections.Immutable;
using Bothy.Oci.Json;
using Bothy.Oci.Layout;
using Bothy.Oci.Targets;
using Bothy.Transfer;

namespace Bothy.Oci.Registry;

/// <content>What refers to an image: the registry's list, or one under a tag where it keeps none (distribution-spec, "Listing Referrers").</content>
public sealed partial class RegistryClient
{
    private const int MaxPages = 100;
    private const int MaxReferrers = 10_000;

    // Two that add to one list under a tag would lose one; across processes nothing prevents that, as the specification says.
    private readonly SemaphoreSlim _listing = new(1, 1);

    /// <summary>The manifests whose subject is <paramref name="subject"/>, of one type where <paramref name="artifactType"/> is given.</summary>
    /// <exception cref="BothyException">They cannot be had, or are more than anybody could need.</exception>
    public async Task<ImmutableArray<Descriptor>> ReferrersAsync(ImageReference image, Digest subject, string? artifactType, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(image);
        var all = await ListReferrersAsync(image, subject, artifactType, cancellationToken)
            ?? (await ReadFallbackAsync(image, subject, cancellationToken)).Manifests;
        return [.. all.Where(referrer => artifactType is null || referrer.ArtifactType == artifactType)];
    }

    /// <summary>Puts a manifest that has a subject, and sees to it that it is found among the subject's referrers.</summary>
    /// <exception cref="BothyException">The registry does not take it.</exception>
    public async Task PutReferrerAsync(ImageReference image, Descriptor referrer, ReadOnlyMemory<byte> bytes, Digest subject, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(referrer);
        if (await PutManifestAsync(image, referrer, bytes, tag: null, cancellationToken))
        {
            return;
        }

        await _listing.WaitAsync(cancellationToken);
        try
        {
            var list = await ReadFallbackAsync(image, subject, cancellationToken);
            if (list.Manifests.All(known => known.Digest != referrer.Digest))
            {
                var entry = ImageTarget.Described(referrer, bytes);
                byte[] json = (list with { Manifests = list.Manifests.Add(entry) }).ToJson();
                await PutManifestAsync(image, Descriptor.Of(MediaTypes.Index, json), json, LayoutFiles.ReferrersName(subject), cancellationToken);
            }
        }
        finally
        {
            _listing.Release();
        }
    }

    // Null where the registry has no such list.
    private async Task<ImmutableArray<Descriptor>?> ListReferrersAsync(ImageReference image, Digest subject, string? artifactType, CancellationToken cancellationToken)
    {
        var connection = Connection(image);
        string query = artifactType is null ? "" : $"?artifactType={Uri.EscapeDataString(artifactType)}";
        Uri? next = await connection.AddressAsync($"{image.Repository}/referrers/{subject}{query}", cancellationToken);
        var all = ImmutableArray.CreateBuilder<Descriptor>();
        for (int page = 0; next is not null; page++)
        {
            var address = next;
            var found = await connection.RepeatAsync(token => ReadPageAsync(connection, image, address, token), cancellationToken);
            if (found is not { } answer)
            {
                return null;
            }

            all.AddRange(answer.Referrers);
            next = answer.Next;
            if (page == MaxPages || all.Count > MaxReferrers)
            {
                throw new BothyException($"cannot pull {image}: the list of what refers to it has no end");
            }
        }

        return all.ToImmutable();
    }

    private static async Task<(ImmutableArray<Descriptor> Referrers, Uri? Next)?> ReadPageAsync(
        RegistryConnection connection, ImageReference image, Uri address, CancellationToken cancellationToken)
    {
        var scope = RegistryScope.Pull(image);
        using var answer = await connection.SendAsync(new TransferRequest(HttpMethod.Get, address) { Headers = [("Accept", MediaTypes.Index)] }, scope, cancellationToken);
        if (answer.Status is 404 or 400 or 405 or 501 || (answer.Status == 200 && answer.Header("Content-Type")?.Split(';')[0].Trim() != MediaTypes.Index))
        {
            return null;
        }

        if (answer.Status != 200)
        {
            throw await connection.FailureAsync(scope, answer);
        }

        var index = ImageIndex.Parse(await answer.ReadAllAsync(OciJson.MaxDocument), $"the referrers of {image}");
        return (index.Manifests, NextOf(answer));
    }

    // RFC 8288: Link: <address>; rel="next". A page elsewhere is not followed.
    private static Uri? NextOf(TransferAnswer answer)
    {
        string link = answer.Header("Link") ?? "";
        int end = link.IndexOf('>', StringComparison.Ordinal);
        return link.StartsWith('<') && end > 0 && link[end..].Contains("next", StringComparison.Ordinal)
            && Uri.TryCreate(answer.Address, link[1..end], out var next)
            && next.GetLeftPart(UriPartial.Authority) == answer.Address.GetLeftPart(UriPartial.Authority)
            ? next
            : null;
    }

    private async Task<ImageIndex> ReadFallbackAsync(ImageReference image, Digest subject, CancellationToken cancellationToken)
    {
        var (found, _) = await FindManifestAsync(image.WithTag(LayoutFiles.ReferrersName(subject)), cancellationToken);
        return found is { Descriptor.MediaType: MediaTypes.Index } list
            ? ImageIndex.Parse(list.Bytes, $"the referrers of {image}")
            : new ImageIndex { Manifests = [] };
    }
}
