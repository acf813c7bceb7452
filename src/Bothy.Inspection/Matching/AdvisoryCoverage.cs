using Bothy.Inspection.Advisories;

namespace Bothy.Inspection.Matching;

/// <summary>Which releases advisories speak of: about any other they are silent, which does not mean that nothing is wrong with it.</summary>
internal sealed class AdvisoryCoverage(IAdvisoryLookup advisories)
{
    private readonly HashSet<(AdvisorySpace, string)> _known = [.. advisories.Releases.Select(static release => (release.Space, release.Release))];

    /// <summary>Whether something is said of some package of the release.</summary>
    public bool Covers(AdvisorySpace space, string release) => _known.Contains((space, release));
}
