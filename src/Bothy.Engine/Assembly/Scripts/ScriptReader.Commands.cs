using System.Collections.Immutable;
using System.Globalization;

namespace Bothy.Engine.Assembly.Scripts;

internal sealed partial class ScriptReader
{
    private (Flow Flow, bool? Status) WalkSimple(ShellNode.Simple simple)
    {
        var words = _expansion.Fields(simple.Words);
        if (words.IsEmpty && simple.Redirects.IsEmpty)
        {
            bool? status = true;
            foreach (var assignment in simple.Assignments)
            {
                string? value = _expansion.Single(assignment.Value);
                _variables[assignment.Name] = value;
                status = value is null ? null : status;
            }

            return (Flow.Next, status);
        }

        var command = new ScriptCommand(simple.Line, words)
        {
            IsCertain = _uncertain == 0,
            Output = Output(simple.Redirects),
            Input = simple.Redirects.LastOrDefault(static redirect => redirect.IsDocument) is { } document ? _expansion.Single(document.Target) : null,
            Umask = _umask,
        };
        return Builtin(command) ?? (Flow.Next, Dispatch(command));
    }

    private bool? Dispatch(ScriptCommand command)
    {
        if (command.Words is [null, ..])
        {
            _uncovered(command, "which program it runs is known only when the script runs");
            return null;
        }

        var outcome = _world.Run(command);
        if (outcome.Refusal is { } reason)
        {
            _uncovered(command, reason);
        }

        return outcome.Success;
    }

    private (Flow Flow, bool? Status)? Builtin(ScriptCommand command)
    {
        var arguments = command.Arguments;
        switch (command.Words is [{ } name, ..] ? name : "")
        {
            case "[" or "test":
                return (Flow.Next, _tests.Evaluate(command));
            case "true" or ":" when command.Output is null:
                return (Flow.Next, true);
            case "false":
                return (Flow.Next, false);
            case "exit":
                return (_uncertain > 0 ? Flow.Next : Flow.Exit, Status(arguments));
            case "return":
                return (_uncertain > 0 ? Flow.Next : Flow.Return, Status(arguments));
            case "break" or "continue":
                _leaveLoop = command.Name == "break";
                return (_uncertain > 0 ? Flow.Next : Flow.Leave, true);
            case "set":
                Set(arguments);
                return (Flow.Next, true);
            case "shift":
                _variables.Positional = _variables.Positional is { Length: > 0 } all ? all[1..] : _variables.Positional;
                return (Flow.Next, true);
            case "local" or "export" or "readonly" or "unset" or "read":
                Declare(command);
                return (Flow.Next, command.Name == "read" ? null : true);
            case "umask":
                _umask = arguments is [{ } mask] && mask.All(static c => c is >= '0' and <= '7') && mask.Length <= 4 ? Convert.ToInt32(mask, 8) : _umask;
                return (Flow.Next, true);
            case "db_get":
                _variables["RET"] = arguments is [{ } question] ? _world.DefaultAnswer(question) : null;
                return (Flow.Next, _variables["RET"] is null ? null : true);
            case "command" or "type" or "which" or "hash":
                return Lookup(command);
            case { Length: > 0 } function when _functions.TryGetValue(function, out var body):
                return (Flow.Next, Call(command, body)) is var call && _exiting ? (Flow.Exit, null) : call;
            default:
                return null;
        }
    }

    private static bool? Status(ReadOnlySpan<string?> arguments) => arguments is [{ } code] ? code == "0" : null;

    private bool _exiting;

    private bool? Call(ScriptCommand command, ShellNode body)
    {
        if (++_calls > MaxCalls)
        {
            _calls--;
            return null;
        }

        var caller = _variables.Positional;
        _variables.Positional = [.. command.Arguments];
        var (flow, status) = Walk(body);
        _variables.Positional = caller;
        _calls--;
        _exiting = flow == Flow.Exit;
        return status;
    }

    private (Flow Flow, bool? Status) Lookup(ScriptCommand command)
    {
        var names = command.Words.Skip(1).Where(static word => word is null || !word.StartsWith('-')).ToList();
        bool runs = command.Name == "command" && !command.Has("-v") && !command.Has("-V");
        return runs && names.Count > 0
            ? (Flow.Next, Dispatch(command with { Words = command.Words[1..] }))
            : (Flow.Next, names is [{ } name] ? _world.HasProgram(name) : null);
    }

    private void Set(ReadOnlySpan<string?> arguments)
    {
        int dashes = arguments.IndexOf("--");
        if (dashes >= 0 || (arguments is [{ } first, ..] && first[0] is not ('-' or '+')))
        {
            _variables.Positional = [.. arguments[(dashes + 1)..]];
        }
        else if (arguments is [null, ..])
        {
            _variables.Positional = null;
        }
    }

    private void Declare(ScriptCommand command)
    {
        foreach (string? word in command.Arguments)
        {
            int equals = word?.IndexOf('=', StringComparison.Ordinal) ?? -1;
            if (equals > 0)
            {
                _variables[word![..equals]] = word[(equals + 1)..];
            }
            else if (word is not null && command.Name == "read")
            {
                _variables[word] = null;
            }
            else if (word is not null && command.Name is "unset" or "local")
            {
                _variables.Unset(word!);
            }
        }
    }

    private ScriptOutput? Output(ImmutableArray<ShellRedirect> redirects)
    {
        foreach (var redirect in redirects.Where(static redirect => redirect is { Descriptor: 1, Writes: true }))
        {
            string? path = _expansion.Single(redirect.Target);
            if (path is null || !path.StartsWith("/dev/", StringComparison.Ordinal))
            {
                return new ScriptOutput(path, redirect.Operator == ">>");
            }
        }

        return null;
    }

    private string? Substitute(ShellNode body)
    {
        // What follows '||' for the exit status alone adds nothing to the output.
        var printing = body is ShellNode.AndOr { IsAnd: false, Left: var left, Right: ShellNode.Simple { Words: [{ Plain: "true" or ":" }] } } ? left : body;
        if (printing is ShellNode.Simple { Assignments.IsEmpty: true } simple)
        {
            var command = new ScriptCommand(simple.Line, _expansion.Fields(simple.Words)) { IsCertain = false };
            if (_world.Answer(command) is { } answer)
            {
                return answer.TrimEnd('\n');
            }
        }

        WalkUncertain(body);
        return null;
    }

    /// <summary>The octal mode that <paramref name="text"/> writes; null where it is none.</summary>
    public static int? ParseMode(string text) =>
        text.Length is > 0 and <= 5 && text.All(static c => c is >= '0' and <= '7') && Convert.ToInt32(text, 8) is var mode && mode <= 0xFFF ? mode : null;

    /// <summary>The non-negative number that <paramref name="text"/> writes; null where it is none.</summary>
    public static int? ParseNumber(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
}
