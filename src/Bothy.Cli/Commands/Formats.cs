using System.CommandLine;

namespace Bothy.Cli.Commands;

/// <summary>In which form an answer is printed.</summary>
internal enum OutputFormat
{
    /// <summary>For people.</summary>
    Text,

    /// <summary>For programs.</summary>
    Json,
}

/// <summary>The option <c>--format</c>, which reads the same everywhere.</summary>
internal static class Formats
{
    public static Option<OutputFormat> Option()
    {
        var option = new Option<OutputFormat>("--format")
        {
            Description = "The form of the answer: text or json.",
            HelpName = "text|json",
            CustomParser = result =>
            {
                switch (result.Tokens[^1].Value)
                {
                    case "text":
                        return OutputFormat.Text;
                    case "json":
                        return OutputFormat.Json;
                    case var other:
                        result.AddError($"cannot print as '{other}': want text or json");
                        return default;
                }
            },
        };
        return option;
    }
}
