using System.Collections.Immutable;

namespace Bothy.Packages.Slices.Starlark;

/// <summary>Runs statements and finds the values of expressions.</summary>
internal sealed class Interpreter
{
    private readonly Meter _meter;
    private readonly ValueRules _rules;
    private readonly Operators _operators;
    private readonly Sequences _sequences;
    private readonly Methods _methods;
    private object _returned = None.Value;

    public Interpreter(Meter meter)
    {
        _meter = meter;
        _rules = new ValueRules(meter);
        _operators = new Operators(meter, _rules);
        _sequences = new Sequences(meter, _rules);
        _methods = new Methods(meter, _rules, _sequences);
        Builtins = new Builtins(meter, _rules, _sequences, Call);
    }

    /// <summary>The functions that are there from the start.</summary>
    public Builtins Builtins { get; }

    /// <summary>How a run of statements ended.</summary>
    private enum Ending
    {
        Reached,
        Break,
        Continue,
        Return,
    }

    public void Run(ImmutableArray<Statement> statements, Scope scope) => RunAll(statements, scope);

    private Ending RunAll(ImmutableArray<Statement> statements, Scope scope)
    {
        foreach (var statement in statements)
        {
            var ending = Run(statement, scope);
            if (ending != Ending.Reached)
            {
                return ending;
            }
        }

        return Ending.Reached;
    }

    private Ending Run(Statement statement, Scope scope)
    {
        _meter.Step(statement.Line);
        switch (statement)
        {
            case Statement.Evaluate evaluate:
                Evaluate(evaluate.Value, scope);
                break;
            case Statement.Assign assign:
                Assign(assign.Target, Evaluate(assign.Value, scope), scope);
                break;
            case Statement.Augment augment:
                Augment(augment, scope);
                break;
            case Statement.If branch:
                _meter.Enter(statement.Line);
                var ending = RunAll(IsTrue(branch.Test, scope) ? branch.Then : branch.Otherwise, scope);
                _meter.Leave();
                return ending;
            case Statement.For loop:
                return RunLoop(loop, scope);
            case Statement.Define define:
                scope.Set(define.Function.Name, Define(define.Function, scope));
                break;
            case Statement.Return result:
                _returned = result.Value is null ? None.Value : Evaluate(result.Value, scope);
                return Ending.Return;
            case Statement.Break:
                return Ending.Break;
            case Statement.Continue:
                return Ending.Continue;
        }

        return Ending.Reached;
    }

    private Ending RunLoop(Statement.For loop, Scope scope)
    {
        _meter.Enter(loop.Line);
        var result = Ending.Reached;
        foreach (object item in _sequences.Items(Evaluate(loop.Of, scope), loop.Line))
        {
            Assign(loop.Target, item, scope);
            var ending = RunAll(loop.Body, scope);
            if (ending is Ending.Break or Ending.Return)
            {
                result = ending == Ending.Return ? ending : Ending.Reached;
                break;
            }
        }

        _meter.Leave();
        return result;
    }

    private void Assign(Expression target, object value, Scope scope)
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
        _meter.Enter(line);
        foreach (object item in _sequences.Items(value, line))
        {
            if (at == targets.Length)
            {
                throw new StarlarkException(line, FormattableString.Invariant($"more than {targets.Length} values for {targets.Length} names"));
            }

            Assign(targets[at++], item, scope);
        }

        _meter.Leave();
        if (at < targets.Length)
        {
            throw new StarlarkException(line, FormattableString.Invariant($"{at} values for {targets.Length} names"));
        }
    }

    private void Augment(Statement.Augment augment, Scope scope)
    {
        if (augment.Target is Expression.Name name)
        {
            scope.Set(name.Text, Augmented(scope.Get(name.Text, augment.Line), augment, scope));
            return;
        }

        // The place is found once.
        var index = (Expression.Index)augment.Target;
        object container = Evaluate(index.Operand, scope);
        object key = Evaluate(index.Key, scope);
        SetItem(container, key, Augmented(_sequences.Item(container, key, augment.Line), augment, scope), augment.Line);
    }

    private object Augmented(object before, Statement.Augment augment, Scope scope)
    {
        object value = Evaluate(augment.Value, scope);
        switch (before, augment.Operator)
        {
            // A list and a dict are changed where they are, for everybody who has them.
            case (StarlarkList list, "+"):
                _sequences.Extend(list, value, augment.Line);
                return list;
            case (StarlarkDict dict, "|") when value is StarlarkDict other:
                _sequences.Update(dict, other, augment.Line);
                return dict;
            default:
                return _operators.Binary(augment.Operator, before, value, augment.Line);
        }
    }

    private void SetItem(object container, object key, object value, int line)
    {
        switch (container)
        {
            case StarlarkList list:
                Sequences.RequireChangeable(list.Readers, "list", line);
                list.Items[Sequences.Position(key, list.Items.Count, line)] = value;
                break;
            case StarlarkDict dict:
                _sequences.Set(dict, key, value, line);
                break;
            default:
                throw new StarlarkException(line, $"the items of a {ValueRules.TypeOf(container)} cannot be set");
        }
    }

    private bool IsTrue(Expression expression, Scope scope) => ValueRules.IsTrue(Evaluate(expression, scope));

    private object Evaluate(Expression expression, Scope scope)
    {
        _meter.Step(expression.Line);
        _meter.Enter(expression.Line);
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
            Expression.Index index => _sequences.Item(Evaluate(index.Operand, scope), Evaluate(index.Key, scope), index.Line),
            Expression.Slice slice => EvaluateSlice(slice, scope),
            Expression.Attribute attribute => _methods.Find(Evaluate(attribute.Operand, scope), attribute.Text, attribute.Line),
            Expression.Call call => EvaluateCall(call, scope),
            Expression.Function function => Define(function.Syntax, scope),
            _ => throw new ArgumentOutOfRangeException(nameof(expression)),
        };
        _meter.Leave();
        return value;
    }

    private List<object> EvaluateAll(ImmutableArray<Expression> items, Scope scope, int line)
    {
        _meter.MakeItems(line, items.Length);
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
            if (made.Entries.ContainsKey(_rules.Key(name, key.Line)))
            {
                throw new StarlarkException(key.Line, $"the key {_rules.Written(name, key.Line)} stands twice in one dict");
            }

            _sequences.Set(made, name, Evaluate(value, scope), key.Line);
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
            _ => _operators.Binary(binary.Operator, left, Evaluate(binary.Right, scope), binary.Line),
        };
    }

    private object EvaluateSlice(Expression.Slice slice, Scope scope)
    {
        object operand = Evaluate(slice.Operand, scope);
        return _sequences.Slice(operand, Bound(slice.Start), Bound(slice.Stop), Bound(slice.Step), slice.Line);

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
                    _sequences.Set(dict, element, Evaluate(value, inner), comprehension.Line);
                }
                else
                {
                    _meter.MakeItems(comprehension.Line, 1);
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
            foreach (object item in _sequences.Items(Evaluate(clause.Of, at == 0 ? scope : inner), clause.Line))
            {
                Assign(clause.Target, item, inner);
                Clause(at + 1);
            }
        }
    }

    private StarlarkFunction Define(FunctionSyntax syntax, Scope scope) =>
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
                    foreach (object item in _sequences.Items(value, call.Line))
                    {
                        _meter.MakeItems(call.Line, 1);
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

        return Call(function, positional, named, call.Line);
    }

    private void AddNamed(List<(string Name, object Value)> named, string name, object value, int line)
    {
        _meter.Step(line, 1 + (named.Count / 8));
        if (named.Exists(other => other.Name == name))
        {
            throw new StarlarkException(line, $"the argument '{name}' is given twice");
        }

        named.Add((name, value));
    }

    private object Call(object function, List<object> positional, List<(string Name, object Value)> named, int line)
    {
        _meter.Step(line);
        _meter.Enter(line);
        object value;
        switch (function)
        {
            case StarlarkBuiltin builtin:
                value = builtin.Body(new CallArguments($"{builtin.Name}()", positional, named, line));
                break;
            case StarlarkFunction defined:
                value = Call(defined, positional, named, line);
                break;
            default:
                throw new StarlarkException(line, $"a {ValueRules.TypeOf(function)} cannot be called");
        }

        _meter.Leave();
        return value;
    }

    private object Call(StarlarkFunction function, List<object> positional, List<(string Name, object Value)> named, int line)
    {
        if (function.IsRunning)
        {
            throw new StarlarkException(line, $"'{function.Name}' calls itself; functions cannot");
        }

        var scope = new Scope(function.Around, function.Syntax.Locals);
        Bind(function, new CallArguments($"{function.Name}()", positional, named, line), scope);
        function.IsRunning = true;
        var ending = RunAll(function.Syntax.Body, scope);
        function.IsRunning = false;
        object value = ending == Ending.Return ? _returned : None.Value;
        _returned = None.Value;
        return value;
    }

    private void Bind(StarlarkFunction function, CallArguments arguments, Scope scope)
    {
        bool isByName = false;
        var parameters = function.Syntax.Parameters;
        for (int at = 0; at < parameters.Length; at++)
        {
            var parameter = parameters[at];
            switch (parameter.Kind)
            {
                case ArgumentKind.List:
                    isByName = true;
                    if (parameter.Name.Length > 0)
                    {
                        scope.Set(parameter.Name, new StarlarkTuple([.. arguments.Rest()]));
                    }

                    break;
                case ArgumentKind.Dict:
                    var rest = new StarlarkDict();
                    foreach (var (name, value) in arguments.NamedRest())
                    {
                        _sequences.Set(rest, name, value, arguments.Line);
                    }

                    scope.Set(parameter.Name, rest);
                    break;
                default:
                    object? given = isByName ? arguments.Named(parameter.Name) : arguments.Optional(parameter.Name);
                    scope.Set(parameter.Name, given ?? function.Defaults[at] ?? throw new StarlarkException(arguments.Line, $"{function.Name}() needs '{parameter.Name}'"));
                    break;
            }
        }

        arguments.End();
    }
}
