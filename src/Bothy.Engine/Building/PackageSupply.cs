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
internal sealed class PackageSupply(BuildSettings settings) : IDisposable
{
    private readonly PackageFetcher _fetcher = new(settings.Transfer, settings.Store, settings.PackageDirectories) { IsOffline = settings.Offline };
    private readonly DebPackages _debs = new(settings.Store);
    private readonly ApkPackages _apks = new(settings.Store);
    private readonly SemaphoreSlim _decoding = new(settings.Parallelism);

    /// <summary>Opens <paramref name="packages"/>, in their order, and reports it as the phase <paramref name="phase"/>.</summary>
    /// <exception cref="BothyException">One of them cannot be had, or must not be used.</exception>
    public async Task<ImmutableArray<SuppliedPackage>> OpenAsync(string phase, ImmutableArray<LockedPackage> packages, CancellationToken cancellationToken)
    {
        settings.Progress.Report(new BuildEvent.Started(phase));
        var progress = new TotalProgress(phase, packages.Sum(package => package.Size), settings.Progress);
        var wanted = packages.Select(package => new PackageToFetch(package.Id, [package.Url], package.Size, package.Identity)).ToImmutableArray();
        var opened = new SuppliedPackage[packages.Length];
        await _fetcher.FetchAllAsync(
            wanted,
            async (position, digest, token) => opened[position] = await OpenAsync(packages[position] with { Digest = digest }, wanted[position], progress, token),
            progress,
            cancellationToken);
        settings.Progress.Report(new BuildEvent.Finished(phase, $"{packages.Length} packages, {ByteSize.Text(packages.Sum(package => package.Size))}"));
        return [.. opened];
    }

    /// <inheritdoc />
    public void Dispose() => _decoding.Dispose();

    private async Task<SuppliedPackage> OpenAsync(LockedPackage package, PackageToFetch wanted, IProgress<FetchProgress> progress, CancellationToken cancellationToken)
    {
        await _decoding.WaitAsync(cancellationToken);
        try
        {
            return await OpenAsync(package, cancellationToken);
        }
        catch (DamagedItemException)
        {
            await _fetcher.FetchAsync(wanted, progress, cancellationToken);
            return await OpenAsync(package, cancellationToken);
        }
        finally
        {
            _decoding.Release();
        }
    }

    private async Task<SuppliedPackage> OpenAsync(LockedPackage package, CancellationToken cancellationToken) => new(package, package.Checksum is null
        ? await _debs.OpenAsync(package.Id, package.KnownDigest, cancellationToken)
        : await _apks.OpenAsync(package.Id, package.KnownDigest, package.Checksum, cancellationToken));
}
