using Spectre.Console;

namespace Bothy.Cli;

/// <summary>How much is said on standard error.</summary>
internal enum Verbosity
{
    /// <summary>Errors and warnings.</summary>
    Quiet,

    /// <summary>Progress as well.</summary>
    Normal,

    /// <summary>Notes as well.</summary>
    Verbose,
}

/// <summary>
/// Where output goes. Results go to standard output, bare, so that they can be piped; everything meant for a person
/// (progress, warnings, errors) goes to standard error, and is only decorated when that is a terminal.
/// </summary>
internal sealed class Terminal
{
    private readonly TextWriter _output;
    private readonly TextWriter _error;
    private readonly bool _colour;

    public Terminal(TextWriter output, TextWriter error, bool interactive = false, bool colour = false, bool tables = false, int width = 80)
    {
        _output = output;
        _error = error;
        _colour = colour;
        Interactive = interactive;
        Tables = tables;
        Width = width;
    }

    /// <summary>Whether standard error can show a display that redraws itself.</summary>
    public bool Interactive { get; }

    /// <summary>Whether standard output is read by a person, in a terminal.</summary>
    public bool Tables { get; }

    /// <summary>How many columns standard output has; only where it is a terminal.</summary>
    public int Width { get; }

    /// <summary>Whether standard output may be decorated.</summary>
    public bool PaintsOutput { get; private init; }

    /// <summary>Where results that are written piece by piece go.</summary>
    public TextWriter Output => _output;

    /// <summary>A console for displays on standard error; only for an interactive one.</summary>
    /// <remarks>Nothing of Spectre is in a field: loading it takes a tenth of a short run, and a pipe never needs it.</remarks>
    public IAnsiConsole CreateConsole() => AnsiConsole.Create(new AnsiConsoleSettings
    {
        Out = new AnsiConsoleOutput(_error),
        Ansi = AnsiSupport.Yes,
        ColorSystem = _colour ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
        Interactive = InteractionSupport.Yes,
    });

    public static Terminal ForProcess(IReadOnlyDictionary<string, string> environment)
    {
        bool colour = !environment.ContainsKey("NO_COLOR") && environment.GetValueOrDefault("TERM") != "dumb";
        return new Terminal(
            System.Console.Out,
            System.Console.Error,
            interactive: !System.Console.IsErrorRedirected && environment.GetValueOrDefault("TERM") != "dumb",
            colour: colour && !System.Console.IsErrorRedirected,
            tables: !System.Console.IsOutputRedirected,
            width: System.Console.IsOutputRedirected ? 80 : ColumnsOfOutput())
        {
            PaintsOutput = colour && !System.Console.IsOutputRedirected,
        };
    }

    public void Result(string line) => _output.Write(line + "\n");

    public void Line(string line) => _error.Write(line + "\n");

    /// <summary>Asks a question; the answer is typed behind it.</summary>
    public void Prompt(string question) => _error.Write(question);

    public void Warning(string message) => Line($"{Paint("warning:", 33)} {message}");

    public void Failure(string message, string? hint)
    {
        Line($"{Paint("error:", 31)} {message}");
        if (hint is not null)
        {
            Line($"{Paint("hint:", 90)}  {hint}");
        }
    }

    // A terminal that does not know its size says 0.
    private static int ColumnsOfOutput() => System.Console.WindowWidth is > 0 and var columns ? columns : 80;

    private string Paint(string word, int ansiColour) =>
        _colour ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"\e[{ansiColour}m{word}\e[0m") : word;
}
