using System.Collections.Immutable;

namespace Bothy.Packages.Slices.Starlark;

/// <summary>Finds the names that belong to a function because it sets them.</summary>
internal static class LocalNames
{
    public static HashSet<string> Of(ImmutableArray<Parameter> parameters, ImmutableArray<Statement> body)
    {
        var names = new HashSet<string>(parameters.Select(static parameter => parameter.Name), StringComparer.Ordinal);
        Add(names, body);
        return names;
    }

    public static void AddTarget(HashSet<string> names, Expression target)
    {
        switch (target)
        {
            case Expression.Name name:
                names.Add(name.Text);
                break;
            case Expression.TupleOf { Items: var items }:
                AddTargets(names, items);
                break;
            case Expression.ListOf { Items: var items }:
                AddTargets(names, items);
                break;
        }
    }

    private static void AddTargets(HashSet<string> names, ImmutableArray<Expression> items)
    {
        foreach (var item in items)
        {
            AddTarget(names, item);
        }
    }

    private static void Add(HashSet<string> names, ImmutableArray<Statement> body)
    {
        foreach (var statement in body)
        {
            switch (statement)
            {
                case Statement.Assign assign:
                    AddTarget(names, assign.Target);
                    break;
                case Statement.Augment augment:
                    AddTarget(names, augment.Target);
                    break;
                case Statement.Define define:
                    names.Add(define.Function.Name);
                    break;
                case Statement.If branch:
                    Add(names, branch.Then);
                    Add(names, branch.Otherwise);
                    break;
                case Statement.For loop:
                    AddTarget(names, loop.Target);
                    Add(names, loop.Body);
                    break;
            }
        }
    }
}
