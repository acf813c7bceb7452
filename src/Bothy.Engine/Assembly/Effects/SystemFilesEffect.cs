using System.Text;
using Bothy.Formats.Trees;

namespace Bothy.Engine.Assembly.Effects;

/// <summary>
/// What every image has whichever packages are in it: directories for temporary files, the link to the release's description with
/// the fields that the image file sets, and an order for looking up names.
/// </summary>
internal sealed class SystemFilesEffect : IEffect
{
    private const int Sticky = 0b001_111_111_111;
    private const string Release = "usr/lib/os-release";

    // Without the file, glibc asks DNS for a host before it reads /etc/hosts.
    private const string NameServices =
        "passwd:         files\ngroup:          files\nshadow:         files\nhosts:          files dns\nnetworks:       files\nprotocols:      files\nservices:       files\n";

    public string Name => "system-files";

    public void Apply(AssemblyState state)
    {
        var origin = new Origin.Effect(Name);
        state.MakeDirectory("tmp", origin, Sticky);
        state.MakeDirectory("var/tmp", origin, Sticky);
        state.MakeDirectory("run", origin);
        state.MakeDirectory("etc", origin);
        if (state.Has("libc6") && state.Find("/etc/nsswitch.conf") is null)
        {
            state.Write("etc/nsswitch.conf", FileContent.Of(NameServices), origin);
        }

        if (state.Find("/etc/os-release") is null && state.Find("/" + Release) is not null)
        {
            state.Link("etc/os-release", "../" + Release, origin);
        }

        if (!state.Image.OsRelease.IsEmpty)
        {
            SetRelease(state);
        }
    }

    private static void SetRelease(AssemblyState state)
    {
        string before = state.Find("/" + Release) is { Content: { } content } ? Encoding.UTF8.GetString(content.ReadAll()) : "";
        var lines = before.Split('\n', StringSplitOptions.RemoveEmptyEntries).ToList();
        foreach (var (field, value) in state.Image.OsRelease)
        {
            string line = $"{field}={Quote(value)}";
            int at = lines.FindIndex(other => other.StartsWith(field + "=", StringComparison.Ordinal));
            if (at < 0)
            {
                lines.Add(line);
            }
            else
            {
                lines[at] = line;
            }
        }

        var origin = new Origin.ImageFile("os-release");
        state.Write(Release, FileContent.Of(string.Concat(lines.Select(static line => line + "\n"))), origin);
        if (state.Find("/etc/os-release") is null)
        {
            state.Link("etc/os-release", "../" + Release, origin);
        }
    }

    // os-release(5): what is not plain stands in double quotes, with the shell's special characters escaped.
    private static string Quote(string value) =>
        value.Length > 0 && value.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_')
            ? value
            : "\"" + string.Concat(value.Select(static c => c is '"' or '\\' or '$' or '`' ? "\\" + c : c.ToString())) + "\"";
}
