namespace Bothy.Cli.Tests;

/// <summary>What a run of the program said.</summary>
internal sealed record Said(int ExitCode, string Output, string Error);

/// <summary>Runs the program in this process, with surroundings of the test's choice.</summary>
internal static class CommandLine
{
    public static Surroundings NoSurroundings { get; } = new() { Environment = new Dictionary<string, string>(StringComparer.Ordinal) };

    public static Task<Said> RunAsync(params string[] args) => RunAsync(NoSurroundings, args);

    public static async Task<Said> RunAsync(Surroundings surroundings, params string[] args)
    {
        var output = new StringWriter();
        var error = new StringWriter();
        int exitCode = await App.RunAsync(args, surroundings, new Terminal(output, error));
        return new Said(exitCode, output.ToString(), error.ToString());
    }
}
