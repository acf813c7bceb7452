using System.Collections.Immutable;
using Bothy.Formats.Trees;

namespace Bothy.Inspection.Checks;

/// <summary>Gathers the findings of one check, with the owner of each file.</summary>
internal sealed class FindingList(CheckArea area, CheckSubject subject)
{
    // dpkg's sums, which are all that a small image has of its database, leave out configuration.
    private static readonly TreePath Configuration = TreePath.Parse("etc");

    private readonly List<Finding> _findings = [];

    /// <summary>Whether a file belongs to no package: somebody put it there, and means to use it.</summary>
    public bool IsApplication(TreeEntry entry) => subject.OwnerOf(entry) is null && !entry.Path.IsAtOrBelow(Configuration);

    public void Add(Finding finding) => _findings.Add(finding);

    public void Add(string kind, Severity severity, TreeEntry entry, string reason, string? hint = null) =>
        _findings.Add(new Finding(area, kind, severity, entry.Path, subject.OwnerOf(entry), reason, hint));

    public void Add(string kind, Severity severity, TreePath? path, string? package, string reason, string? hint = null) =>
        _findings.Add(new Finding(area, kind, severity, path, package, reason, hint));

    /// <summary>What was found: the worst first, then by kind, path and reason; the same twice only once.</summary>
    public ImmutableArray<Finding> ToImmutable() =>
    [
        .. _findings
            .Distinct()
            .OrderByDescending(static finding => finding.Severity)
            .ThenBy(static finding => finding.Kind, StringComparer.Ordinal)
            .ThenBy(static finding => finding.Path ?? TreePath.Root)
            .ThenBy(static finding => finding.Reason, StringComparer.Ordinal),
    ];
}
