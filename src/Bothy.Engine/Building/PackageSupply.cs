using System.Collections.Immutable;
using Bothy.Engine.Locking;
using Bothy.Formats.Text;
using Bothy.Packages;
using Bothy.Packages.Alpine;
using Bothy.Packages.Debian;
using Bothy.Packages.Repositories;
using Bothy.Store;

namespace Bothy.Engine.Building;

/// <summary>A package that is in the store and open.</summary>
/// <param name="Package">What the plan says of it, with the digest of its file.</param>
/// <param name="Contents">What is in it.</param>
internal sealed record SuppliedPackage(LockedPackage Package, PackageContents Contents);

/// <summary>Brings packages into the store and opens them: each is decoded as soon as it has arrived, while others are still on their way.</summary>
internal sealed class PackageSupply : IDisposable
{
    private readonly BuildSettings _settings;
    private readonly DecodingSlots _decoding;
    private readonly PackageFetcher _fetcher;
    private readonly DebPackages _debs;
    private readonly ApkPackages _apks;

    public PackageSupply(BuildSettings settings)
    {
        _settings = settings;
        _decoding = new DecodingSlots(settings.Parallelism);
        _fetcher = new PackageFetcher(settings.Transfer, settings.Store, settings.PackageDirectories) { IsOffline = settings.Offline, Decoding = _decoding };
        _debs = new DebPackages(settings.Store);
        _apks = new ApkPackages(settings.Store);
    }

    /// <summary>Opens <paramref name="packages"/>, in their order, and reports it as the phase <paramref name="phase"/>.</summary>
    /// <exception cref="BothyException">One of them cannot be had, or must not be used.</exception>
    public async Task<ImmutableArray<SuppliedPackage>> OpenAsync(string phase, ImmutableArray<LockedPackage> packages, CancellationToken cancellationToken)
    {
        _settings.Progress.Report(new BuildEvent.Started(phase));
        var progress = new TotalProgress(phase, packages.Sum(package => package.Size), _settings.Progress);
        var wanted = packages.Select(ToFetch).ToImmutableArray();
        var opened = new SuppliedPackage[packages.Length];
        await _fetcher.FetchAllAsync(
            wanted,
            async (position, digest, token) => opened[position] = await OpenAsync(packages[position] with { Digest = digest }, wanted[position], progress, token),
            progress,
            cancellationToken);
        _settings.Progress.Report(new BuildEvent.Finished(phase, $"{packages.Length} packages, {ByteSize.Text(packages.Sum(package => package.Size))}"));
        return [.. opened];
    }

    /// <inheritdoc />
    public void Dispose() => _decoding.Dispose();

    private PackageToFetch ToFetch(LockedPackage package) => new(package.Id, [package.Url], package.Size, package.Identity)
    {
        Decode = package.Checksum is null ? deb => _debs.Decode(package.Id, deb) : apk => _apks.Decode(package.Id, apk, package.Size),
    };

    private async Task<SuppliedPackage> OpenAsync(LockedPackage package, PackageToFetch wanted, IProgress<FetchProgress> progress, CancellationToken cancellationToken)
    {
        try
        {
            return await _decoding.RunAsync(() => OpenAsync(package, cancellationToken), cancellationToken);
        }
        catch (DamagedItemException)
        {
            await _fetcher.FetchAsync(wanted, progress, cancellationToken);
            return await _decoding.RunAsync(() => OpenAsync(package, cancellationToken), cancellationToken);
        }
    }

    private async Task<SuppliedPackage> OpenAsync(LockedPackage package, CancellationToken cancellationToken) => new(package, package.Checksum is null
        ? await _debs.OpenAsync(package.Id, package.KnownDigest, cancellationToken)
        : await _apks.OpenAsync(package.Id, package.KnownDigest, package.Checksum, cancellationToken));
}
