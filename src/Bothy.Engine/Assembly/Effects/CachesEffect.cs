using Bothy.Engine.Assembly.Scripts;
using Bothy.Formats.Trees;

namespace Bothy.Engine.Assembly.Effects;

/// <summary>Programs that make caches out of what is in a directory: left out where the cache is made by choice at run time, or nothing is there to be cached.</summary>
internal static class CachesEffect
{
    public static bool Covers(ScriptCommand command, AssemblyState state) => command.Name switch
    {
        // Byte code: it would add a half to the size of Python, differ from build to build unless pinned, and is made at run time where wanted.
        var name when name.StartsWith("python3", StringComparison.Ordinal) || name.StartsWith("pypy3", StringComparison.Ordinal) =>
            command.Words.Any(static word => word is not null && (word.EndsWith("py_compile.py", StringComparison.Ordinal) || word is "py_compile" or "compileall")),
        "glib-compile-schemas" => IsWithout(command, ".xml", state),
        "gio-querymodules" => IsWithout(command, ".so", state),
        _ => false,
    };

    private static bool IsWithout(ScriptCommand command, string suffix, AssemblyState state)
    {
        if (command.Words is not [_, .., { } path] || state.Locate(path) is not { } directory)
        {
            return false;
        }

        return !state.Tree.Entries.Any(entry => entry.Path.Parent == directory && entry.Kind != EntryKind.Directory && entry.Path.Name.EndsWith(suffix, StringComparison.Ordinal));
    }
}
