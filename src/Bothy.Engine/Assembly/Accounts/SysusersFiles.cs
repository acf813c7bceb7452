using System.Text;
using Bothy.Engine.Assembly.Scripts;
using Bothy.Formats.Trees;

namespace Bothy.Engine.Assembly.Accounts;

/// <summary>Reads the sysusers.d(5) files of packages.</summary>
internal static class SysusersFiles
{
    private static readonly TreePath Directory = TreePath.Parse("usr/lib/sysusers.d");

    public static void Load(AssemblyState state)
    {
        foreach (var entry in state.Tree.Entries.Where(static entry => entry.Path.Parent == Directory && entry.Path.Name.EndsWith(".conf", StringComparison.Ordinal) && !AssemblyState.IsOfBase(entry)).ToList())
        {
            if (state.Tree.Find(entry.Path) is { Content: { } content })
            {
                foreach (string line in Encoding.UTF8.GetString(content.ReadAll()).Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
                {
                    Add(Fields(line), state.Accounts);
                }
            }
        }
    }

    private static void Add(List<string> fields, AccountTable table)
    {
        if (fields is not [var type, var name, ..] || name.Contains('%', StringComparison.Ordinal))
        {
            return;
        }

        string id = fields.Count > 2 ? fields[2] : "-";
        switch (type.TrimEnd('!', '-'))
        {
            case "u":
                AddUser(name, id, fields, table);
                break;
            case "g" when table.Group(name) is null:
                table.Set(new GroupAccount(name, ScriptReader.ParseNumber(id) ?? table.LastFree()));
                break;
            case "m" when fields.Count > 2:
                if (table.Group(id) is null)
                {
                    table.Set(new GroupAccount(id, table.LastFree()));
                }

                table.AddMember(id, name);
                break;
        }
    }

    private static void AddUser(string name, string id, List<string> fields, AccountTable table)
    {
        if (table.User(name) is not null)
        {
            return;
        }

        string[] numbers = id.Split(':', 2);
        int uid = ScriptReader.ParseNumber(numbers[0]) ?? table.Group(name)?.Gid ?? table.LastFree();
        int? gid = numbers.Length > 1 ? table.ResolveGroup(numbers[1]) : table.Group(name)?.Gid;
        if (gid is null)
        {
            gid = uid;
            table.Set(new GroupAccount(name, uid));
        }

        table.Set(new UserAccount(name, uid, gid.Value)
        {
            Comment = Field(fields, 3) ?? "",
            Home = Field(fields, 4) ?? "/",
            Shell = Field(fields, 5) ?? (uid == 0 ? "/bin/sh" : "/usr/sbin/nologin"),
        });
    }

    private static string? Field(List<string> fields, int index) => index < fields.Count && fields[index] is not "-" ? fields[index] : null;

    private static List<string> Fields(string line)
    {
        var fields = new List<string>();
        if (line.StartsWith('#'))
        {
            return fields;
        }

        int at = 0;
        while (at < line.Length)
        {
            if (char.IsWhiteSpace(line[at]))
            {
                at++;
                continue;
            }

            bool quoted = line[at] is '"' or '\'';
            int start = quoted ? at + 1 : at;
            int end = quoted ? line.IndexOf(line[at], start) : line.AsSpan(start).IndexOfAny(' ', '\t') is var length and >= 0 ? start + length : line.Length;
            end = end < 0 ? line.Length : end;
            fields.Add(line[start..end]);
            at = end + 1;
        }

        return fields;
    }
}
