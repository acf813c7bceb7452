using System.Collections.Immutable;
using Bothy.Formats.Text;

namespace Bothy.Packages.Slices.Starlark;

/// <summary>What a script can do to the world.</summary>
internal interface IScriptContent
{
    /// <summary>The text of a file.</summary>
    /// <exception cref="BothyException">There is none, or the script may not read it.</exception>
    string Read(string path);

    /// <summary>Replaces the text of a file.</summary>
    /// <exception cref="BothyException">There is none, or the script may not write to it.</exception>
    void Write(string path, string text);

    /// <summary>The names in a directory, sorted; those of directories end with a slash.</summary>
    /// <exception cref="BothyException">There is none, or the script may not look into it.</exception>
    IReadOnlyList<string> List(string path);
}

/// <summary>
/// Runs the scripts of slices: Starlark (starlark-lang.org, the specification of its Go implementation) without floating-point numbers,
/// bytes, sets and <c>load</c>; with <c>for</c> and <c>if</c> outside of functions. Numbers have 64 bits, and strings are UTF-16 as .NET's are.
/// </summary>
internal static class StarlarkScript
{
    /// <summary>What is wrong with how a script is written; null where it can be read.</summary>
    public static SliceFinding? Problem(SliceScript script)
    {
        try
        {
            StatementParser.Read(script.Text);
            return null;
        }
        catch (StarlarkException failure)
        {
            return FindingOf(script, failure);
        }
    }

    /// <summary>Runs a script to its end.</summary>
    /// <exception cref="SliceReleaseException">It cannot be read, it fails, or it takes more than a script may.</exception>
    public static void Run(SliceScript script, IScriptContent content, CancellationToken cancellationToken)
    {
        try
        {
            var statements = StatementParser.Read(script.Text);
            var meter = new Meter(cancellationToken);
            var interpreter = new Interpreter(meter);
            var universe = new Scope(null, null);
            interpreter.Builtins.AddTo(universe);
            universe.Set("content", Module(content, meter));
            interpreter.Run(statements, new Scope(universe, null));
        }
        catch (StarlarkException failure)
        {
            throw new SliceReleaseException([FindingOf(script, failure)]);
        }
    }

    private static SliceFinding FindingOf(SliceScript script, StarlarkException failure) =>
        new(new SlicePlace(script.File, script.Line + failure.Line - 1, 1), SliceMistake.Script, $"the script cannot be run: {VisibleText.Of(failure.Problem)}");

    private static StarlarkModule Module(IScriptContent content, Meter meter)
    {
        var functions = ImmutableDictionary.CreateBuilder<string, StarlarkBuiltin>(StringComparer.Ordinal);
        Add("read", given => meter.Made(given.Line, content.Read(given.Text("path"))));
        Add("write", given =>
        {
            content.Write(given.Text("path"), given.Text("data"));
            return None.Value;
        });
        Add("list", given =>
        {
            var names = content.List(given.Text("path"));
            meter.MakeItems(given.Line, names.Count);
            return new StarlarkList([.. names]);
        });
        return new StarlarkModule("content", functions.ToImmutable());

        void Add(string name, Func<CallArguments, object> body) => functions.Add(name, new StarlarkBuiltin(name, given =>
        {
            try
            {
                return body(given);
            }
            catch (BothyException failure) when (failure is not StarlarkException)
            {
                throw new StarlarkException(given.Line, failure.Message);
            }
        }));
    }
}
