using Bothy.Formats.Trees;

namespace Bothy.Packages.Slices.Checking;

/// <summary>
/// Finds all pairs of paths and patterns that some path would match both of, without looking at all pairs. The patterns form a trie of their parts
/// between slashes; it is walked beside itself, and at each pair of nodes only parts are compared that begin alike. What comes after a <c>**</c> is
/// compared with all that lies below that place.
/// </summary>
internal sealed class PatternIndex
{
    // Real releases need some hundred thousand; only one that overlaps everywhere needs more.
    private const int MaxSteps = 50_000_000;
    private const int PairsAStep = 32;

    private readonly Node _root = new("");
    private readonly List<string> _patterns = [];
    private readonly List<(int A, int B)> _pairs = [];
    private int _steps;

    /// <summary>Adds a pattern, which is not in the index yet, and gives its number: they count up from 0.</summary>
    public int Add(string pattern)
    {
        int id = _patterns.Count;
        _patterns.Add(pattern);
        var node = _root;
        int start = 0;
        while (true)
        {
            int slash = pattern.IndexOf('/', start);
            int end = slash < 0 ? pattern.Length : slash;
            if (pattern.AsSpan(start, end - start).Contains("**", StringComparison.Ordinal))
            {
                node.Tails.Add((start, id));
                return id;
            }

            node = node.Child(pattern[start..end]);
            if (slash < 0)
            {
                node.Pattern = id;
                return id;
            }

            start = slash + 1;
        }
    }

    /// <summary>Every pair of numbers whose patterns overlap, each once.</summary>
    /// <exception cref="BothyException">There are too many to go through.</exception>
    public List<(int A, int B)> Overlaps()
    {
        _root.Sort();
        WalkItself(_root);
        return _pairs;
    }

    private void WalkItself(Node node)
    {
        Step();
        foreach (var child in node.Sorted)
        {
            WalkItself(child);
            if (!child.IsPattern)
            {
                continue;
            }

            foreach (var other in node.BeginningWith(child.Prefix))
            {
                Step();

                // Two patterns that begin alike would find each other twice.
                bool isTwice = other.IsPattern && other.Prefix.Length == child.Prefix.Length && string.CompareOrdinal(other.Part, child.Part) <= 0;
                if (!isTwice && other != child && Overlap(child.Part, other.Part))
                {
                    WalkBeside(child, other);
                }
            }
        }

        for (int i = 0; i < node.Tails.Count; i++)
        {
            CompareBelow(node.Tails[i], node, i + 1);
        }
    }

    private void WalkBeside(Node a, Node b)
    {
        Step();
        if (a.Pattern >= 0 && b.Pattern >= 0)
        {
            _pairs.Add((a.Pattern, b.Pattern));
        }

        foreach (var child in a.Sorted)
        {
            foreach (var other in child.IsPattern ? b.BeginningWith(child.Prefix) : b.Named(child.Part))
            {
                if (Overlap(child.Part, other.Part))
                {
                    WalkBeside(child, other);
                }
            }
        }

        foreach (var child in b.Sorted)
        {
            if (!child.IsPattern)
            {
                continue;
            }

            foreach (var other in a.BeginningWith(child.Prefix))
            {
                Step();
                bool isTwice = other.IsPattern && other.Prefix.Length == child.Prefix.Length;
                if (!isTwice && Overlap(child.Part, other.Part))
                {
                    WalkBeside(child, other);
                }
            }
        }

        foreach (var tail in a.Tails)
        {
            CompareBelow(tail, b, 0);
        }

        foreach (var tail in b.Tails)
        {
            CompareBelow(tail, a, a.Tails.Count);
        }
    }

    // The rest of a pattern from its ** on against everything below a node; of the node's own tails only those from the given one on.
    private void CompareBelow((int Start, int Pattern) tail, Node node, int firstTail) => CompareBelow(tail, Prefix(_patterns[tail.Pattern], tail.Start), node, "", firstTail);

    private void CompareBelow((int Start, int Pattern) tail, ReadOnlyMemory<char> prefix, Node node, string way, int firstTail)
    {
        var rest = _patterns[tail.Pattern].AsSpan(tail.Start);
        for (int i = firstTail; i < node.Tails.Count; i++)
        {
            var other = node.Tails[i];
            if (Overlap(rest, string.Concat(way, _patterns[other.Pattern].AsSpan(other.Start))))
            {
                _pairs.Add((tail.Pattern, other.Pattern));
            }
        }

        foreach (var child in node.Sorted)
        {
            Step();
            string here = way + child.Part;
            if (!CanBeginWith(here, prefix.Span, child.IsPattern || PathPattern.HasWildcard(way)))
            {
                continue;
            }

            if (child.Pattern >= 0 && Overlap(rest, here))
            {
                _pairs.Add((tail.Pattern, child.Pattern));
            }

            CompareBelow(tail, prefix, child, here + "/", 0);
        }
    }

    private static ReadOnlyMemory<char> Prefix(string pattern, int start)
    {
        int wildcard = pattern.AsSpan(start).IndexOfAny('*', '?');
        return pattern.AsMemory(start, wildcard < 0 ? pattern.Length - start : wildcard);
    }

    private static bool CanBeginWith(ReadOnlySpan<char> way, ReadOnlySpan<char> prefix, bool hasWildcard)
    {
        if (hasWildcard)
        {
            way = way[..way.IndexOfAny('*', '?')];
        }

        int common = Math.Min(way.Length, prefix.Length);
        return way[..common].SequenceEqual(prefix[..common]);
    }

    // At worst it takes as long as both lengths multiplied.
    private bool Overlap(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        Step(1 + ((a.Length * b.Length) / PairsAStep));
        return PatternOverlap.Exists(a, b);
    }

    private void Step(int steps = 1)
    {
        _steps += steps;
        if (_steps > MaxSteps || _pairs.Count > MaxSteps / 100)
        {
            throw new BothyException("cannot check the release: too many of its patterns overlap");
        }
    }

    private sealed class Node(string part)
    {
        private readonly Dictionary<string, Node> _children = new(StringComparer.Ordinal);

        public string Part { get; } = part;

        public bool IsPattern { get; } = PathPattern.HasWildcard(part);

        // What stands before the first wildcard: everything that it matches begins so.
        public string Prefix { get; } = part.AsSpan().IndexOfAny('*', '?') is >= 0 and var wildcard ? part[..wildcard] : part;

        public int Pattern { get; set; } = -1;

        public List<(int Start, int Pattern)> Tails { get; } = [];

        public Node[] Sorted { get; private set; } = [];

        public Node Child(string part)
        {
            if (!_children.TryGetValue(part, out var child))
            {
                _children.Add(part, child = new Node(part));
            }

            return child;
        }

        public void Sort()
        {
            Sorted = [.. _children.Values];
            Array.Sort(Sorted, static (a, b) => string.CompareOrdinal(a.Prefix, b.Prefix) is not 0 and var order ? order : string.CompareOrdinal(a.Part, b.Part));
            foreach (var child in Sorted)
            {
                child.Sort();
            }
        }

        public ReadOnlySpan<Node> Named(string part) => _children.TryGetValue(part, out var child) ? new Node[] { child } : [];

        /// <summary>The children whose prefix begins with <paramref name="prefix"/>.</summary>
        public ReadOnlySpan<Node> BeginningWith(string prefix)
        {
            int first = LowerBound(prefix);
            int end = first;
            while (end < Sorted.Length && Sorted[end].Prefix.StartsWith(prefix, StringComparison.Ordinal))
            {
                end++;
            }

            return Sorted.AsSpan(first, end - first);
        }

        private int LowerBound(string prefix)
        {
            int low = 0;
            int high = Sorted.Length;
            while (low < high)
            {
                int middle = (low + high) / 2;
                if (string.CompareOrdinal(Sorted[middle].Prefix, prefix) < 0)
                {
                    low = middle + 1;
                }
                else
                {
                    high = middle;
                }
            }

            return low;
        }
    }
}
