using System.Collections.Immutable;
using System.CommandLine;
using Bothy.Cli.Rendering;
using Bothy.Engine.StructureTests;
using Bothy.Inspection.StructureTests;
using Bothy.Oci;

namespace Bothy.Cli.Commands;

/// <summary><c>bothy test</c>.</summary>
internal static class TestCommand
{
    private static readonly string[] FormatNames = ["text", "json", "junit"];

    public static Command Create(Surroundings surroundings, Terminal terminal)
    {
        var command = new Command("test", "Run container-structure-test files on an image; exits with 3 where a test fails.");
        var image = new ImageArgument(command);
        var files = new Option<string[]>("--config", "-c") { Description = "A file of tests, of schema 1.0.0 or 2.0.0, or an image file that has tests.", HelpName = "FILE", Required = true };
        var format = new Option<string>("--format") { Description = "The form of the answer: text, json or junit.", HelpName = string.Join('|', FormatNames) };
        format.Validators.Add(result =>
        {
            if (!FormatNames.Contains(result.Tokens[^1].Value, StringComparer.Ordinal))
            {
                result.AddError($"cannot print as '{result.Tokens[^1].Value}': want text, json or junit");
            }
        });
        command.Add(files);
        var platforms = new PlatformsOption(command, image, "test", "Test the images of several platforms of an index");
        command.Add(format);
        command.SetAction(async (arguments, cancellationToken) =>
        {
            // Mistakes in tests are told before an image is fetched.
            var tests = arguments.GetRequiredValue(files).SelectMany(file => ImageTests.Load(file, surroundings.WorkingDirectory)).ToList();
            var suites = ImmutableArray.CreateBuilder<TestSuite>();
            if (await platforms.OfAsync(arguments, surroundings, cancellationToken) is { } several)
            {
                foreach (var platform in several)
                {
                    suites.AddRange(await RunAsync(image, arguments, platform, tests, surroundings, terminal, cancellationToken));
                }
            }
            else
            {
                suites.AddRange(await RunAsync(image, arguments, platform: null, tests, surroundings, terminal, cancellationToken));
            }

            terminal.Result(arguments.GetValue(format) switch
            {
                "json" => TestReport.Json(suites),
                "junit" => TestReport.JUnit(suites),
                _ => TestReport.Text(suites),
            });
            return suites.Any(static suite => suite.Outcomes.Any(static outcome => outcome.Verdict == TestVerdict.Failed)) ? ExitCode.Threshold : ExitCode.Success;
        });
        return command;
    }

    private static async Task<List<TestSuite>> RunAsync(
        ImageArgument argument, ParseResult arguments, Platform? platform, List<StructureTestFile> files, Surroundings surroundings, Terminal terminal, CancellationToken cancellationToken)
    {
        await using var session = platform is null
            ? await argument.OpenAsync(arguments, surroundings, terminal, cancellationToken)
            : await argument.OpenAsync(arguments, platform, surroundings, terminal, cancellationToken);
        var contents = session.Contents(terminal);
        await using var runner = new PodmanRunner(argument.LocationOf(arguments, surroundings), contents.Platform, surroundings);
        var tester = new StructureTester(contents, runner);
        var suites = new List<TestSuite>();
        foreach (var file in files)
        {
            suites.Add(new TestSuite(file.FileName, contents.Platform.ToString(), await tester.RunAsync(file, cancellationToken)));
        }

        return suites;
    }
}
