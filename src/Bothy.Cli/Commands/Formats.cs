using System.CommandLine;

namespace Bothy.Cli.Commands;

/// <summary>In which form an answer is printed.</summary>
internal enum OutputFormat
{
    /// <summary>For people.</summary>
    Text,

    /// <summary>For programs.</summary>
    Json,

    /// <summary>For reviews and release notes.</summary>
    Markdown,
}

/// <summary>The option <c>--format</c>, which reads the same everywhere.</summary>
internal static class Formats
{
    public static Option<OutputFormat> Option() => Of<OutputFormat>("text", "json");

    /// <summary>The same for what can be printed as Markdown too.</summary>
    public static Option<OutputFormat> OptionWithMarkdown() => Of<OutputFormat>("text", "json", "markdown");

    /// <summary>The same for answers with forms of their own: <paramref name="names"/> are those of the values of <typeparamref name="TFormat"/>, in their order.</summary>
    public static Option<TFormat> Of<TFormat>(params string[] names)
        where TFormat : struct, Enum
    {
        string choice = $"{string.Join(", ", names[..^1])} or {names[^1]}";
        return new Option<TFormat>("--format")
        {
            Description = $"The form of the answer: {choice}.",
            HelpName = string.Join('|', names),
            CustomParser = result =>
            {
                int format = Array.IndexOf(names, result.Tokens[^1].Value);
                if (format < 0)
                {
                    result.AddError($"cannot print as '{result.Tokens[^1].Value}': want {choice}");
                }

                return format < 0 ? default : (TFormat)Enum.ToObject(typeof(TFormat), format);
            },
        };
    }
}
