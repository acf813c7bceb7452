namespace Bothy.Packages.Alpine;

/// <summary>
/// Puts chosen packages, and names that nobody got, in apk's order: from the world, in the order of the names, along what each
/// needs, depth first, a package after what it needs; what comes by itself right after the last of what it waits for.
/// </summary>
internal sealed class ApkOrder(ApkUniverse universe)
{
    private readonly HashSet<object> _entered = [];
    private readonly List<object> _order = [];

    /// <summary>The <see cref="ApkNode"/>s and, where nothing was chosen for a name that is wanted, <see cref="ApkName"/>s.</summary>
    public static IReadOnlyList<object> Of(ApkUniverse universe, IEnumerable<ApkName> world, IEnumerable<ApkNode> chosen)
    {
        var order = new ApkOrder(universe);
        foreach (var name in world)
        {
            order.Visit(name);
        }

        // What came by itself and whose conditions others met in a way that no walk passes.
        foreach (var node in chosen)
        {
            order.Visit(node);
        }

        return order._order;
    }

    private void Visit(ApkName name)
    {
        if (name.Holder is { } holder)
        {
            Visit(holder);
        }
        else if ((name.IsRequired || name.IsUnmet) && _entered.Add(name))
        {
            _order.Add(name);
        }
    }

    private void Visit(ApkNode first)
    {
        if (!_entered.Add(first))
        {
            return;
        }

        var open = new Stack<(ApkNode Node, IEnumerator<object> Next)>();
        open.Push((first, Next(first).GetEnumerator()));
        while (open.TryPeek(out var frame))
        {
            if (!frame.Next.MoveNext())
            {
                open.Pop();
                continue;
            }

            switch (frame.Next.Current)
            {
                case ApkNode node when _entered.Add(node):
                    open.Push((node, Next(node).GetEnumerator()));
                    break;
                case ApkName name when _entered.Add(name):
                    _order.Add(name);
                    break;
            }
        }
    }

    private IEnumerable<object> Next(ApkNode node)
    {
        foreach (var (name, _) in node.Needs)
        {
            if (name.Holder is { } holder)
            {
                yield return holder;
            }
            else if (name.IsRequired)
            {
                yield return name;
            }
        }

        _order.Add(node);
        foreach (var claim in node.Claims)
        {
            // apk goes by names here: those that packages with this condition claim, whoever of all who claim them was chosen.
            var names = universe.TriggeredBy(claim.Name).SelectMany(other => other.Claims).Select(other => other.Name).Distinct();
            foreach (var name in names.OrderBy(name => ApkNameOrder.SlotOf(name.Text)))
            {
                if (name.Holder is { } holder && Array.TrueForAll(holder.Conditions, condition => condition.Name.Holder is { } met && _entered.Contains(met)))
                {
                    yield return holder;
                }
            }
        }
    }
}
