using System.Collections.Immutable;

namespace Bothy.Packages.Slices.Starlark;

/// <summary>Finds the values of expressions, and gives names and items values.</summary>
/// <param name="meter">Counts the work.</param>
/// <param name="rules">What holds of values.</param>
/// <param name="sequences">What is done with lists, tuples and dicts.</param>
/// <param name="operators">What operators do.</param>
/// <param name="methods">What the methods of values do.</param>
/// <param name="callee">Calls a function.</param>
internal sealed class Evaluator(
    Meter meter, ValueRules rules, Sequences sequences, Operators operators, Methods methods, Func<object, List<object>, List<(string Name, object Value)>, int, object> callee)
{
    /// <summary>Gives <paramref name="target"/> the value <paramref name="value"/>.</summary>
    public void Assign(Expression target, object value, Scope scope)
    {
        switch (target)
        {
            case Expression.Name name:
                scope.Set(name.Text, value);
                break;
            case Expression.Index index:
                SetItem(Evaluate(index.Operand, scope), Evaluate(index.Key, scope), value, index.Line);
                break;
            case Expression.TupleOf tuple:
                Unpack(tuple.Items, value, scope, target.Line);
                break;
            case Expression.ListOf list:
                Unpack(list.Items, value, scope, target.Line);
                break;
        }
    }

    private void Unpack(ImmutableArray<Expression> targets, object value, Scope scope, int line)
    {
        int at = 0;
        meter.Enter(line);
        foreach (object item in sequences.Items(value, line))
        {
            if (at == targets.Length)
            {
                throw new StarlarkException(line, FormattableString.Invariant($"more than {targets.Length} values for {targets.Length} names"));
            }

            Assign(targets[at++], item, scope);
        }

        meter.Leave();
        if (at < targets.Length)
        {
            throw new StarlarkException(line, FormattableString.Invariant($"{at} values for {targets.Length} names"));
        }
    }

    /// <summary>Sets an item of a list or dict.</summary>
    public void SetItem(object container, object key, object value, int line)
    {
        switch (container)
        {
            case StarlarkList list:
                Sequences.RequireChangeable(list.Readers, "list", line);
                list.Items[Sequences.Position(key, list.Items.Count, line)] = value;
                break;
            case StarlarkDict dict:
                sequences.Set(dict, key, value, line);
                break;
            default:
                throw new StarlarkException(line, $"the items of a {ValueRules.TypeOf(container)} cannot be set");
        }
    }

    /// <summary>Whether the value of <paramref name="expression"/> counts as true.</summary>
    public bool IsTrue(Expression expression, Scope scope) => ValueRules.IsTrue(Evaluate(expression, scope));

    /// <summary>The value of <paramref name="expression"/>.</summary>
    public object Evaluate(Expression expression, Scope scope)
    {
        meter.Step(expression.Line);
        meter.Enter(expression.Line);
        object value = expression switch
        {
            Expression.Constant constant => constant.Value,
            Expression.Name name => scope.Get(name.Text, name.Line),
            Expression.ListOf list => new StarlarkList([.. EvaluateAll(list.Items, scope, list.Line)]),
            Expression.TupleOf tuple => new StarlarkTuple([.. EvaluateAll(tuple.Items, scope, tuple.Line)]),
            Expression.DictOf dict => EvaluateDict(dict, scope),
            Expression.Comprehension comprehension => EvaluateComprehension(comprehension, scope),
            Expression.Unary unary => Operators.Unary(unary.Operator, Evaluate(unary.Operand, scope), unary.Line),
            Expression.Binary binary => EvaluateBinary(binary, scope),
            Expression.Conditional choice => Evaluate(IsTrue(choice.Test, scope) ? choice.Then : choice.Otherwise, scope),
            Expression.Index index => sequences.Item(Evaluate(index.Operand, scope), Evaluate(index.Key, scope), index.Line),
            Expression.Slice slice => EvaluateSlice(slice, scope),
            Expression.Attribute attribute => methods.Find(Evaluate(attribute.Operand, scope), attribute.Text, attribute.Line),
            Expression.Call call => EvaluateCall(call, scope),
            Expression.Function function => Define(function.Syntax, scope),
            _ => throw new ArgumentOutOfRangeException(nameof(expression)),
        };
        meter.Leave();
        return value;
    }

    private List<object> EvaluateAll(ImmutableArray<Expression> items, Scope scope, int line)
    {
        meter.MakeItems(line, items.Length);
        var values = new List<object>(items.Length);
        foreach (var item in items)
        {
            values.Add(Evaluate(item, scope));
        }

        return values;
    }

    private StarlarkDict EvaluateDict(Expression.DictOf dict, Scope scope)
    {
        var made = new StarlarkDict();
        foreach (var (key, value) in dict.Pairs)
        {
            object name = Evaluate(key, scope);
            if (made.Entries.ContainsKey(rules.Key(name, key.Line)))
            {
                throw new StarlarkException(key.Line, $"the key {rules.Written(name, key.Line)} stands twice in one dict");
            }

            sequences.Set(made, name, Evaluate(value, scope), key.Line);
        }

        return made;
    }

    private object EvaluateBinary(Expression.Binary binary, Scope scope)
    {
        object left = Evaluate(binary.Left, scope);
        return binary.Operator switch
        {
            "and" => ValueRules.IsTrue(left) ? Evaluate(binary.Right, scope) : left,
            "or" => ValueRules.IsTrue(left) ? left : Evaluate(binary.Right, scope),
            _ => operators.Binary(binary.Operator, left, Evaluate(binary.Right, scope), binary.Line),
        };
    }

    private object EvaluateSlice(Expression.Slice slice, Scope scope)
    {
        object operand = Evaluate(slice.Operand, scope);
        return sequences.Slice(operand, Bound(slice.Start), Bound(slice.Stop), Bound(slice.Step), slice.Line);

        long? Bound(Expression? bound) => bound is null ? null : Evaluate(bound, scope) switch
        {
            None => null,
            long number => number,
            var other => throw new StarlarkException(slice.Line, $"a slice is bounded by numbers, not by a {ValueRules.TypeOf(other)}"),
        };
    }

    private object EvaluateComprehension(Expression.Comprehension comprehension, Scope scope)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var clause in comprehension.Clauses)
        {
            if (clause.Target is { } target)
            {
                LocalNames.AddTarget(names, target);
            }
        }

        var list = new StarlarkList([]);
        var dict = new StarlarkDict();
        var inner = new Scope(scope, names);
        Clause(0);
        return comprehension.Value is null ? list : dict;

        void Clause(int at)
        {
            if (at == comprehension.Clauses.Length)
            {
                object element = Evaluate(comprehension.Element, inner);
                if (comprehension.Value is { } value)
                {
                    sequences.Set(dict, element, Evaluate(value, inner), comprehension.Line);
                }
                else
                {
                    meter.MakeItems(comprehension.Line, 1);
                    list.Items.Add(element);
                }

                return;
            }

            var clause = comprehension.Clauses[at];
            if (clause.Target is null)
            {
                if (IsTrue(clause.Of, inner))
                {
                    Clause(at + 1);
                }

                return;
            }

            // What the first loop goes through is found outside, where its own names are still others'.
            foreach (object item in sequences.Items(Evaluate(clause.Of, at == 0 ? scope : inner), clause.Line))
            {
                Assign(clause.Target, item, inner);
                Clause(at + 1);
            }
        }
    }

    /// <summary>The function of <paramref name="syntax"/>, its defaults evaluated.</summary>
    public StarlarkFunction Define(FunctionSyntax syntax, Scope scope) =>
        new(syntax, scope, [.. syntax.Parameters.Select(parameter => parameter.Default is null ? null : Evaluate(parameter.Default, scope))]);

    private object EvaluateCall(Expression.Call call, Scope scope)
    {
        object function = Evaluate(call.Callee, scope);
        var positional = new List<object>();
        var named = new List<(string Name, object Value)>();
        foreach (var argument in call.Arguments)
        {
            object value = Evaluate(argument.Value, scope);
            switch (argument.Kind)
            {
                case ArgumentKind.Positional:
                    positional.Add(value);
                    break;
                case ArgumentKind.Named:
                    AddNamed(named, argument.Name!, value, call.Line);
                    break;
                case ArgumentKind.List:
                    foreach (object item in sequences.Items(value, call.Line))
                    {
                        meter.MakeItems(call.Line, 1);
                        positional.Add(item);
                    }

                    break;
                default:
                    var entries = (value as StarlarkDict ?? throw new StarlarkException(call.Line, $"'**' takes a dict, not a {ValueRules.TypeOf(value)}")).Entries;
                    foreach (var (key, item) in entries)
                    {
                        AddNamed(named, key as string ?? throw new StarlarkException(call.Line, "an argument is named by a string"), item, call.Line);
                    }

                    break;
            }
        }

        return callee(function, positional, named, call.Line);
    }

    private void AddNamed(List<(string Name, object Value)> named, string name, object value, int line)
    {
        meter.Step(line, 1 + (named.Count / 8));
        if (named.Exists(other => other.Name == name))
        {
            throw new StarlarkException(line, $"the argument '{name}' is given twice");
        }

        named.Add((name, value));
    }
}
