using System.Text;
using Bothy.Formats.Trees;

namespace Bothy.Engine.Assembly.Effects;

/// <summary>The fields of os-release(5) that the image file sets.</summary>
internal sealed class ReleaseFileEffect : IEffect
{
    /// <summary>Where distributions keep the file that <c>/etc/os-release</c> leads to.</summary>
    public const string Path = "usr/lib/os-release";

    public string Name => "os-release";

    public void Apply(AssemblyState state)
    {
        if (!state.Image.OsRelease.IsEmpty)
        {
            SetRelease(state);
        }
    }

    private static void SetRelease(AssemblyState state)
    {
        // Alpine had its file in /etc alone until 3.17.
        var present = state.Find("/" + Path) ?? state.Find("/etc/os-release");
        string before = present?.Content is { } content ? Encoding.UTF8.GetString(content.ReadAll()) : "";
        var lines = before.Split('\n', StringSplitOptions.RemoveEmptyEntries).ToList();
        foreach (var (field, value) in state.Image.OsRelease)
        {
            int at = lines.FindIndex(other => other.StartsWith(field + "=", StringComparison.Ordinal));

            // Some look for a field in the quotes that its distribution writes it in.
            bool quoted = at >= 0 && lines[at].AsSpan(field.Length + 1).StartsWith('"');
            string line = $"{field}={(quoted || !IsPlain(value) ? Quote(value) : value)}";
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
        state.Write(present?.Path.Value ?? Path, FileContent.Of(string.Concat(lines.Select(static line => line + "\n"))), origin);
        if (state.Find("/etc/os-release") is null)
        {
            state.Link("etc/os-release", "../" + Path, origin);
        }
    }

    private static bool IsPlain(string value) => value.Length > 0 && value.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_');

    // os-release(5): what is not plain stands in double quotes, with the shell's special characters escaped.
    private static string Quote(string value) =>
        "\"" + string.Concat(value.Select(static c => c is '"' or '\\' or '$' or '`' ? "\\" + c : c.ToString())) + "\"";
}
