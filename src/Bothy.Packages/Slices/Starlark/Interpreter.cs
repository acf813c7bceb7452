using System.Collections.Immutable;

namespace Bothy.Packages.Slices.Starlark;

/// <summary>Runs statements and calls functions.</summary>
internal sealed class Interpreter
{
    private readonly Meter _meter;
    private readonly Operators _operators;
    private readonly Sequences _sequences;
    private readonly Evaluator _expressions;
    private object _returned = None.Value;

    public Interpreter(Meter meter)
    {
        _meter = meter;
        var rules = new ValueRules(meter);
        _operators = new Operators(meter, rules);
        _sequences = new Sequences(meter, rules);
        _expressions = new Evaluator(meter, rules, _sequences, _operators, new Methods(meter, rules, _sequences), Call);
        Builtins = new Builtins(meter, rules, _sequences, Call);
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
                _expressions.Evaluate(evaluate.Value, scope);
                break;
            case Statement.Assign assign:
                _expressions.Assign(assign.Target, _expressions.Evaluate(assign.Value, scope), scope);
                break;
            case Statement.Augment augment:
                Augment(augment, scope);
                break;
            case Statement.If branch:
                _meter.Enter(statement.Line);
                var ending = RunAll(_expressions.IsTrue(branch.Test, scope) ? branch.Then : branch.Otherwise, scope);
                _meter.Leave();
                return ending;
            case Statement.For loop:
                return RunLoop(loop, scope);
            case Statement.Define define:
                scope.Set(define.Function.Name, _expressions.Define(define.Function, scope));
                break;
            case Statement.Return result:
                _returned = result.Value is null ? None.Value : _expressions.Evaluate(result.Value, scope);
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
        foreach (object item in _sequences.Items(_expressions.Evaluate(loop.Of, scope), loop.Line))
        {
            _expressions.Assign(loop.Target, item, scope);
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

    private void Augment(Statement.Augment augment, Scope scope)
    {
        if (augment.Target is Expression.Name name)
        {
            scope.Set(name.Text, Augmented(scope.Get(name.Text, augment.Line), augment, scope));
            return;
        }

        // The place is found once.
        var index = (Expression.Index)augment.Target;
        object container = _expressions.Evaluate(index.Operand, scope);
        object key = _expressions.Evaluate(index.Key, scope);
        _expressions.SetItem(container, key, Augmented(_sequences.Item(container, key, augment.Line), augment, scope), augment.Line);
    }

    private object Augmented(object before, Statement.Augment augment, Scope scope)
    {
        object value = _expressions.Evaluate(augment.Value, scope);
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
