namespace Bothy.Inspection.Matching.Cvss;

/// <summary>The base score of CVSS 2.0 (A Complete Guide to the Common Vulnerability Scoring System 2.0, 3.2.1).</summary>
internal static class CvssV2
{
    private static readonly CvssMetrics Metrics = new(
        ["AV L A N", "AC H M L", "Au M S N", "C N P C", "I N P C", "A N P C"],
        [
            "E ND U POC F H", "RL ND OF TF W U", "RC ND UC UR C", "CDP ND N L LM MH H", "TD ND N L M H",
            "CR ND L M H", "IR ND L M H", "AR ND L M H",
        ]);

    /// <summary>The score; null where <paramref name="vector"/> is none of this version.</summary>
    public static double? Score(string vector)
    {
        if (Metrics.Read(vector) is not { } metrics)
        {
            return null;
        }

        double impact = 10.41 * (1 - ((1 - Impact(metrics["C"])) * (1 - Impact(metrics["I"])) * (1 - Impact(metrics["A"]))));
        double exploitability = 20 * AccessVector(metrics["AV"]) * AccessComplexity(metrics["AC"]) * Authentication(metrics["Au"]);
        double factor = impact == 0 ? 0 : 1.176;
        return Math.Round(((0.6 * impact) + (0.4 * exploitability) - 1.5) * factor, 1, MidpointRounding.AwayFromZero);
    }

    private static double AccessVector(string value) => value switch
    {
        "L" => 0.395,
        "A" => 0.646,
        _ => 1.0,
    };

    private static double AccessComplexity(string value) => value switch
    {
        "H" => 0.35,
        "M" => 0.61,
        _ => 0.71,
    };

    private static double Authentication(string value) => value switch
    {
        "M" => 0.45,
        "S" => 0.56,
        _ => 0.704,
    };

    private static double Impact(string value) => value switch
    {
        "N" => 0.0,
        "P" => 0.275,
        _ => 0.660,
    };
}
