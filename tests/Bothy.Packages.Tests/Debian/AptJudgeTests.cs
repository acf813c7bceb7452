using System.Text;
using Bothy.Packages.Debian;
using Bothy.Packages.Solving;
using Xunit.Abstractions;

namespace Bothy.Packages.Tests.Debian;

/// <summary>
/// The solver beside apt in an empty root. Where the two differ, one of these must be shown to be the reason, or the test fails:
/// <list type="bullet">
/// <item>a tie: apt took another of several packages that it ranks the same; asked for that one too, we choose exactly what apt chose;</item>
/// <item>apt chose, and then found no order in which to configure a cycle with a Pre-Depends in it; nothing is configured here;</item>
/// <item>apt gave up, since it does not look at every combination. Our answer meets every relation of every package in it.</item>
/// </list>
/// </summary>
public sealed class AptJudgeTests(ITestOutputHelper output)
{
    private static readonly string[] Ranks = ["required", "important", "standard", "optional", "extra"];

    [RequiresFact(Needs.Judges + ":apt-get", Needs.Network)]
    public void Chooses_what_apt_chooses_for_random_sets_of_the_machines_release()
    {
        using var root = EmptyRoot.OfTheMachine();
        var indexes = root.Indexes();
        Assert.True(indexes.Sum(index => index.Count) > 10_000, "the machine's sources have hardly any packages");

        // Every relation of every package is read here, not only those the sets lead to.
        string[] names = [.. indexes.SelectMany(index => index.Packages).Select(package => package.Name).Distinct().Order(StringComparer.Ordinal)];
        var random = new Random(12);
        string[][] sets = [.. Enumerable.Range(0, 100).Select(i => random.GetItems(names, 1 + (i % 6)))];
        Compare(root, indexes, sets, leastIdentical: 90);
    }

    [RequiresFact(Needs.Judges + ":apt-get")]
    public void Chooses_what_apt_chooses_in_random_small_worlds()
    {
        const int worlds = 60;
        string packages = DebianWorld.Packages(string.Concat(Enumerable.Range(0, worlds).Select(RandomWorld)));
        using var root = EmptyRoot.Of(packages);
        string[][] sets = [.. Enumerable.Range(0, worlds).Select(world => new[] { $"w{world}-a", $"w{world}-b" }[..(1 + (world % 2))])];
        Compare(root, root.Indexes(), sets, leastIdentical: 30);
    }

    private void Compare(EmptyRoot root, IReadOnlyList<DebianIndex> indexes, string[][] sets, int leastIdentical)
    {
        var pool = new DebianPool(indexes);
        root.Install(["nothing-to-build-the-cache-for"]);
        var answers = new AptAnswer[sets.Length];
        Parallel.For(0, sets.Length, new ParallelOptions { MaxDegreeOfParallelism = 2 }, i => answers[i] = root.Install(sets[i]));
        var verdicts = sets.Select((set, i) => (Set: string.Join(' ', set), Verdict: Verdict(pool, set, answers[i]))).ToList();
        foreach (var kind in verdicts.GroupBy(verdict => verdict.Verdict).OrderBy(kind => kind.Key, StringComparer.Ordinal))
        {
            output.WriteLine($"{kind.Count()} {kind.Key}{(kind.Key.StartsWith("identical", StringComparison.Ordinal) ? "" : ": " + string.Join("; ", kind.Select(verdict => verdict.Set)))}");
        }

        Assert.DoesNotContain(verdicts, verdict => verdict.Verdict.StartsWith("UNJUSTIFIED", StringComparison.Ordinal));
        Assert.InRange(verdicts.Count(verdict => verdict.Verdict.StartsWith("identical", StringComparison.Ordinal)), leastIdentical, sets.Length);
    }

    private static string Verdict(DebianPool pool, string[] set, AptAnswer answer)
    {
        var apt = answer.Packages;
        var ours = Solve(pool, set);
        if (apt is null)
        {
            return ours is null ? "identical: neither finds a way"
                : Problem(ours) is { } problem ? $"UNJUSTIFIED: apt sees no way and ours breaks {problem}"
                : answer.LacksAnOrder ? "justified: apt finds no order"
                : "justified: apt gives up where there is a way";
        }

        if (ours is null)
        {
            return $"UNJUSTIFIED: apt finds a way: {string.Join(", ", apt)}";
        }

        if (Problem(ours) is { } broken)
        {
            return $"UNJUSTIFIED: ours breaks {broken}";
        }

        var chosen = Chosen(ours);
        if (chosen.SetEquals(apt))
        {
            return "identical";
        }

        string[] others = [.. TiesLostByUs(pool, ours, apt)];
        return others.Length > 0 && Solve(pool, [.. set, .. others]) is { } again && Chosen(again).SetEquals(apt)
            ? "justified: apt breaks a tie otherwise"
            : $"UNJUSTIFIED: apt alone has {string.Join(", ", apt.Except(chosen))}, we alone {string.Join(", ", chosen.Except(apt))}";
    }

    // What apt took for a relation where we took another package that has neither a better claim to the name nor a better priority.
    private static IEnumerable<string> TiesLostByUs(DebianPool pool, Resolution<DebianPackage>.Solved ours, IReadOnlySet<string> apt) =>
        from solved in ours.Packages
        from reason in solved.Reasons.OfType<Reason.Needed>().Where(reason => reason.Provides is not null)
        from other in pool.Providers(reason.Provides!)
        where apt.Contains($"{other.Name} {other.Version}") && other != solved.Package && RankOf(other) == RankOf(solved.Package)
        select other.Name;

    private static (bool, int) RankOf(DebianPackage package) => (package.Essential, Array.IndexOf(Ranks, package.Priority));

    private static HashSet<string> Chosen(Resolution<DebianPackage>.Solved solved) =>
        [.. solved.Packages.Select(package => $"{package.Package.Name} {package.Package.Version}")];

    private static Resolution<DebianPackage>.Solved? Solve(DebianPool pool, string[] set)
    {
        var request = new DebianSolverRequest { Architecture = "amd64", Packages = [.. set.Select(DebianRequest.Parse)] };
        return DebianSolver.Solve(pool, request, CancellationToken.None) as Resolution<DebianPackage>.Solved;
    }

    // The relations once more and from their definition, knowing nothing of solver or pool. Null where all of them hold.
    private static string? Problem(Resolution<DebianPackage>.Solved solved)
    {
        var packages = solved.Packages.Select(package => package.Package).ToList();
        var bearers = packages
            .SelectMany(package => package.Provides.Select(provided => (provided.Name, Package: package)).Append((package.Name, Package: package)))
            .ToLookup(pair => pair.Name, pair => pair.Package);
        bool Satisfied(Relation relation, DebianPackage? except) => bearers[relation.Name].Any(package => package != except && Satisfies(package, relation));
        return packages.GroupBy(package => package.Name).FirstOrDefault(same => same.Count() > 1)?.Key
            ?? packages.SelectMany(package => package.PreDepends.Concat(package.Depends)
                .Where(group => !group.Alternatives.Any(relation => Satisfied(relation, null)))
                .Select(group => $"{package.Name} needs {group}")).FirstOrDefault()
            ?? packages.SelectMany(package => package.Conflicts.Concat(package.Breaks)
                .Where(relation => Satisfied(relation, package))
                .Select(relation => $"{package.Name} excludes {relation}")).FirstOrDefault();
    }

    private static bool Satisfies(DebianPackage package, Relation relation) =>
        (relation.Qualifier != "any" || package.MultiArch == DebianMultiArch.Allowed)
        && ((package.Name == relation.Name && relation.Admits(package.Version))
            || package.Provides.Any(provided => provided.Name == relation.Name
                && (relation.Operator == RelationOperator.Any || (provided.Operator == RelationOperator.Equal && relation.Admits(provided.Version)))));

    private static string RandomWorld(int world)
    {
        var random = new Random(world);
        string Name() => random.Next(4) == 0 ? $"w{world}-virtual{random.Next(2)}" : $"w{world}-{(char)('a' + random.Next(9))}";
        string Relation() => Name() + (random.Next(4) == 0 ? $" ({new[] { ">=", "<<", "=" }[random.Next(3)]} {random.Next(1, 4)})" : random.Next(12) == 0 ? ":any" : "");
        var text = new StringBuilder();
        for (char letter = 'a'; letter <= 'i'; letter++)
        {
            text.Append($"w{world}-{letter} {random.Next(1, 4)}");
            string[] groups = [.. Enumerable.Range(0, random.Next(3)).Select(_ => string.Join(" | ", Enumerable.Range(0, random.Next(1, 3)).Select(_ => Relation())))];
            text.Append(groups.Length > 0 ? $" | {(random.Next(5) == 0 ? "Pre-Depends" : "Depends")}: {string.Join(", ", groups)}" : "");
            text.Append(random.Next(5) == 0 ? $" | {(random.Next(2) == 0 ? "Conflicts" : "Breaks")}: {Relation().Replace(":any", "", StringComparison.Ordinal)}" : "");
            text.Append(random.Next(3) == 0 ? $" | Provides: w{world}-virtual{random.Next(2)}{(random.Next(2) == 0 ? " (= 2)" : "")}" : "");
            text.Append(random.Next(4) == 0 ? $" | Priority: {Ranks[random.Next(5)]}" : "");
            text.Append(random.Next(4) == 0 ? $" | Multi-Arch: {new[] { "allowed", "foreign" }[random.Next(2)]}" : "");
            text.Append('\n');
        }

        return text.ToString();
    }
}
