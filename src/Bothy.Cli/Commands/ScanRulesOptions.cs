using System.CommandLine;
using Bothy.Engine.ImageFiles;
using Bothy.Inspection.Advisories;
using Bothy.Inspection.Matching;
using Bothy.Inspection.Scans;

namespace Bothy.Cli.Commands;

/// <summary>By what, beyond advisories, a scan judges: the options <c>--vex</c>, <c>--ignore</c> and <c>--baseline</c>.</summary>
internal sealed class ScanRulesOptions
{
    private readonly Option<string[]> _vex = new("--vex") { Description = "An OpenVEX document that says what is not affected, and why.", HelpName = "FILE" };

    private readonly Option<string[]> _ignore = new("--ignore")
    {
        Description = "A file of findings to leave: a list 'ignore' of maps with id, reason, and as wanted package and expires (the last day).",
        HelpName = "FILE",
    };

    private readonly Option<string?> _baseline = new("--baseline")
    {
        Description = "An earlier report ('--format json'); only what is new since then is found.",
        HelpName = "REPORT",
    };

    /// <summary>Declares the options on <paramref name="command"/>.</summary>
    public ScanRulesOptions(Command command)
    {
        command.Add(_vex);
        command.Add(_ignore);
        command.Add(_baseline);
    }

    /// <summary>Reads what they name.</summary>
    /// <exception cref="BothyException">One of the files cannot be read.</exception>
    public ScanRules Read(ParseResult arguments, Surroundings surroundings) => ScanRules.None(surroundings.Time.GetUtcNow()) with
    {
        Vex = [.. (arguments.GetValue(_vex) ?? []).Select(file => new VexSource(file, VexDocument.Read(new MemoryStream(Bytes(file, surroundings)), file)))],
        Ignores = [.. (arguments.GetValue(_ignore) ?? []).SelectMany(file => IgnoreReader.Load(file, surroundings.WorkingDirectory))],
        Baseline = arguments.GetValue(_baseline) is { } report ? BaselineReader.Read(report, Bytes(report, surroundings)) : null,
    };

    private static byte[] Bytes(string path, Surroundings surroundings) => PackageFiles.Read(path, surroundings, file => file.Length <= BaselineReader.MaxBytes
        ? File.ReadAllBytes(file.FullName)
        : throw new BothyException($"cannot read {path}: it has more than {BaselineReader.MaxBytes >> 20} MiB"));
}
