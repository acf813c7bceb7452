using System.Collections.Immutable;

namespace Bothy.Packages.Slices.Starlark;

/// <summary>Reads the parameters of functions and the arguments of calls.</summary>
/// <param name="tokens">The tokens.</param>
/// <param name="read">Reads one expression of them.</param>
internal sealed class ParameterParser(TokenReader tokens, Func<Expression> read)
{
    /// <summary>Parameters up to <paramref name="end"/>, which is not taken.</summary>
    public ImmutableArray<Parameter> Parameters(string end)
    {
        var parameters = ImmutableArray.CreateBuilder<Parameter>();
        while (!tokens.Current.Is(end))
        {
            int line = tokens.Line;
            var kind = tokens.Take("**") ? ArgumentKind.Dict : tokens.Take("*") ? ArgumentKind.List : ArgumentKind.Positional;

            // A star alone parts those that are given by name only.
            string name = kind == ArgumentKind.List && tokens.Current.Is(",") ? "" : tokens.Name("a parameter's name");
            var value = kind == ArgumentKind.Positional && tokens.Take("=") ? read() : null;
            CheckParameter(parameters, new Parameter(kind, name, value), line);
            parameters.Add(new Parameter(kind, name, value));
            if (!tokens.Take(","))
            {
                break;
            }
        }

        return parameters.ToImmutable();
    }

    private static void CheckParameter(ImmutableArray<Parameter>.Builder before, Parameter parameter, int line)
    {
        string? problem = before.Any(other => other.Name == parameter.Name) ? $"two parameters are called '{parameter.Name}'"
            : before.Any(static other => other.Kind == ArgumentKind.Dict) ? "nothing comes after a parameter with two stars"
            : parameter.Kind == ArgumentKind.List && before.Any(static other => other.Kind == ArgumentKind.List) ? "only one parameter has a star"
            : parameter is { Kind: ArgumentKind.Positional, Default: null } && before.Any(static other => other.Default is not null) && before.All(static other => other.Kind == ArgumentKind.Positional)
                ? "a parameter without a default comes before those that have one"
            : null;
        if (problem is not null)
        {
            throw new StarlarkException(line, problem);
        }
    }

    /// <summary>Arguments and the parenthesis behind them.</summary>
    public ImmutableArray<Argument> Arguments()
    {
        var arguments = ImmutableArray.CreateBuilder<Argument>();
        while (!tokens.Current.Is(")"))
        {
            int line = tokens.Line;
            var argument = tokens.Take("**") ? new Argument(ArgumentKind.Dict, null, read())
                : tokens.Take("*") ? new Argument(ArgumentKind.List, null, read())
                : ReadArgument();
            if (argument.Kind == ArgumentKind.Positional && arguments.Any(static other => other.Kind != ArgumentKind.Positional))
            {
                throw new StarlarkException(line, "an argument without a name comes before those that have one");
            }

            arguments.Add(argument);
            if (!tokens.Take(","))
            {
                break;
            }
        }

        tokens.Expect(")");
        return arguments.ToImmutable();
    }

    private Argument ReadArgument()
    {
        var value = read();
        if (!tokens.Take("="))
        {
            return new Argument(ArgumentKind.Positional, null, value);
        }

        return value is Expression.Name name
            ? new Argument(ArgumentKind.Named, name.Text, read())
            : throw new StarlarkException(value.Line, "an argument is named by a name");
    }
}
