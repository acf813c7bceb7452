using System.Collections.Immutable;
using Bothy.Engine.ImageFiles;
using Bothy.Inspection.Graph;
using Bothy.Packages;

namespace Bothy.Engine.Building;

/// <summary>What solving again without a request would change, against solving again with it: by the same indexes, so that newer versions are no difference.</summary>
/// <param name="Leaving">What would leave, by name.</param>
/// <param name="Coming">What would come instead, by name.</param>
/// <param name="NotComputed">Why it was not computed, in words to stand after a colon; null where it was.</param>
public sealed record FreshDifference(ImmutableArray<PackageId> Leaving, ImmutableArray<PackageId> Coming, string? NotComputed)
{
    /// <summary>An answer that could not be had.</summary>
    public static FreshDifference Unknown(string reason) => new([], [], reason);
}

/// <summary>Solves an image file again, with requests and without.</summary>
public sealed class FreshSolve(BuildSettings settings, ImageSpec spec, ImageArchitecture architecture)
{
    private Task<ImmutableHashSet<PackageId>>? _whole;

    /// <summary>What solving without <paramref name="requests"/> changes.</summary>
    public async Task<FreshDifference> WithoutAsync(IReadOnlyCollection<GraphRequest> requests, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(requests);
        string[] texts = [.. requests.Select(static request => request.Text)];
        if (Array.Find(texts, text => spec.Contents.Packages.All(package => package.Value != text)) is { } elsewhere)
        {
            return FreshDifference.Unknown($"'{elsewhere}' does not stand under 'contents.packages'");
        }

        try
        {
            var whole = await (_whole ??= SolveAsync(spec, cancellationToken));
            var without = await SolveAsync(
                spec with { Contents = spec.Contents with { Packages = [.. spec.Contents.Packages.Where(package => !texts.Contains(package.Value, StringComparer.Ordinal))] } }, cancellationToken);
            return new FreshDifference([.. whole.Except(without).Order()], [.. without.Except(whole).Order()], NotComputed: null);
        }
        catch (BothyException failure)
        {
            return FreshDifference.Unknown(failure.Message.Split('\n')[0]);
        }
    }

    private async Task<ImmutableHashSet<PackageId>> SolveAsync(ImageSpec asked, CancellationToken cancellationToken)
    {
        var plan = await new ImageBuilder(settings).SolveAsync(asked, [architecture], previous: null, cancellationToken);
        return [.. plan.Architectures.Values.Single().Packages.Select(static package => package.Id)];
    }
}
