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
    public ImmutableArray<string> Of(IReadOnlyList<object> order)
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
                AddBroken((ApkNode)item, lines);
            }
        }

        return lines.DrainToImmutable();
    }

    private static void AddBroken(ApkNode node, ImmutableArray<string>.Builder lines)
    {
        if (IsSound(node))
        {
            return;
        }

        List<string> conflicts = [.. node.Claims.SelectMany(Rivals).Distinct().Select(rival => rival.ToString())];
        var claims = node.Claims.DistinctBy(claim => claim.Name).ToList();
        List<string> breaks = [.. claims.SelectMany(claim => InOrder(claim.Name.Wants).Where(want => IsBroken(claim, want))).Select(want => want.ToString())];
        List<string> satisfies = [.. claims.Where(claim => claim.Name.Holder == node).SelectMany(claim => InOrder(claim.Name.Wants).Where(want => IsSatisfied(claim, want))).Select(want => want.ToString())];
        lines.Add($"  {node}:");
        AddList(lines, "masked in", node.IsAvailable ? [] : ["--no-network"]);
        AddList(lines, "conflicts", conflicts);
        AddList(lines, "breaks", breaks);
        AddList(lines, "satisfies", satisfies);
    }

    private static bool IsSound(ApkNode node)
    {
        foreach (var claim in node.Claims)
        {
            if (claim.Name.Taken.Count > 1 && Rivals(claim).Any())
            {
                return false;
            }

            foreach (var want in claim.Name.Wants)
            {
                if (IsBroken(claim, want))
                {
                    return false;
                }
            }
        }

        return node.IsAvailable;
    }

    // Of its own name a package knows; what it provides under it beside that is what contradicts it.
    private static IEnumerable<ApkClaim> Rivals(ApkClaim claim) =>
        claim.Name.Taken.Where(other => other != claim && other.Excludes(claim) && !(other.Node == claim.Node && other.IsOwn));

    // The world first, then by name.
    private static IEnumerable<ApkWant> InOrder(IEnumerable<ApkWant> wants) => wants.OrderBy(want => want.By?.Package.Name ?? "", StringComparer.Ordinal);

    // A package may say that it wants to be the only one to provide a name: what it says of itself does not count.
    private static bool IsBroken(ApkClaim claim, ApkWant want) => want.Dependency.Conflict
        ? want.By != claim.Node && claim.Admits(want.Dependency)
        : claim.Name.Holder == claim.Node && !claim.Satisfies(want.Dependency);

    private static bool IsSatisfied(ApkClaim claim, ApkWant want) => !want.Dependency.Conflict && claim.Satisfies(want.Dependency);

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
