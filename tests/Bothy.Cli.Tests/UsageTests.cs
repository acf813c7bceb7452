namespace Bothy.Cli.Tests;

public sealed class UsageTests
{
    [Theory]
    [InlineData("biuld", "cannot understand 'biuld'")]
    [InlineData("biuld", "Did you mean 'build'?")]
    [InlineData("build x.yaml --ofline", "Did you mean '--offline'?")]
    [InlineData("solve", "See 'bothy solve --help'.")]
    [InlineData("build x.yaml --format xml", "See 'bothy build --help'.")]
    public async Task A_line_that_is_not_understood_ends_with_2_and_a_hint(string line, string hint)
    {
        var run = await CommandLine.RunAsync(line.Split(' '));

        Assert.Equal(2, run.ExitCode);
        Assert.Equal("", run.Output);
        Assert.Contains(hint, run.Error, StringComparison.Ordinal);
        Assert.StartsWith("error: ", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_command_has_the_name_that_it_is_looked_for_by() =>
        Assert.All(App.Commands, command => Assert.Equal(command.Name, command.Create(CommandLine.NoSurroundings, new Terminal(TextWriter.Null, TextWriter.Null)).Name));

    [Fact]
    public async Task No_command_at_all_shows_the_help()
    {
        var run = await CommandLine.RunAsync();

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("build <FILE>", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_image_file_is_a_failure_and_no_stack_trace()
    {
        var run = await CommandLine.RunAsync("build", "/nowhere/x.yaml");

        Assert.Equal((1, ""), (run.ExitCode, run.Output));
        Assert.StartsWith("error: cannot read /nowhere/x.yaml: ", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
    }
}
