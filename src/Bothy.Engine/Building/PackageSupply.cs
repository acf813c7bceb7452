using System.Collections.Immutable;
using Bothy.Formats.Text;
using Bothy.Packages.Debian;
using Bothy.Packages.Repositories;
using Bothy.Packages;
using Bothy.Store;

namespace Bothy.Engine.Building;

/// <summary>Brings packages into the store and opens them: each is decoded as soon as it has arrived, while others are still on their way.</summary>
internal sealed class PackageSupply(BuildSettings settings) : IDisposable
{
    private readonly PackageFetcher _fetcher = new(settings.Transfer, settings.Store, settings.PackageDirectories);
    private readonly DebPackages _packages = new(settings.Store);
    private readonly SemaphoreSlim _decoding = new(settings.Parallelism);

    /// <summary>Opens <paramref name="packages"/>, in their order, and reports it as the phase <paramref name="phase"/>.</summary>
    /// <exception cref="BothyException">One of them cannot be had, or must not be used.</exception>
    public async Task<ImmutableArray<PackageContents>> OpenAsync(string phase, ImmutableArray<PackageToFetch> packages, CancellationToken cancellationToken)
    {
        settings.Progress.Report(new BuildEvent.Started(phase));
        var progress = new TotalProgress(phase, packages.Sum(package => package.Size), settings.Progress);
        var opened = new PackageContents[packages.Length];

        if (settings.Offline)
        {
            // Of several that are missing the first is named, not the one whose thread was faster.
            foreach (var package in packages)
            {
                await _fetcher.FetchAsync(package, progress, cancellationToken);
            }
        }

        // The largest first: a large one begun last would be decoded alone at the end.
        var order = Enumerable.Range(0, packages.Length).OrderByDescending(index => packages[index].Size).ToList();
        var positions = order.ToDictionary(index => packages[index].Identity);
        await _fetcher.FetchAllAsync(
            order.Select(index => packages[index]),
            async (package, digest, token) => opened[positions[package.Identity]] = await OpenAsync(package, digest, progress, token),
            progress,
            cancellationToken);
        settings.Progress.Report(new BuildEvent.Finished(phase, $"{packages.Length} packages, {ByteSize.Text(packages.Sum(package => package.Size))}"));
        return [.. opened];
    }

    /// <inheritdoc />
    public void Dispose() => _decoding.Dispose();

    private async Task<PackageContents> OpenAsync(PackageToFetch package, Digest digest, IProgress<FetchProgress> progress, CancellationToken cancellationToken)
    {
        await _decoding.WaitAsync(cancellationToken);
        try
        {
            return await _packages.OpenAsync(package.Id, digest, cancellationToken);
        }
        catch (DamagedItemException damaged)
        {
            settings.Progress.Report(new BuildEvent.Warning($"{damaged.Message}; fetching {package.Id} again"));
            await _fetcher.FetchAsync(package, progress, cancellationToken);
            return await _packages.OpenAsync(package.Id, digest, cancellationToken);
        }
        finally
        {
            _decoding.Release();
        }
    }
}
