using System.Text;
using Bothy.Engine.Assembly.Overlay;
using Bothy.Engine.Assembly.Scripts;
using Bothy.Formats.Trees;

namespace Bothy.Engine.Assembly.Effects;

/// <summary>
/// The small changes that scripts make with literal arguments: directories, links, modes, owners, copies of shipped
/// defaults, files of a line or a here-document.
/// </summary>
internal sealed class FileCommandsEffect : IEffect
{
    // The runtime makes these for each container.
    private static readonly HashSet<string> OfTheRuntime = new(StringComparer.Ordinal) { "/etc/hosts", "/etc/hostname", "/etc/resolv.conf" };

    public string Name => "file-commands";

    public IReadOnlyCollection<string> Commands { get; } =
        ["mkdir", "ln", "cp", "mv", "rm", "rmdir", "touch", "chmod", "chown", "chgrp", "install", "ucf", "echo", "printf", "cat", "", ":", "tee"];

    public CommandOutcome Run(ScriptCommand command, UnpackedPackage package, AssemblyState state)
    {
        if (command.Name is "echo" or "printf" or "cat" or "" or ":" or "tee")
        {
            return command.Output is null && command.Name != "tee" ? CommandOutcome.Covered : WriteText(command, package, state);
        }

        if (command.Output is not null)
        {
            return CommandOutcome.Refused("writes a file");
        }

        var options = new CommandArguments(command);
        if (command.Name == "rm" && (options.Has('f') || !command.IsCertain) && options.Paths.All(path => path is null || state.Locate(path) is not { } there || !state.Tree.Contains(there)))
        {
            // What a script removes under a name that only it knows is its own.
            return CommandOutcome.Done;
        }

        if (!command.IsLiteral)
        {
            return CommandOutcome.Refused("its arguments are known only when the script runs");
        }

        var change = new FileChange(state, Source(package), options, command.Umask);
        if (!command.IsCertain)
        {
            return change.IsDone(command.Name) ? CommandOutcome.Covered : CommandOutcome.Refused("whether it runs is known only when the script runs");
        }

        return change.Make(command.Name);
    }

    private static Origin.Effect Source(UnpackedPackage package) => new($"file-commands of {package.Name}");

    private static CommandOutcome WriteText(ScriptCommand command, UnpackedPackage package, AssemblyState state)
    {
        if (command.Output is not { Path: { } path } || !command.IsLiteral)
        {
            return CommandOutcome.Refused("what it writes is known only when the script runs");
        }

        if (OfTheRuntime.Contains(path) || path.StartsWith("/proc/", StringComparison.Ordinal) || path.StartsWith("/sys/", StringComparison.Ordinal))
        {
            return CommandOutcome.Covered;
        }

        string? text = command.Name switch
        {
            "" or ":" => "",
            "echo" => Echo(command.Arguments),
            "printf" => Printf(command.Arguments),
            "cat" when command.Words.Length == 1 => command.Input,
            "cat" when command.Words is [_, { } source] && state.Find(source) is { Content: { } content } => Encoding.UTF8.GetString(content.ReadAll()),
            _ => null,
        };
        if (text is null || state.Locate(path) is not { } place)
        {
            return CommandOutcome.Refused($"writes {path}");
        }

        var present = state.Tree.Find(place);
        if (!command.IsCertain)
        {
            return CommandOutcome.Refused($"writes {path} in a case that is known only when the script runs");
        }

        byte[] bytes = Encoding.UTF8.GetBytes(text);
        if (present is { Content: { } before })
        {
            byte[] whole = command.Output.Append ? [.. before.ReadAll(), .. bytes] : bytes;
            state.Tree.Set(present with { Content = FileContent.Of(whole), Origin = Source(package) });
        }
        else
        {
            state.Put(TreeEntry.File(place, FileContent.Of(bytes), Source(package), 0b110_110_110 & ~command.Umask));
        }

        return CommandOutcome.Done;
    }

    private static string? Echo(ReadOnlySpan<string?> arguments)
    {
        bool newline = arguments is not ["-n", ..];
        string text = string.Join(' ', newline ? arguments : arguments[1..]);
        return text.Contains('\\', StringComparison.Ordinal) ? null : newline ? text + "\n" : text;
    }

    private static string? Printf(ReadOnlySpan<string?> arguments) => arguments switch
    {
        ["%s\\n", { } one] => one + "\n",
        ["%s", { } one] => one,
        [{ } format] when !format.Contains('%', StringComparison.Ordinal) => format.Replace("\\n", "\n", StringComparison.Ordinal) is var text && !text.Contains('\\', StringComparison.Ordinal) ? text : null,
        _ => null,
    };
}
