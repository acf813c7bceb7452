using System.Globalization;
using Bothy.Engine.Assembly.Scripts;

namespace Bothy.Engine.Assembly.Accounts;

/// <summary>Who the container runs as, in numbers: a runtime need not find the names, and Kubernetes cannot tell a name from root.</summary>
internal static class RunAs
{
    /// <summary><c>uid:gid</c> of the image file's <c>run-as</c>; null where it has none.</summary>
    /// <exception cref="BothyException">It names an account that the image does not have.</exception>
    public static string? Resolve(AssemblyState state)
    {
        if (state.Image.Accounts.RunAs is not { } asked)
        {
            return null;
        }

        string[] parts = asked.Value.Split(':', 2);
        var user = state.Accounts.User(parts[0]) ?? state.Accounts.Users.FirstOrDefault(one => one.Uid == ScriptReader.ParseNumber(parts[0]));
        int? uid = user?.Uid ?? ScriptReader.ParseNumber(parts[0]);
        int? gid = parts.Length > 1 ? state.Accounts.Group(parts[1])?.Gid ?? ScriptReader.ParseNumber(parts[1]) : user?.Gid ?? uid;
        if (uid is null || gid is null)
        {
            string missing = uid is null ? $"user '{parts[0]}'" : $"group '{parts[1]}'";
            throw new BothyException($"cannot assemble {asked.Mark}: the container is to run as {asked.Value}, but the image has no {missing}")
            {
                Hint = "Add it under 'accounts', or give its number.",
            };
        }

        return string.Create(CultureInfo.InvariantCulture, $"{uid}:{gid}");
    }
}
