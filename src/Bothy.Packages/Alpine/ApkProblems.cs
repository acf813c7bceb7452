using System.Collections.Immutable;

namespace Bothy.Packages.Alpine;

/// <summary>
/// What does not hold in a choice, in apk's words: package by package what it conflicts with, whose dependencies it breaks, and
/// whose it satisfies; and the names that nobody got.
/// </summary>
internal sealed class ApkProblems(ApkUniverse universe)
{
    private const int LineWidth = 50;

    /// <summary>The lines, in the order of <paramref name="order"/>; none where everything holds.</summary>
    public ImmutableArray<string> Of(IReadOnlyList<object> order, IReadOnlyList<ApkNode> chosen)
    {
        var lines = ImmutableArray.CreateBuilder<string>();
        foreach (object item in order)
        {
            if (item is ApkName name)
            {
                AddMissing(name, lines);
            }
            else
            {
                AddBroken((ApkNode)item, chosen, lines);
            }
        }

        return lines.DrainToImmutable();
    }

    private static void AddBroken(ApkNode node, IReadOnlyList<ApkNode> chosen, ImmutableArray<string>.Builder lines)
    {
        var conflicts = Conflicts(node, chosen).ToList();
        var wants = node.Claims.DistinctBy(claim => claim.Name).SelectMany(claim => InOrder(claim.Name.Wants).Select(want => (Claim: claim, Want: want))).ToList();
        var breaks = wants.Where(pair => IsBroken(node, pair.Claim, pair.Want)).Select(pair => pair.Want.ToString()).ToList();
        if (conflicts.Count == 0 && breaks.Count == 0 && node.IsAvailable)
        {
            return;
        }

        lines.Add($"  {node}:");
        AddList(lines, "masked in", node.IsAvailable ? [] : ["--no-network"]);
        AddList(lines, "conflicts", conflicts);
        AddList(lines, "breaks", breaks);
        AddList(lines, "satisfies", [.. wants.Where(pair => !pair.Want.Dependency.Conflict && pair.Claim.Name.Holder == node && pair.Claim.Satisfies(pair.Want.Dependency)).Select(pair => pair.Want.ToString())]);
    }

    // The world first, then by name.
    private static IEnumerable<ApkWant> InOrder(IEnumerable<ApkWant> wants) => wants.OrderBy(want => want.By?.Package.Name ?? "", StringComparer.Ordinal);

    // A package may say that it wants to be the only one to provide a name: what it says of itself does not count.
    private static bool IsBroken(ApkNode node, ApkClaim claim, ApkWant want) => want.Dependency.Conflict
        ? want.By != node && claim.Admits(want.Dependency)
        : claim.Name.Holder == node && !claim.Satisfies(want.Dependency);

    private static IEnumerable<string> Conflicts(ApkNode node, IReadOnlyList<ApkNode> chosen)
    {
        for (int i = 0; i < node.Claims.Length; i++)
        {
            var claim = node.Claims[i];
            for (int j = 0; j < node.Claims.Length; j++)
            {
                var other = node.Claims[j];
                if (j != i && !other.IsOwn && other.Name == claim.Name && (claim.Version is not null || other.Version is not null))
                {
                    yield return Describe(other);
                }
            }
        }

        foreach (var other in chosen)
        {
            if (other == node)
            {
                continue;
            }

            foreach (var claim in node.Claims)
            {
                if (Array.Find(other.Claims, theirs => theirs.Name == claim.Name) is { } theirs && (theirs.Version is not null || claim.Version is not null))
                {
                    yield return Describe(theirs);
                }
            }
        }
    }

    private static string Describe(ApkClaim claim) =>
        claim.IsOwn ? claim.Node.ToString() : $"{claim.Node}[{claim.Name}{(claim.Version is null ? "" : "=" + claim.Version)}]";

    private void AddMissing(ApkName name, ImmutableArray<string>.Builder lines)
    {
        var claims = universe.ClaimsOf(name);
        string[] wants = [.. InOrder(name.Wants).Where(want => !want.Dependency.Conflict).Select(want => want.ToString())];
        if (claims.FirstOrDefault(claim => claim.Node.Package.Problem is not null) is { IsOwn: true } broken)
        {
            AddUnusable(broken.Node, "error", ["uninstallable"], wants, lines);
            return;
        }

        if (claims.FirstOrDefault(claim => claim.IsSelectable && (claim.Node.Tags & name.AllowedTags) == 0) is { } masked)
        {
            AddUnusable(masked.Node, "masked in", [.. universe.TagsOf(masked.Node).Select(tag => "@" + tag)], wants, lines);
            return;
        }

        lines.Add($"  {name} ({(claims.Length == 0 ? "no such package" : "virtual")}):");
        if (claims.Length > 0)
        {
            lines.Add("    note: please select one of the 'provided by'");
            lines.Add("          packages explicitly");
            AddList(lines, "provided by", [.. claims.Select(claim => claim.Node.Package.Name).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]);
        }

        AddList(lines, "required by", wants);
    }

    private static void AddUnusable(ApkNode node, string label, string[] reasons, string[] wants, ImmutableArray<string>.Builder lines)
    {
        lines.Add($"  {node}:");
        AddList(lines, label, reasons);
        if (node.Package.IsForeign)
        {
            AddList(lines, "arch", [node.Package.Architecture]);
        }

        AddList(lines, "satisfies", wants);
    }

    private static void AddList(ImmutableArray<string>.Builder lines, string label, IReadOnlyList<string> items)
    {
        string line = $"    {label}:";
        foreach (string item in items)
        {
            if (line.Length + 1 + item.Length >= LineWidth && !line.EndsWith(':'))
            {
                lines.Add(line);
                line = new string(' ', 4 + label.Length + 1);
            }

            line += " " + item;
        }

        if (items.Count > 0)
        {
            lines.Add(line);
        }
    }
}
