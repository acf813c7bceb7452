using System.Collections.Immutable;

namespace Bothy.Engine.Assembly.Scripts;

/// <summary>
/// Goes through a maintainer script as a first installation would, without running anything: follows what is certain
/// (<c>$1</c> is <c>configure</c>, there is no older version, a file is in the tree or not), expands what is literal, and
/// hands each command to the <see cref="IScriptWorld"/>. Of a branch whose condition is not known the commands are still
/// looked at, marked as uncertain, so that whatever is not covered is found.
/// </summary>
internal sealed partial class ScriptReader
{
    private const int MaxCommands = 20_000;
    private const int MaxCalls = 32;

    private readonly IScriptWorld _world;
    private readonly ScriptVariables _variables;
    private readonly ScriptExpansion _expansion;
    private readonly ScriptTests _tests;
    private readonly Dictionary<string, ShellNode> _functions = new(StringComparer.Ordinal);
    private readonly Action<ScriptCommand, string> _uncovered;
    private int _uncertain;
    private int _commands;
    private int _calls;
    private int _umask = 0b000_010_010;

    /// <summary>Prepares to read with the given arguments; <paramref name="uncovered"/> is told each command that nothing covers, and why.</summary>
    public ScriptReader(IScriptWorld world, ImmutableArray<string?> arguments, IEnumerable<KeyValuePair<string, string>> environment, Action<ScriptCommand, string> uncovered)
    {
        _world = world;
        _variables = new ScriptVariables(arguments);
        _expansion = new ScriptExpansion(_variables, world, Substitute);
        _tests = new ScriptTests(world);
        _uncovered = uncovered;
        foreach (var (name, value) in environment)
        {
            _variables[name] = value;
        }
    }

    private enum Flow
    {
        Next,
        Leave,
        Return,
        Exit,
    }

    /// <summary>Reads the script.</summary>
    public void Read(ShellNode script) => Walk(script);

    private (Flow Flow, bool? Status) Walk(ShellNode node)
    {
        if (++_commands > MaxCommands)
        {
            _uncovered(new ScriptCommand(node.Line, []), "the script is too long to follow");
            return (Flow.Exit, null);
        }

        return node switch
        {
            ShellNode.Simple simple => WalkSimple(simple),
            ShellNode.Sequence sequence => WalkSequence(sequence),
            ShellNode.AndOr either => WalkAndOr(either),
            ShellNode.Not not => Walk(not.Command) is var (flow, status) ? (flow, !status) : default,
            ShellNode.If choice => WalkIf(choice),
            ShellNode.Case choice => WalkCase(choice),
            ShellNode.For loop => WalkFor(loop),
            ShellNode.Loop loop => WalkLoop(loop),
            ShellNode.Group group => WalkGroup(group),
            ShellNode.Pipeline pipeline => WalkPipeline(pipeline),
            ShellNode.Function function => Define(function),
            _ => (Flow.Next, null),
        };
    }

    private (Flow Flow, bool? Status) Define(ShellNode.Function function)
    {
        _functions[function.Name] = function.Body;
        return (Flow.Next, true);
    }

    private (Flow Flow, bool? Status) WalkSequence(ShellNode.Sequence sequence)
    {
        bool? status = true;
        foreach (var command in sequence.Commands)
        {
            (var flow, status) = Walk(command);
            if (flow != Flow.Next)
            {
                return (flow, status);
            }
        }

        return (Flow.Next, status);
    }

    private (Flow Flow, bool? Status) WalkAndOr(ShellNode.AndOr either)
    {
        var (flow, left) = Walk(either.Left);
        if (flow != Flow.Next || (left is { } known && known != either.IsAnd))
        {
            return (flow, left);
        }

        if (left is not null)
        {
            return Walk(either.Right);
        }

        bool? right = WalkUncertain(either.Right);
        return (Flow.Next, either.IsAnd ? (right == false ? false : null) : (right == true ? true : null));
    }

    private (Flow Flow, bool? Status) WalkIf(ShellNode.If choice)
    {
        var (flow, condition) = Walk(choice.Condition);
        if (flow != Flow.Next)
        {
            return (flow, condition);
        }

        if (condition is { } known)
        {
            return known ? Walk(choice.Then) : choice.Else is null ? (Flow.Next, true) : Walk(choice.Else);
        }

        WalkUncertain(choice.Then);
        if (choice.Else is not null)
        {
            WalkUncertain(choice.Else);
        }

        return (Flow.Next, null);
    }

    private (Flow Flow, bool? Status) WalkCase(ShellNode.Case choice)
    {
        string? subject = _expansion.Single(choice.Subject);
        bool? matched = false;
        foreach (var arm in choice.Arms)
        {
            var matches = arm.Patterns.Select(pattern => subject is null ? null : _expansion.Matches(pattern, subject)).ToList();
            bool? matchesArm = matches.Contains(true) ? true : matches.Contains(null) ? null : false;
            if (matchesArm == true && matched == false)
            {
                return Walk(arm.Body);
            }

            if (matchesArm != false)
            {
                matched = null;
                WalkUncertain(arm.Body);
                if (matchesArm == true)
                {
                    break;
                }
            }
        }

        return (Flow.Next, matched is null ? null : true);
    }

    private (Flow Flow, bool? Status) WalkFor(ShellNode.For loop)
    {
        var fields = loop.Words is { } words ? _expansion.Fields(words) : _variables.Positional ?? [null];
        foreach (string? field in fields)
        {
            _variables[loop.Variable] = field;
            var flow = Flow.Next;
            if (field is null)
            {
                WalkUncertain(loop.Body);
            }
            else
            {
                flow = Walk(loop.Body).Flow;
            }

            if (flow is Flow.Return or Flow.Exit)
            {
                return (flow, null);
            }

            if (flow == Flow.Leave && _leaveLoop)
            {
                break;
            }
        }

        return (Flow.Next, null);
    }

    // 'break' and 'continue' both leave the body; this says which of them it was.
    private bool _leaveLoop;

    private (Flow Flow, bool? Status) WalkLoop(ShellNode.Loop loop)
    {
        _uncertain++;
        Walk(loop.Condition);
        _uncertain--;
        WalkUncertain(loop.Body);
        return (Flow.Next, null);
    }

    private (Flow Flow, bool? Status) WalkPipeline(ShellNode.Pipeline pipeline)
    {
        // Each stage is a subshell, and what passes between them is not known.
        var before = _variables.Snapshot();
        bool? status = null;
        foreach (var stage in pipeline.Stages)
        {
            (_, status) = stage is ShellNode.Simple simple ? WalkSimple(simple) : (Flow.Next, WalkUncertain(stage));
            _variables.Restore(new Dictionary<string, string?>(before, StringComparer.Ordinal));
        }

        return (Flow.Next, status);
    }

    private (Flow Flow, bool? Status) WalkGroup(ShellNode.Group group)
    {
        if (group.Redirects.Any(redirect => redirect.Writes && Output([redirect]) is not null))
        {
            _uncovered(new ScriptCommand(group.Line, ["{", "…", "}"]) { Output = Output(group.Redirects) }, "writes a file");
        }

        if (!group.IsSubshell)
        {
            return Walk(group.Body);
        }

        var before = _variables.Snapshot();
        var (_, status) = Walk(group.Body);
        _variables.Restore(before);
        return (Flow.Next, status);
    }

    private bool? WalkUncertain(ShellNode node)
    {
        _uncertain++;
        var before = _variables.Snapshot();
        bool? status = Walk(node).Status;
        _variables.Blur(before);
        _uncertain--;
        return status;
    }
}
