using System.Collections.Immutable;
using Bothy.Engine.ImageFiles;
using Bothy.Formats.Trees;
using Bothy.Inspection.Advisories;
using Bothy.Inspection.Catalog;
using Bothy.Inspection.Checks;
using Bothy.Inspection.Linkage;
using Bothy.Inspection.Matching;
using Bothy.Inspection.Policy;
using Bothy.Oci;

namespace Bothy.Engine.Building;

/// <summary>Looks at an image before it is delivered: will its programs run, and does it keep to the image file's policy.</summary>
internal static class BuildCheck
{
    /// <summary>Whose the local files are, where packages are named.</summary>
    private const string Application = "application";

    /// <summary>What is found in the tree of an image. Who owns a file is what the build knows, whatever database the image keeps.</summary>
    public static ImmutableArray<Finding> Run(ImageSpec spec, FileTree tree, ContainerConfig container, Platform platform, ImageContents? below, CancellationToken cancellationToken)
    {
        var subject = new CheckSubject(tree, container, platform, OwnerOf);
        var findings = LinkageCheck.Run(subject, cancellationToken);
        return PolicyReader.Of(spec) is { } policy
            ? findings.AddRange(PolicyCheck.Run(ImageContents.Of(tree, container, platform), subject with { OwnerOf = PackageOf }, policy, compressedSize: null, cancellationToken))
            : findings;

        string? OwnerOf(TreeEntry entry) => entry.Origin is Origin.LocalFile ? Application : PackageOf(entry);

        // To a policy local files are of no package, as they are to whoever has the image alone.
        string? PackageOf(TreeEntry entry) => entry.Origin switch
        {
            Origin.Package package => package.Name,
            Origin.Layer => below?.OwnerOf(entry.Path)?.Name,
            _ => null,
        };
    }

    /// <summary>Whether the policy of an image file is held by advisories too: what was found of an earlier build then says nothing of today.</summary>
    public static bool AsksAdvisories(ImageSpec spec) => PolicyReader.Of(spec) is { AsksAdvisories: true };

    /// <summary>What advisories say of <paramref name="subject"/>, as far as the policy of the image file asks.</summary>
    public static ImmutableArray<Finding> OfAdvisories(ImageSpec spec, BuildSettings settings, ScanSubject subject, CancellationToken cancellationToken)
    {
        using var advisories = new AdvisoryStore(settings.Store).TryOpenCurrent();
        return PolicyReader.Of(spec) is { } policy
            ? VulnerabilityPolicy.Run(policy, advisories, () => subject, PolicyRules.Load(policy, settings.WorkingDirectory, settings.Time.GetUtcNow()), cancellationToken)
            : [];
    }

    /// <summary>What is found once the layers are made.</summary>
    public static ImmutableArray<Finding> OfSize(ImageSpec spec, long compressed) =>
        PolicyReader.Of(spec) is { } policy && PolicyCheck.OfCompressedSize(policy, compressed) is { } finding ? [finding] : [];

    /// <summary>Tells warnings, and stops at errors.</summary>
    /// <exception cref="CheckFailedException">There are errors.</exception>
    public static void Report(ImageSpec spec, ImmutableArray<Finding> findings, IProgress<BuildEvent> progress)
    {
        foreach (var finding in findings)
        {
            if (finding.Severity == Severity.Warning)
            {
                progress.Report(new BuildEvent.Warning(finding.ToString()));
            }
            else if (finding.Severity == Severity.Note)
            {
                progress.Report(new BuildEvent.Note(finding.ToString()));
            }
        }

        ImmutableArray<Finding> errors = [.. findings.Where(static finding => finding.Severity == Severity.Error)];
        if (!errors.IsEmpty)
        {
            throw new CheckFailedException(spec.FileName, errors);
        }
    }
}
