using System.Collections.Immutable;

namespace Bothy.Packages.Alpine;

/// <summary>One run of the choice: what was chosen, in order of installation, and what does not hold in it.</summary>
internal sealed class ApkAttempt
{
    public ApkAttempt(ApkPool pool, ApkSolverRequest request, CancellationToken cancellationToken, ApkState? state = null)
    {
        Universe = new ApkUniverse(pool, request.Omit, state ?? new ApkState { Installed = request.Installed });

        // apk keeps its world sorted like this, whatever the order in which names were asked for.
        List<ApkNeed> world =
        [
            .. Universe.NeedsOf(request.World)
                .OrderBy(need => need.Name.Text, StringComparer.OrdinalIgnoreCase)
                .ThenBy(need => need.Name.Text, StringComparer.Ordinal),
        ];
        var chooser = new ApkChooser(Universe);
        chooser.Run(world, cancellationToken);
        Chosen = chooser.Chosen;
        Order = ApkOrder.Of(Universe, world.Select(need => need.Name), Chosen);
        Problems = new ApkProblems(Universe).Of(Order);
    }

    public ApkUniverse Universe { get; }

    /// <summary>The packages in the order in which they were chosen.</summary>
    public IReadOnlyList<ApkNode> Chosen { get; }

    /// <summary>Packages and, where nobody got a name, names.</summary>
    public IReadOnlyList<object> Order { get; }

    /// <summary>In apk's words; none where the choice is a solution.</summary>
    public ImmutableArray<string> Problems { get; }
}
