using System.Collections.Immutable;

namespace Bothy.Engine.ImageFiles;

/// <summary>Reads <c>accounts</c>.</summary>
internal static class AccountsReader
{
    /// <summary>The accounts, as far as they can be read.</summary>
    public static AccountsSpec Read(MapReader map)
    {
        if (map.Node("recursive") is not null)
        {
            map.Findings.Warning(map.KeyMark("recursive"), "'recursive' in 'accounts' has no meaning, to apko neither; it is ignored");
        }

        return new AccountsSpec
        {
            RunAs = map.Checked("run-as", RunAs),
            Users = [.. map.Maps("users", SpecKeys.User).Select(ReadUser).OfType<UserSpec>()],
            Groups = [.. map.Maps("groups", SpecKeys.Group).Select(ReadGroup).OfType<GroupSpec>()],
        };
    }

    private static string? RunAs(string text)
    {
        string[] parts = text.Split(':');
        return parts.Length > 2
            ? $"must be user or user:group, not '{text}'"
            : parts.Select(static part => IsNumber(part) ? null : SpecTexts.AccountName(part)).FirstOrDefault(static reason => reason is not null);
    }

    private static bool IsNumber(string text) => text.Length > 0 && text.All(char.IsAsciiDigit) && uint.TryParse(text, out _);

    private static UserSpec? ReadUser(MapReader user)
    {
        var name = user.RequiredText("username") is null ? null : user.Checked("username", SpecTexts.AccountName);
        var (uid, gid) = (user.Id("uid"), user.Id("gid"));
        string? shell = user.Checked("shell", SpecTexts.AbsolutePath)?.Value;
        string? home = user.Checked("homedir", SpecTexts.AbsolutePath)?.Value;
        var groups = user.Texts("groups", static text => SpecTexts.AccountName(text) is { } reason ? $"an entry of 'groups' {reason}" : null);
        if (user.Node("uid") is null)
        {
            user.Findings.Problem(user.Mark, "'uid' is missing");
        }
        else if (uid == 0 && name is { Value: not "root" })
        {
            user.Findings.Problem(user.KeyMark("uid"), "only root has the uid 0; to run as root write 'run-as: 0'");
        }

        return name is { } known && uid is { } number
            ? new UserSpec(known.Value, number, user.Mark) { Gid = gid, Shell = shell, HomeDirectory = home, Groups = Values(groups) }
            : null;
    }

    private static GroupSpec? ReadGroup(MapReader group)
    {
        var name = group.RequiredText("groupname") is null ? null : group.Checked("groupname", SpecTexts.AccountName);
        uint? gid = group.Id("gid");
        var members = group.Texts("members", static text => SpecTexts.AccountName(text) is { } reason ? $"an entry of 'members' {reason}" : null);
        if (group.Node("gid") is null)
        {
            group.Findings.Problem(group.Mark, "'gid' is missing");
        }

        return name is { } known && gid is { } number ? new GroupSpec(known.Value, number, Values(members), group.Mark) : null;
    }

    private static ImmutableArray<string> Values(ImmutableArray<Marked<string>> texts) => [.. texts.Select(static text => text.Value)];
}
