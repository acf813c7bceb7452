using System.Collections.Immutable;
using Bothy.Packages.Solving;

namespace Bothy.Packages.Tests.Solving;

public sealed class SolverTests
{
    [Fact]
    public void Takes_the_first_candidate_that_can_be_had()
    {
        // 0 needs 1 or 2; 1 needs what does not exist.
        var world = new World(3).Needs(0, 1, 2).Needs(1);
        Assert.Equal([0, 2], Chosen(world, [0]));
    }

    [Fact]
    public void Takes_no_other_where_one_is_there_already() =>
        Assert.Equal([0, 1, 3], Chosen(new World(4).Needs(0, 3).Needs(1, 2, 3), [0], [1]));

    [Fact]
    public void Goes_back_over_an_earlier_choice()
    {
        // 1 is taken first; only later it turns out that 3 excludes it.
        var world = new World(4).Needs(0, 1, 2).Needs(0, 3).Excludes(3, 1);
        Assert.Equal([0, 2, 3], Chosen(world, [0]));
    }

    [Fact]
    public void Meets_a_condition_only_where_it_holds()
    {
        var world = new World(4);
        world.Requirements[0].Add(new Requirement([3]) { When = [1] });
        Assert.Equal([0, 2], Chosen(world, [0], [2]));
        Assert.Equal([0, 1, 3], Chosen(world, [0], [1]));
    }

    [Fact]
    public void Gives_up_what_is_optional_and_cannot_be_had()
    {
        var world = new World(4).Needs(2);
        world.Requirements[0].Add(new Requirement([2]) { Optional = true });
        world.Requirements[0].Add(new Requirement([3]) { Optional = true });
        Assert.Equal([0, 3], Chosen(world, [0]));
    }

    [Fact]
    public void Explains_with_the_facts_that_matter_in_reading_order()
    {
        // 0 → 1 → 2, which excludes 4; 3 → 4; everything else is noise.
        var world = new World(8).Needs(0, 5).Needs(0, 1).Needs(1, 6, 7).Needs(1, 2).Excludes(2, 4).Needs(3, 4).Needs(5, 6);
        var facts = Assert.IsType<Selection.Impossible>(Solve(world, [0], [5], [3])).Facts;
        Assert.Equal(
            [
                new Fact.Requested(0), new Fact.Needs(0, 1), new Fact.Needs(1, 1),
                new Fact.Requested(2), new Fact.Needs(3, 0),
                new Fact.Excludes(2, 0, 4),
            ],
            facts.AsEnumerable());
    }

    [Fact]
    public void Asks_only_for_the_demands_of_what_comes_in()
    {
        var world = new World(5).Needs(0, 1, 2).Needs(3, 4);
        Chosen(world, [0]);
        Assert.Equal([0, 1], world.Asked.Order());
    }

    [Fact]
    public void A_search_that_takes_forever_is_given_up()
    {
        // Thirteen pigeons and twelve holes: the textbook case in which learning does not help.
        var world = new World(1 + (13 * 12));
        for (int pigeon = 0; pigeon < 13; pigeon++)
        {
            world.Needs(0, [.. Enumerable.Range(1 + (pigeon * 12), 12)]);
        }

        for (int one = 1; one < world.Count; one++)
        {
            for (int other = one + 12; other < world.Count; other += 12)
            {
                world.Excludes(one, other);
            }
        }

        Assert.Contains("led nowhere", Assert.Throws<BothyException>(() => Solve(world, [0])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Agrees_with_brute_force_on_small_worlds()
    {
        int solvable = 0;
        for (int seed = 0; seed < 4000; seed++)
        {
            var random = new Random(seed);
            var world = World.Random(random, 9);
            int[][] requests = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => new[] { random.Next(9) })];
            bool possible = Enumerable.Range(0, 1 << 9).Any(set => world.Holds(set, requests));
            solvable += possible ? 1 : 0;
            switch (Solve(world, requests))
            {
                case Selection.Found found:
                    Assert.True(world.Holds(found.Choices.Sum(choice => 1 << choice.Package), requests), $"seed {seed}: does not hold");
                    AssertWanted(world, found);
                    break;
                case Selection.Impossible impossible:
                    Assert.False(possible, $"seed {seed}: there is a solution");
                    AssertMinimal(world, requests, impossible.Facts, seed);
                    break;
            }
        }

        // Both kinds must be common, or nothing was compared.
        Assert.InRange(solvable, 1000, 3000);
    }

    [Fact]
    public void Numbers_do_not_matter_only_order_does()
    {
        for (int seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var world = World.Random(random, 12);
            int[] renumbered = [.. Enumerable.Range(0, 12)];
            random.Shuffle(renumbered);
            int[][] requests = [[random.Next(12)], [random.Next(12)]];
            var one = Solve(world, requests);
            var other = Solve(world.Renumbered(renumbered), [.. requests.Select(request => request.Select(package => renumbered[package]).ToArray())]);
            Assert.Equal(
                one is Selection.Found found ? found.Choices.Select(choice => renumbered[choice.Package]) : [],
                other is Selection.Found others ? others.Choices.Select(choice => choice.Package) : []);
        }
    }

    private static void AssertWanted(World world, Selection.Found found)
    {
        var before = new HashSet<int>();
        foreach (var choice in found.Choices)
        {
            Assert.True(choice.By is not { } by || (before.Contains(by) && world.DemandsOf(by).Requirements[choice.Requirement].Candidates.Contains(choice.Package)));
            before.Add(choice.Package);
        }
    }

    // The facts have no solution, and have one as soon as any of them is left out.
    private static void AssertMinimal(World world, int[][] requests, ImmutableArray<Fact> facts, int seed)
    {
        bool Possible(IEnumerable<Fact> some) => Enumerable.Range(0, 1 << 9).Any(set => some.All(fact => world.Holds(set, fact, requests)));
        Assert.False(Possible(facts), $"seed {seed}: the facts do not contradict each other");
        foreach (var fact in facts)
        {
            Assert.True(Possible(facts.Remove(fact)), $"seed {seed}: {fact} says nothing");
        }
    }

    private static Selection Solve(World world, params int[][] requests) =>
        Solver.Solve(world, [.. requests.Select(request => new Requirement([.. request]))], CancellationToken.None);

    private static IEnumerable<int> Chosen(World world, params int[][] requests) =>
        Assert.IsType<Selection.Found>(Solve(world, requests)).Choices.Select(choice => choice.Package).Order();

    private sealed class World(int count) : IUniverse
    {
        public int Count => count;

        public List<Requirement>[] Requirements { get; } = [.. Enumerable.Range(0, count).Select(_ => new List<Requirement>())];

        public List<Exclusion>[] Exclusions { get; } = [.. Enumerable.Range(0, count).Select(_ => new List<Exclusion>())];

        public HashSet<int> Asked { get; } = [];

        public static World Random(Random random, int count)
        {
            var world = new World(count);
            for (int package = 0; package < count; package++)
            {
                for (int i = random.Next(4); i > 0; i--)
                {
                    world.Needs(package, [.. Enumerable.Range(0, random.Next(20) == 0 ? 0 : random.Next(1, 4)).Select(_ => random.Next(count))]);
                }

                if (random.Next(2) == 0)
                {
                    world.Excludes(package, [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => random.Next(count)).Where(other => other != package)]);
                }
            }

            return world;
        }

        public World Needs(int package, params int[] candidates)
        {
            Requirements[package].Add(new Requirement([.. candidates]));
            return this;
        }

        public World Excludes(int package, params int[] others)
        {
            Exclusions[package].Add(new Exclusion([.. others]));
            return this;
        }

        public World Renumbered(int[] numbers)
        {
            var world = new World(count);
            for (int package = 0; package < count; package++)
            {
                Requirements[package].ForEach(requirement => world.Needs(numbers[package], [.. requirement.Candidates.Select(other => numbers[other])]));
                Exclusions[package].ForEach(exclusion => world.Excludes(numbers[package], [.. exclusion.Others.Select(other => numbers[other])]));
            }

            return world;
        }

        public Demands DemandsOf(int package)
        {
            Asked.Add(package);
            return new Demands([.. Requirements[package]], [.. Exclusions[package]]);
        }

        public bool Holds(int set, int[][] requests) =>
            requests.All(request => request.Any(package => In(set, package)))
            && Enumerable.Range(0, count).Where(package => In(set, package)).All(package =>
                Requirements[package].TrueForAll(requirement => requirement.Candidates.Any(other => In(set, other)))
                && Exclusions[package].TrueForAll(exclusion => !exclusion.Others.Any(other => In(set, other))));

        public bool Holds(int set, Fact fact, int[][] requests) => fact switch
        {
            Fact.Requested requested => requests[requested.Index].Any(package => In(set, package)),
            Fact.Needs needs => !In(set, needs.Package) || Requirements[needs.Package][needs.Index].Candidates.Any(other => In(set, other)),
            Fact.Excludes excludes => !In(set, excludes.Package) || !In(set, excludes.Other),
            _ => throw new InvalidOperationException(),
        };

        private static bool In(int set, int package) => (set & (1 << package)) != 0;
    }
}
