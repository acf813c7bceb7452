namespace Bothy.Inspection.Matching.Cvss;

/// <summary>The base score of CVSS 3.0 and 3.1 (specification document, 7.1 and 7.4), which differ in how they round.</summary>
internal static class CvssV3
{
    private static readonly CvssMetrics Metrics = new(
        ["AV N A L P", "AC L H", "PR N L H", "UI N R", "S U C", "C H L N", "I H L N", "A H L N"],
        [
            "E X U P F H", "RL X O T W U", "RC X U R C", "CR X L M H", "IR X L M H", "AR X L M H",
            "MAV X N A L P", "MAC X L H", "MPR X N L H", "MUI X N R", "MS X U C", "MC X H L N", "MI X H L N", "MA X H L N",
        ]);

    /// <summary>The score; null where <paramref name="vector"/> is none of these versions.</summary>
    /// <param name="vector">The vector without its version.</param>
    /// <param name="exactRounding">Whether to round as 3.1 does, by whole numbers (appendix A).</param>
    public static double? Score(string vector, bool exactRounding)
    {
        if (Metrics.Read(vector) is not { } metrics)
        {
            return null;
        }

        bool changed = metrics["S"] == "C";
        double iss = 1 - ((1 - Impact(metrics["C"])) * (1 - Impact(metrics["I"])) * (1 - Impact(metrics["A"])));
        double impact = changed ? (7.52 * (iss - 0.029)) - (3.25 * Math.Pow(iss - 0.02, 15)) : 6.42 * iss;
        double exploitability = 8.22 * AttackVector(metrics["AV"]) * (metrics["AC"] == "L" ? 0.77 : 0.44) * Privileges(metrics["PR"], changed) * (metrics["UI"] == "N" ? 0.85 : 0.62);
        return impact <= 0 ? 0 : RoundUp(Math.Min((changed ? 1.08 : 1) * (impact + exploitability), 10), exactRounding);
    }

    private static double RoundUp(double value, bool exact)
    {
        if (!exact)
        {
            return Math.Ceiling(value * 10) / 10;
        }

        long hundredThousandths = (long)Math.Round(value * 100_000, MidpointRounding.AwayFromZero);
        return hundredThousandths % 10_000 == 0 ? hundredThousandths / 100_000.0 : ((hundredThousandths / 10_000) + 1) / 10.0;
    }

    private static double AttackVector(string value) => value switch
    {
        "N" => 0.85,
        "A" => 0.62,
        "L" => 0.55,
        _ => 0.2,
    };

    private static double Privileges(string value, bool changed) => (value, changed) switch
    {
        ("N", _) => 0.85,
        ("L", false) => 0.62,
        ("L", true) => 0.68,
        (_, false) => 0.27,
        _ => 0.5,
    };

    private static double Impact(string value) => value switch
    {
        "H" => 0.56,
        "L" => 0.22,
        _ => 0.0,
    };
}
