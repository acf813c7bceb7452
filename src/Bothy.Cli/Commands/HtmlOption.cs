using System.CommandLine;
using System.Text;

namespace Bothy.Cli.Commands;

/// <summary>The option <c>--html</c>: the answer as a page in one file, beside what is printed.</summary>
internal sealed class HtmlOption
{
    private readonly Option<string> _file = new("--html") { Description = "Also write the answer as a page that is complete in one file.", HelpName = "FILE" };

    /// <summary>Declares the option on <paramref name="command"/>.</summary>
    public HtmlOption(Command command) => command.Add(_file);

    /// <summary>Writes the page that <paramref name="page"/> makes, where somebody asked for it.</summary>
    /// <exception cref="BothyException">It cannot be written.</exception>
    public async Task WriteAsync(ParseResult arguments, Surroundings surroundings, Terminal terminal, Func<string> page)
    {
        if (arguments.GetValue(_file) is not { } file)
        {
            return;
        }

        await PackageFiles.WriteAsync(file, surroundings, stream => stream.Write(Encoding.UTF8.GetBytes(page())));
        terminal.Line($"wrote {file}");
    }
}
