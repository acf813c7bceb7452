using System.Collections.Immutable;
using Bothy.Formats.Trees;

namespace Bothy.Inspection.StructureTests;

/// <summary>A variable or label that a test sets or expects.</summary>
/// <param name="Key">Its name.</param>
/// <param name="Value">Its value, or the text of the expression.</param>
/// <param name="Pattern">The expression that its value has to match; null where the value is meant as it is.</param>
public sealed record ExpectedValue(string Key, string Value, GoPattern? Pattern);

/// <summary>A file of tests of images, of container-structure-test's schema or ours.</summary>
public sealed record StructureTestFile
{
    /// <summary>The file, as it was named.</summary>
    public required string FileName { get; init; }

    /// <summary>Variables of every command (<c>globalEnvVars</c>).</summary>
    public ImmutableArray<ExpectedValue> Environment { get; init; } = [];

    /// <summary>The user that commands run as (<c>containerRunOptions.user</c>); null for the image's.</summary>
    public string? User { get; init; }

    /// <summary>Capabilities that commands get beside the usual ones (<c>containerRunOptions.capabilities</c>).</summary>
    public ImmutableArray<string> Capabilities { get; init; } = [];

    /// <summary>The keys of <c>containerRunOptions</c> that are not granted; where there are any, commands are not run.</summary>
    public ImmutableArray<string> Ungranted { get; init; } = [];

    /// <summary>The tests, in the order in which they are run.</summary>
    public ImmutableArray<StructureTest> Tests { get; init; } = [];
}

/// <summary>One test of an image.</summary>
/// <param name="Name">What it is called in reports.</param>
public abstract record StructureTest(string Name)
{
    /// <summary><c>commandTests</c>: what a program of the image does.</summary>
    public sealed record Command(string Name, ImmutableArray<string> Words) : StructureTest(Name)
    {
        /// <summary>Commands that are run before it, whose changes it sees.</summary>
        public ImmutableArray<ImmutableArray<string>> Setup { get; init; } = [];

        /// <summary>Commands that are run after it, in what it left.</summary>
        public ImmutableArray<ImmutableArray<string>> Teardown { get; init; } = [];

        /// <summary>Its variables beside those of the file.</summary>
        public ImmutableArray<ExpectedValue> Environment { get; init; } = [];

        /// <summary>What its output has to match.</summary>
        public ImmutableArray<GoPattern> ExpectedOutput { get; init; } = [];

        /// <summary>What its output must not match.</summary>
        public ImmutableArray<GoPattern> ExcludedOutput { get; init; } = [];

        /// <summary>What its standard error has to match.</summary>
        public ImmutableArray<GoPattern> ExpectedError { get; init; } = [];

        /// <summary>What its standard error must not match.</summary>
        public ImmutableArray<GoPattern> ExcludedError { get; init; } = [];

        /// <summary>The code that it has to exit with.</summary>
        public int ExitCode { get; init; }
    }

    /// <summary><c>fileExistenceTests</c>: whether a path is there, and how.</summary>
    public sealed record FileExistence(string Name, string Path, bool ShouldExist) : StructureTest(Name)
    {
        /// <summary>The mode as Go prints it, <c>-rw-r--r--</c>.</summary>
        public string? Permissions { get; init; }

        /// <summary>The owner's number.</summary>
        public int? UserId { get; init; }

        /// <summary>The group's number.</summary>
        public int? GroupId { get; init; }

        /// <summary><c>owner</c>, <c>group</c>, <c>other</c> or <c>any</c>.</summary>
        public string? IsExecutableBy { get; init; }
    }

    /// <summary><c>fileContentTests</c>: what a file's content matches.</summary>
    public sealed record FileText(string Name, string Path, ImmutableArray<GoPattern> Expected, ImmutableArray<GoPattern> Excluded) : StructureTest(Name);

    /// <summary><c>metadataTest</c>: how containers of the image start.</summary>
    public sealed record Metadata(string Name) : StructureTest(Name)
    {
        /// <summary>Variables that are set.</summary>
        public ImmutableArray<ExpectedValue> Environment { get; init; } = [];

        /// <summary>Names of variables that are not.</summary>
        public ImmutableArray<string> UnboundEnvironment { get; init; } = [];

        /// <summary>Labels that are there.</summary>
        public ImmutableArray<ExpectedValue> Labels { get; init; } = [];

        /// <summary>Ports that are exposed, <c>8080</c> or <c>8080/tcp</c>.</summary>
        public ImmutableArray<string> ExposedPorts { get; init; } = [];

        /// <summary>Ports that are not.</summary>
        public ImmutableArray<string> UnexposedPorts { get; init; } = [];

        /// <summary>Volumes that there are.</summary>
        public ImmutableArray<string> Volumes { get; init; } = [];

        /// <summary>Volumes that there are not.</summary>
        public ImmutableArray<string> UnmountedVolumes { get; init; } = [];

        /// <summary>The whole entrypoint; null where any will do.</summary>
        public ImmutableArray<string>? Entrypoint { get; init; }

        /// <summary>The whole command; null where any will do.</summary>
        public ImmutableArray<string>? Cmd { get; init; }

        /// <summary>The working directory; null where any will do.</summary>
        public string? WorkingDirectory { get; init; }

        /// <summary>The user; null where any will do.</summary>
        public string? User { get; init; }
    }

    /// <summary><c>licenseTests</c>: that no copyright file names a licence that container-structure-test forbids.</summary>
    public sealed record License(string Name, bool IsDebian, ImmutableArray<string> Files) : StructureTest(Name);

    /// <summary><c>globTests</c>: how many paths match a pattern.</summary>
    public sealed record Glob(string Name, string Pattern, int Least, int? Most) : StructureTest(Name);

    /// <summary><c>digestTests</c>: the SHA-256 of a file.</summary>
    public sealed record FileDigest(string Name, string Path, Digest Expected) : StructureTest(Name);

    /// <summary><c>linkTests</c>: where a symbolic link leads.</summary>
    public sealed record Link(string Name, string Path, string Target) : StructureTest(Name);

    /// <summary><c>packageTests</c>: whether a package is installed, and in which version.</summary>
    public sealed record Package(string Name, string PackageName, bool IsInstalled, GoPattern? Version) : StructureTest(Name);

    /// <summary><c>sizeTest</c>: how large the image is at the most.</summary>
    public sealed record Size(string Name, long? MostUnpacked, long? MostCompressed, int? MostPackages) : StructureTest(Name);

    /// <summary><c>setuidTest</c>: that no file runs with another's rights but those that match.</summary>
    public sealed record Setuid(string Name, ImmutableArray<PathPattern> Allowed) : StructureTest(Name);
}

/// <summary>How a test came out.</summary>
public enum TestVerdict
{
    /// <summary>Everything it asks for holds.</summary>
    Passed,

    /// <summary>Something does not.</summary>
    Failed,

    /// <summary>It was not run; why is said.</summary>
    NotRun,
}

/// <summary>What a test came to.</summary>
/// <param name="Name">The kind and the name of the test.</param>
/// <param name="Verdict">How it came out.</param>
/// <param name="Problems">What does not hold, or why it was not run.</param>
public sealed record TestOutcome(string Name, TestVerdict Verdict, ImmutableArray<string> Problems)
{
    /// <summary>What the command wrote to standard output; null for tests without one.</summary>
    public string? Output { get; init; }

    /// <summary>What the command wrote to standard error; null for tests without one.</summary>
    public string? Error { get; init; }
}

/// <summary>What a command did.</summary>
/// <param name="ExitCode">The code it exited with.</param>
/// <param name="Output">What it wrote to standard output.</param>
/// <param name="Error">What it wrote to standard error.</param>
public sealed record CommandResult(int ExitCode, string Output, string Error);

/// <summary>Runs programs of an image.</summary>
public interface ICommandRunner
{
    /// <summary>Why it cannot run any; null where it can.</summary>
    string? Problem { get; }

    /// <summary>Runs the setup of <paramref name="test"/>, its command and its teardown.</summary>
    /// <exception cref="BothyException">They could not be run.</exception>
    Task<CommandResult> RunAsync(StructureTest.Command test, StructureTestFile file, CancellationToken cancellationToken);
}
