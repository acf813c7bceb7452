namespace Bothy.Packages.Alpine;

/// <summary>
/// Puts chosen packages, and names that nobody got, in apk's order: from the world, in the order of the names, along what each
/// needs, depth first, a package after what it needs; what comes by itself right after the last of what it waits for.
/// </summary>
internal sealed class ApkOrder
{
    private readonly ApkUniverse _universe;
    private readonly List<object> _order = [];
    private readonly Stack<Walk> _open = new();

    private ApkOrder(ApkUniverse universe) => _universe = universe;

    /// <summary>The <see cref="ApkNode"/>s and, where nothing was chosen for a name that is wanted, <see cref="ApkName"/>s.</summary>
    public static IReadOnlyList<object> Of(ApkUniverse universe, IEnumerable<ApkName> world, IEnumerable<ApkNode> chosen)
    {
        var order = new ApkOrder(universe);
        foreach (var name in world)
        {
            order.Pass(name);
            order.Follow();
        }

        // What came by itself and whose conditions others met in a way that no walk passes.
        foreach (var node in chosen)
        {
            order.Pass(node);
            order.Follow();
        }

        return order._order;
    }

    private void Pass(ApkName name)
    {
        if (name.Holder is { } holder)
        {
            Pass(holder);
        }
        else if ((name.IsRequired || name.IsUnmet) && !name.IsPassed)
        {
            name.IsPassed = true;
            _order.Add(name);
        }
    }

    private void Pass(ApkNode node)
    {
        if (!node.IsPassed)
        {
            node.IsPassed = true;
            _open.Push(new Walk(node));
        }
    }

    private void Follow()
    {
        while (_open.TryPeek(out var walk))
        {
            if (walk.NextNeed < walk.Node.Needs.Length)
            {
                Pass(walk.Node.Needs[walk.NextNeed++].Name);
            }
            else if (walk.Triggered is null)
            {
                _order.Add(walk.Node);
                walk.Triggered = TriggeredBy(walk.Node);
            }
            else if (!walk.Triggered.TryDequeue(out var triggered))
            {
                _open.Pop();
            }
            else if (triggered.Holder is { } holder && Array.TrueForAll(holder.Conditions, condition => condition.Name.Holder is { IsPassed: true }))
            {
                Pass(holder);
            }
        }
    }

    // apk goes by names here: those that packages with this condition claim, whoever of all who claim them was chosen.
    private Queue<ApkName> TriggeredBy(ApkNode node)
    {
        var triggered = new Queue<ApkName>();
        foreach (var claim in node.Claims)
        {
            var names = new List<ApkName>();
            foreach (var other in _universe.TriggeredBy(claim.Name))
            {
                Insert(other, names);
            }

            names.ForEach(triggered.Enqueue);
        }

        return triggered;
    }

    private static void Insert(ApkNode node, List<ApkName> names)
    {
        foreach (var claim in node.Claims)
        {
            if (claim.Name.Holder is not null && !names.Contains(claim.Name))
            {
                int later = names.FindIndex(name => name.Slot > claim.Name.Slot);
                names.Insert(later < 0 ? names.Count : later, claim.Name);
            }
        }
    }

    private sealed class Walk(ApkNode node)
    {
        public ApkNode Node { get; } = node;

        public int NextNeed { get; set; }

        /// <summary>What may come by itself after the package; null until the package is in the order.</summary>
        public Queue<ApkName>? Triggered { get; set; }
    }
}
