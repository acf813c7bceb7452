using System.Collections.Immutable;
using System.Globalization;
using Bothy.Formats.Trees;

namespace Bothy.Inspection.Parts;

/// <summary>An account of an image (passwd(5)).</summary>
/// <param name="Name">Its name.</param>
/// <param name="UserId">Its number.</param>
/// <param name="GroupId">The number of its group.</param>
/// <param name="Home">Its home directory.</param>
/// <param name="Shell">What a login starts.</param>
public sealed record UserAccount(string Name, uint UserId, uint GroupId, string Home, string Shell)
{
    private const int MaxFile = 1 << 20;

    private static readonly TreePath PasswdFile = TreePath.Parse("etc/passwd");

    /// <summary>Whether a login starts more than a refusal.</summary>
    public bool MayLogIn => Shell.Length == 0 || Shell[(Shell.LastIndexOf('/') + 1)..] is not ("nologin" or "false" or "sync" or "halt" or "shutdown");

    /// <summary>The accounts of <c>/etc/passwd</c>, in its order; lines that are none are passed over, as libraries do.</summary>
    /// <exception cref="BothyException">The file cannot be read.</exception>
    public static ImmutableArray<UserAccount> Of(FileTree tree)
    {
        ArgumentNullException.ThrowIfNull(tree);
        return tree.Find(PasswdFile) is { Content: { Length: <= MaxFile } content }
            ? [.. System.Text.Encoding.UTF8.GetString(content.ReadAll()).Split('\n').Select(Read).OfType<UserAccount>()]
            : [];
    }

    private static UserAccount? Read(string line) =>
        line.TrimEnd('\r').Split(':') is [{ Length: > 0 } name, _, var user, var group, _, var home, var shell]
        && uint.TryParse(user, NumberStyles.None, CultureInfo.InvariantCulture, out uint userId)
        && uint.TryParse(group, NumberStyles.None, CultureInfo.InvariantCulture, out uint groupId)
            ? new UserAccount(name, userId, groupId, home, shell)
            : null;
}
