using System.Collections.Immutable;
using Bothy.Packages.Solving;

namespace Bothy.Packages.Alpine;

/// <summary>What was chosen, on its way to packages with all their reasons.</summary>
internal sealed class ApkSolution(ApkAttempt attempt, ApkSolverRequest request)
{
    public Resolution<ApkPackage> ToResolution()
    {
        var nodes = attempt.Order.OfType<ApkNode>().ToList();
        var omitted = nodes
            .Where(node => node.IsOmitted)
            .Select(node => new OmittedPackage<ApkPackage>(node.Package, Reasons(node)))
            .OrderBy(omission => omission.Package.Name, StringComparer.Ordinal)
            .ToImmutableArray();
        var idle = request.Omit
            .Except(omitted.Select(omission => omission.Package.Name), StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)
            .Select(name => $"'{name}' need not be omitted: nothing asks for it");
        return new Resolution<ApkPackage>.Solved(
            [.. nodes.Where(node => !node.IsOmitted).Select(node => new SolvedPackage<ApkPackage>(node.Package, Reasons(node)))],
            omitted,
            [.. idle]);
    }

    // The name it was chosen for comes first, and of its wants the earliest.
    private static ImmutableArray<Reason> Reasons(ApkNode node)
    {
        var names = node.Claims.Select(claim => claim.Name).OrderBy(name => name == node.ChosenFor ? 0 : 1).Distinct();
        var wanted = names
            .Where(name => name.Holder == node)
            .SelectMany(name => name.Wants.Where(want => !want.Dependency.Conflict && want.By != node).Select(want => ReasonOf(node, want)));
        return [.. wanted, .. node.IsTriggered ? node.Conditions.Select(condition => ReasonOf(node, condition.Name.Holder!, condition.Dependency)) : []];
    }

    private static Reason ReasonOf(ApkNode node, ApkWant want) => want.By is { } by
        ? new Reason.Needed(by.Package.Id, "depends", want.Dependency.ToString(), want.Dependency.ToString(), want.Dependency.Name == node.Package.Name ? null : want.Dependency.Name)
        : new Reason.Requested(want.Dependency.ToString());

    private static Reason.Needed ReasonOf(ApkNode node, ApkNode by, ApkDependency condition) =>
        new(by.Package.Id, "install_if", string.Join(' ', node.Package.InstallIf), condition.ToString(), null);
}
