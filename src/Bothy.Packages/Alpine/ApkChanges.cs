using System.Collections.Immutable;

namespace Bothy.Packages.Alpine;

/// <summary>The steps from what is installed to what was chosen.</summary>
internal sealed class ApkChanges
{
    private readonly ApkAttempt _attempt;
    private readonly ImmutableArray<ApkPackage> _installed;
    private readonly HashSet<string> _going;
    private readonly HashSet<ApkPackage> _visited = [];
    private readonly ImmutableArray<ApkChange>.Builder _changes = ImmutableArray.CreateBuilder<ApkChange>();

    public ApkChanges(ApkAttempt attempt, ImmutableArray<ApkPackage> installed)
    {
        _attempt = attempt;
        _installed = installed;
        _going = installed.Select(package => package.Name).ToHashSet(StringComparer.Ordinal);
        _going.ExceptWith(attempt.Chosen.Select(node => node.Package.Name));
    }

    public ImmutableArray<ApkChange> InOrder()
    {
        foreach (var package in _installed.Where(package => _going.Contains(package.Name)))
        {
            Purge(package);
        }

        var known = new Dictionary<string, ApkPackage>(StringComparer.Ordinal);
        foreach (var package in _installed)
        {
            known[package.Name] = package;
        }

        foreach (var node in _attempt.Order.OfType<ApkNode>())
        {
            if (ChangeOf(node, known.GetValueOrDefault(node.Package.Name)) is { } change)
            {
                _changes.Add(change);
            }
        }

        return _changes.DrainToImmutable();
    }

    // After what goes as well and depends on it.
    private void Purge(ApkPackage package)
    {
        if (!_visited.Add(package))
        {
            return;
        }

        var names = package.Provides.Select(provided => provided.Name).Prepend(package.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var other in _installed.Where(other => _going.Contains(other.Name) && other.Depends.Any(dependency => !dependency.Conflict && names.Contains(dependency.Name))))
        {
            Purge(other);
        }

        _changes.Add(new ApkChange(ApkChangeKind.Purge, package, package, null));
    }

    private ApkChange? ChangeOf(ApkNode node, ApkPackage? old)
    {
        string? tag = TagOf(node);
        if (old is null)
        {
            return new ApkChange(ApkChangeKind.Install, node.Package, null, tag);
        }

        if (old.Checksum != node.Package.Checksum)
        {
            int order = node.Package.Version.CompareTo(old.Version);
            return new ApkChange(order > 0 ? ApkChangeKind.Upgrade : order < 0 ? ApkChangeKind.Downgrade : ApkChangeKind.Replace, node.Package, old, tag);
        }

        bool unpinned = old.InstalledTag is { } pinned && (_attempt.Universe.TagOf(pinned) & node.ChosenFor!.AllowedTags) == 0;
        return unpinned ? new ApkChange(ApkChangeKind.UpdatePinning, node.Package, old, tag)
            : _attempt.Universe.Name(node.Package.Name).Preference.HasFlag(ApkPreference.Reinstall) ? new ApkChange(ApkChangeKind.Reinstall, node.Package, old, tag)
            : null;
    }

    private string? TagOf(ApkNode node) => (node.Tags & ApkUniverse.Untagged) != 0
        ? null
        : _attempt.Universe.TagsOf(node).FirstOrDefault(tag => (_attempt.Universe.TagOf(tag) & node.ChosenFor!.AllowedTags) != 0);
}
