using System.Collections.Immutable;
using Bothy.Inspection.Catalog;
using Bothy.Inspection.Hardening;
using Bothy.Inspection.Linkage;
using Bothy.Inspection.Policy;

namespace Bothy.Inspection.Checks;

/// <summary>What a check found.</summary>
/// <param name="Areas">What was looked at.</param>
/// <param name="Findings">What was found, area by area, the worst first.</param>
/// <param name="Hardening">The hardening of each file; null where it was not looked at.</param>
public sealed record CheckReport(ImmutableArray<CheckArea> Areas, ImmutableArray<Finding> Findings, HardeningReport? Hardening)
{
    /// <summary>How many findings are of a severity.</summary>
    public int Count(Severity severity) => Findings.Count(finding => finding.Severity == severity);
}

/// <summary>Checks an image.</summary>
public static class ImageCheck
{
    /// <summary>Looks at the areas asked for; at a policy only where there is one.</summary>
    /// <exception cref="BothyException">A file of the image cannot be read.</exception>
    public static CheckReport Run(ImageContents contents, ImmutableArray<CheckArea> areas, ImagePolicy? policy, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(contents);
        var subject = CheckSubject.Of(contents);
        var findings = ImmutableArray.CreateBuilder<Finding>();
        if (areas.Contains(CheckArea.Linkage))
        {
            findings.AddRange(LinkageCheck.Run(subject, cancellationToken));
        }

        var hardening = areas.Contains(CheckArea.Hardening) ? HardeningReport.Of(subject, cancellationToken) : null;
        findings.AddRange(hardening?.Findings() ?? []);
        if (areas.Contains(CheckArea.Policy) && policy is not null)
        {
            long? compressed = contents.Image?.Manifest.Layers.Sum(static layer => layer.Size);
            findings.AddRange(PolicyCheck.Run(contents, subject, policy, compressed, cancellationToken));
        }

        return new CheckReport(areas, findings.ToImmutable(), hardening);
    }
}
