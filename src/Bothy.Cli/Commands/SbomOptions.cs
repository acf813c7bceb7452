using System.CommandLine;
using System.CommandLine.Parsing;
using Bothy.Inspection.Sbom;

namespace Bothy.Cli.Commands;

/// <summary>The options on bills of materials.</summary>
internal static class SbomOptions
{
    /// <summary>The option <c>--format</c>.</summary>
    public static Option<SbomFormat> Format() => new("--format")
    {
        Description = "The form of the bill: spdx (SPDX 2.3) unless given, or cyclonedx (CycloneDX 1.6); JSON both.",
        HelpName = "spdx|cyclonedx",
        CustomParser = static result => ParseFormat(result.Tokens[^1].Value, result),
    };

    /// <summary>The option <c>--files</c>.</summary>
    public static Option<SbomFiles> Files() => new("--files")
    {
        Description = "The files to list: all unless given, those that packages own, or none.",
        HelpName = "all|owned|none",
        CustomParser = static result =>
        {
            switch (result.Tokens[^1].Value)
            {
                case "all":
                    return SbomFiles.All;
                case "owned":
                    return SbomFiles.Owned;
                case "none":
                    return SbomFiles.None;
                case var other:
                    result.AddError($"cannot list '{other}': want all, owned or none");
                    return default;
            }
        },
    };

    /// <summary>How the name of a file in the form <paramref name="format"/> ends.</summary>
    public static string Ending(SbomFormat format) => format == SbomFormat.Spdx ? "spdx.json" : "cdx.json";

    /// <summary>Reads the name of a form, or says in <paramref name="result"/> that it is none.</summary>
    public static SbomFormat ParseFormat(string text, SymbolResult result)
    {
        switch (text)
        {
            case "spdx":
                return SbomFormat.Spdx;
            case "cyclonedx":
                return SbomFormat.CycloneDx;
            default:
                result.AddError($"cannot write a bill of materials as '{text}': want spdx or cyclonedx");
                return default;
        }
    }
}
