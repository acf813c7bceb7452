using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace Bothy.Packages.Alpine;

/// <summary>
/// Plans what apk would do to a root in which something is installed: <c>add</c>, <c>del</c>, <c>upgrade</c> and <c>fix</c>, as
/// apk(8) has them. Nothing is changed.
/// </summary>
/// <param name="repositories">The indexes of the repositories, in their order.</param>
/// <param name="installed">The packages that are installed.</param>
/// <param name="world">What was asked for so far.</param>
/// <param name="architecture">The architecture of the root, by apk's name.</param>
public sealed class ApkTransaction(IEnumerable<IApkIndex> repositories, IApkIndex installed, IEnumerable<ApkDependency> world, string architecture)
{
    private readonly ImmutableArray<IApkIndex> _repositories = [.. repositories];
    private readonly ImmutableArray<ApkDependency> _world = [.. world];

    /// <summary>Whether no repository can be reached: then there is only what is installed.</summary>
    public bool IsOffline { get; init; }

    /// <summary><c>apk add</c>: asks for <paramref name="dependencies"/>, each instead of what the world says of its name.</summary>
    public ApkPlan Add(IEnumerable<ApkDependency> dependencies, CancellationToken cancellationToken)
    {
        var added = dependencies.ToList();
        return Plan(With(added), new ApkState(), cancellationToken);
    }

    /// <summary><c>apk add -t</c>: asks for a package that consists of <paramref name="dependencies"/> only.</summary>
    /// <exception cref="BothyException"><paramref name="name"/> is not <c>name=version</c>.</exception>
    public ApkPlan AddVirtual(ApkDependency name, IReadOnlyList<ApkDependency> dependencies, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(dependencies);
        if (name.Operator != ApkOperator.Equal || name.Conflict || name.Tag is not null)
        {
            throw new BothyException($"cannot make package '{name}': want name=version");
        }

        string text = $"P:{name.Name}\nV:{name.Bound}\nA:noarch\nD:{string.Join(' ', dependencies)}\n";
        string identity = $"Q1{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text))[..20])}";
        var index = ApkIndex.Read(Encoding.UTF8.GetBytes($"C:{identity}\n{text}"), new ApkIndexOrigin("virtual", architecture, null));
        var plan = Plan(With([ApkDependency.Parse($"{name.Name}><{identity}")]), new ApkState { Local = index }, cancellationToken);
        return dependencies.Count > 0 ? plan : plan with { Warnings = [.. plan.Warnings, "creating empty virtual package"] };
    }

    /// <summary><c>apk del</c>: asks no more for <paramref name="names"/>. What something else needs stays.</summary>
    public ApkPlan Delete(IReadOnlyCollection<string> names, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(names);
        var plan = Plan([.. _world.Where(dependency => !names.Contains(dependency.Name, StringComparer.Ordinal))], new ApkState(), cancellationToken);
        var left = plan.Installed.Where(package => names.Contains(package.Name, StringComparer.Ordinal)).ToList();
        return left.Count == 0 ? plan : plan with
        {
            Notes =
            [
                .. plan.Notes,
                "World updated, but the following packages are not removed due to:",
                .. left.Select(package => $"  {package.Name}: {string.Join(' ', Needing(package, plan))}"),
                "",
            ],
        };
    }

    /// <summary>
    /// <c>apk upgrade</c> of everything, or of <paramref name="names"/> where there are any; <paramref name="preference"/> says how far
    /// (<see cref="ApkPreference.Upgrade"/>, with <see cref="ApkPreference.Available"/> or <see cref="ApkPreference.Latest"/>).
    /// </summary>
    public ApkPlan Upgrade(IReadOnlyCollection<string> names, ApkPreference preference, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(names);
        return names.Count == 0
            ? NoteLost(Plan(_world, new ApkState { Preference = preference }, cancellationToken), preference)
            : Plan(_world, StateOf(names, preference), cancellationToken);
    }

    /// <summary><c>apk upgrade --ignore</c>: of everything but <paramref name="names"/>.</summary>
    public ApkPlan UpgradeAllBut(IReadOnlyCollection<string> names, ApkPreference preference, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(names);
        return Plan(_world, StateOf(names, ApkPreference.Installed) with { Preference = preference }, cancellationToken);
    }

    /// <summary><c>apk upgrade --prune</c>: asks no more for what no repository has, and upgrades the rest.</summary>
    public ApkPlan UpgradeAndPrune(ApkPreference preference, CancellationToken cancellationToken)
    {
        var pool = new ApkPool(_repositories);
        return Plan(
            [.. _world.Where(dependency => dependency.Conflict || !pool.Named(dependency.Name).IsEmpty || !pool.Providing(dependency.Name).IsEmpty)],
            new ApkState { Preference = preference },
            cancellationToken);
    }

    /// <summary>
    /// What <c>apk upgrade</c> does before anything else: upgrades the installed packages that satisfy one of
    /// <paramref name="dependencies"/> and what they depend on. Nothing at all where none of them would change.
    /// </summary>
    public ApkPlan Preupgrade(IReadOnlyList<ApkDependency> dependencies, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(dependencies);
        var pool = new ApkPool([installed]);
        var names = dependencies.Where(dependency => !dependency.Conflict)
            .Where(dependency => pool.Named(dependency.Name).Any(package => dependency.Admits(package)))
            .Select(dependency => dependency.Name)
            .ToList();
        var plan = Plan(_world, StateOf(names, ApkPreference.Upgrade | ApkPreference.Inherit), cancellationToken);
        return plan.Changes.Any(change => names.Contains(change.Package.Name, StringComparer.Ordinal)) ? plan : plan with { Changes = [], Installed = Packages(installed) };
    }

    /// <summary><c>apk fix</c>: installs <paramref name="names"/> again, or does with them what <paramref name="preference"/> says instead.</summary>
    public ApkPlan Fix(IReadOnlyCollection<string> names, ApkPreference preference, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(names);
        return Plan(_world, StateOf(names, preference), cancellationToken);
    }

    private static ApkState StateOf(IEnumerable<string> names, ApkPreference preference) =>
        new() { Preferences = names.Distinct(StringComparer.Ordinal).ToImmutableDictionary(name => name, _ => preference, StringComparer.Ordinal) };

    private static ImmutableArray<ApkPackage> Packages(IApkIndex index) => [.. Enumerable.Range(0, index.Count).Select(entry => index[entry])];

    // Why a package stays: by the names it has, the world and those that depend on it.
    private static IEnumerable<string> Needing(ApkPackage package, ApkPlan plan)
    {
        var names = package.Provides.Select(provided => provided.Name).Prepend(package.Name).ToHashSet(StringComparer.Ordinal);
        return plan.World.Where(dependency => !dependency.Conflict && names.Contains(dependency.Name)).Select(dependency => dependency.ToString())
            .Concat(plan.Installed.Where(other => other.Depends.Any(dependency => !dependency.Conflict && names.Contains(dependency.Name))).Select(other => other.Name));
    }

    private ApkPlan NoteLost(ApkPlan plan, ApkPreference preference)
    {
        var pool = new ApkPool(_repositories);
        string[] lost = [.. plan.Installed.Where(package => pool.Named(package.Name).IsEmpty).Select(package => $"  {package.Name}")];
        return lost.Length == 0 || preference.HasFlag(ApkPreference.Available) ? plan : plan with
        {
            Notes =
            [
                .. plan.Notes,
                "NOTE: Consider running apk upgrade with --prune and/or --available.",
                "The following packages are no longer available from a repository:",
                .. lost,
            ],
        };
    }

    private ImmutableArray<ApkDependency> With(List<ApkDependency> added) =>
        [.. _world.Where(known => added.TrueForAll(dependency => dependency.Name != known.Name)), .. added];

    private ApkPlan Plan(ImmutableArray<ApkDependency> world, ApkState state, CancellationToken cancellationToken)
    {
        IEnumerable<IApkIndex> local = state.Local is { } index ? [index] : [];
        var pool = new ApkPool([.. _repositories, .. local, installed]);
        var request = new ApkSolverRequest { Architecture = architecture, World = world };
        var attempt = new ApkAttempt(pool, request, cancellationToken, state with { Installed = installed, IsOffline = IsOffline });
        var changes = attempt.Problems.IsEmpty ? new ApkChanges(attempt, Packages(installed)).InOrder() : [];
        return new ApkPlan(world, changes, [.. attempt.Order.OfType<ApkNode>().Select(node => node.Package)], attempt.Problems, attempt.Universe.HasBroken ? ["The indexes contain broken packages which are not installable."] : [], []);
    }
}
