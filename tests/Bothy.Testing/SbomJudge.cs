namespace Bothy.Testing;

/// <summary>
/// The validators of the CycloneDX and SPDX projects, the schema of SARIF and the reference library for package URLs. They are not of the machine: <c>SbomJudges/install.sh</c>, run by
/// <c>.ci/run</c>, puts them into a directory outside of the project.
/// </summary>
public static class SbomJudge
{
    /// <summary>What tests with these judges need.</summary>
    public const string Need = "sbom";

    private static readonly string Scripts = Path.Combine(RealData.Project, "tests", "Bothy.Testing", "SbomJudges");

    private static string Directory { get; } = Environment.GetEnvironmentVariable("BOTHY_SBOM_JUDGES")
        ?? Path.Combine(Environment.GetEnvironmentVariable("HOME") ?? "/", ".cache", "bothy-judges");

    /// <summary>Why there are none; null where they are there.</summary>
    internal static string? Problem() =>
        !File.Exists(Path.Combine(Directory, "complete-2")) ? "the validators of SPDX and CycloneDX are not installed (tests/Bothy.Testing/SbomJudges/install.sh)"
        : Needs.Find("node") is null ? "node is not installed"
        : null;

    /// <summary>Has the CycloneDX project's library validate a document against the published schema of version 1.6.</summary>
    public static JudgeResult CycloneDx(byte[] document)
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllBytes(directory["bom.json"], document);
        return Node("cyclonedx.cjs", ["1.6", directory["bom.json"]], null);
    }

    /// <summary>Has a document judged by the published schema of SARIF 2.1.0.</summary>
    public static JudgeResult Sarif(byte[] document)
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllBytes(directory["log.sarif"], document);
        return Node("sarif.cjs", [directory["log.sarif"]], null);
    }

    /// <summary>Has the SPDX project's tool read and validate a document.</summary>
    public static JudgeResult Spdx(byte[] document)
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllBytes(directory["bom.spdx.json"], document);
        return Judge.Run(
            "/usr/bin/python3",
            ["-m", "spdx_tools.spdx.clitools.pyspdxtools", "-i", directory["bom.spdx.json"]],
            environment: new Dictionary<string, string> { ["PYTHONPATH"] = Path.Combine(Directory, "python", "usr", "lib", "python3", "dist-packages") });
    }

    /// <summary>The parts of package URLs, a line of JSON each, as the reference library reads them.</summary>
    public static string[] PackageUrls(IEnumerable<string> urls) =>
        Node("purl.mjs", [], System.Text.Encoding.UTF8.GetBytes(string.Join('\n', urls))).Succeeded().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static JudgeResult Node(string script, string[] arguments, byte[]? input)
    {
        string modules = Path.Combine(Directory, "npm", "node_modules");
        return Judge.Run(
            "node",
            [Path.Combine(Scripts, script), .. arguments],
            input,
            environment: new Dictionary<string, string> { ["NODE_PATH"] = modules, ["BOTHY_MODULES"] = modules });
    }
}
