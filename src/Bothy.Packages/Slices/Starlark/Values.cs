using System.Collections.Immutable;

namespace Bothy.Packages.Slices.Starlark;

// The values of scripts are objects: None, bool, long, string, and those below.

/// <summary>The value of what has none.</summary>
internal sealed class None
{
    private None()
    {
    }

    public static None Value { get; } = new();
}

/// <summary>A list. While it is gone through it cannot be changed.</summary>
internal sealed class StarlarkList(List<object> items)
{
    public List<object> Items { get; } = items;

    public int Readers { get; set; }
}

/// <summary>A tuple.</summary>
internal sealed class StarlarkTuple(ImmutableArray<object> items)
{
    public ImmutableArray<object> Items { get; } = items;
}

/// <summary>A dict, in the order in which its keys came. While it is gone through it cannot be changed.</summary>
internal sealed class StarlarkDict
{
    public OrderedDictionary<object, object> Entries { get; } = new(KeyComparer.Instance);

    public int Readers { get; set; }

    // Keys are strings, numbers, truth values, None and tuples of them; a number is not the truth value that other languages take it for.
    private sealed class KeyComparer : IEqualityComparer<object>
    {
        public static KeyComparer Instance { get; } = new();

        public new bool Equals(object? x, object? y) => (x, y) switch
        {
            (string a, string b) => a == b,
            (long a, long b) => a == b,
            (bool a, bool b) => a == b,
            (StarlarkTuple a, StarlarkTuple b) => a.Items.SequenceEqual(b.Items, this),
            _ => ReferenceEquals(x, y),
        };

        // Seeded anew in each process, so that no script can choose keys that fall together.
        public int GetHashCode(object obj)
        {
            if (obj is not StarlarkTuple tuple)
            {
                return obj is string text ? string.GetHashCode(text, StringComparison.Ordinal) : HashCode.Combine(obj);
            }

            var hash = default(HashCode);
            foreach (object item in tuple.Items)
            {
                hash.Add(item, this);
            }

            return hash.ToHashCode();
        }
    }
}

/// <summary>The numbers from a start to before a stop, by a step.</summary>
internal sealed record StarlarkRange(long Start, long Stop, long Step)
{
    public long Count => Step > 0
        ? Start >= Stop ? 0 : (long)Int128.Min(long.MaxValue, (((Int128)Stop - Start - 1) / Step) + 1)
        : Start <= Stop ? 0 : (long)Int128.Min(long.MaxValue, (((Int128)Start - Stop - 1) / -(Int128)Step) + 1);

    public bool Contains(long number) =>
        Count > 0 && (Step > 0 ? number >= Start && number < Stop : number <= Start && number > Stop) && ((Int128)number - Start) % Step == 0;
}

/// <summary>Something that can be called.</summary>
internal abstract class StarlarkCallable(string name)
{
    public string Name { get; } = name;
}

/// <summary>A function of a script, and the names around it.</summary>
internal sealed class StarlarkFunction(FunctionSyntax syntax, Scope around, ImmutableArray<object?> defaults) : StarlarkCallable(syntax.Name)
{
    public FunctionSyntax Syntax { get; } = syntax;

    public Scope Around { get; } = around;

    /// <summary>The default of each parameter; null where it has none.</summary>
    public ImmutableArray<object?> Defaults { get; } = defaults;

    /// <summary>Whether it is being called: a function cannot call itself.</summary>
    public bool IsRunning { get; set; }
}

/// <summary>A function that comes with the language, or a method of a value.</summary>
internal sealed class StarlarkBuiltin(string name, Func<CallArguments, object> body) : StarlarkCallable(name)
{
    public Func<CallArguments, object> Body { get; } = body;
}

/// <summary>The module <c>content</c>: functions by their names.</summary>
internal sealed class StarlarkModule(string name, IReadOnlyDictionary<string, StarlarkBuiltin> functions)
{
    public string Name { get; } = name;

    public IReadOnlyDictionary<string, StarlarkBuiltin> Functions { get; } = functions;
}

/// <summary>Names and their values, within others.</summary>
/// <param name="around">Where to look for what is not here; null for nowhere.</param>
/// <param name="locals">The names that are here or nowhere, whether or not they have been set; null where every name may be.</param>
internal sealed class Scope(Scope? around, HashSet<string>? locals)
{
    private readonly Dictionary<string, object> _values = new(StringComparer.Ordinal);

    public void Set(string name, object value) => _values[name] = value;

    public object Get(string name, int line)
    {
        for (var scope = this; scope is not null; scope = scope.Around)
        {
            if (scope._values.TryGetValue(name, out object? value))
            {
                return value;
            }

            if (scope.Locals?.Contains(name) == true)
            {
                throw new StarlarkException(line, $"'{name}' is used before it is set");
            }
        }

        throw new StarlarkException(line, $"'{name}' is not known");
    }

    private Scope? Around { get; } = around;

    private HashSet<string>? Locals { get; } = locals;
}
