namespace Bothy.Inspection.Matching.Cvss;

/// <summary>
/// The score of CVSS 4.0 (specification document, 8): a vector is of one of 270 macro vectors, whose scores experts have given; from that score is taken what the vector is away
/// from the worst one of the same macro vector, as a share of the way to the next ones below.
/// </summary>
internal static class CvssV4
{
    private const int Digits = 6;
    private const string Impacts = "VC VI VA SC SI SA";

    private static readonly CvssMetrics Metrics = new(
        ["AV N A L P", "AC L H", "AT N P", "PR N L H", "UI N P A", "VC H L N", "VI H L N", "VA H L N", "SC H L N", "SI H L N", "SA H L N"],
        [
            "E X A P U", "CR X H M L", "IR X H M L", "AR X H M L",
            "MAV X N A L P", "MAC X L H", "MAT X N P", "MPR X N L H", "MUI X N P A",
            "MVC X H L N", "MVI X H L N", "MVA X H L N", "MSC X H L N", "MSI X S H L N", "MSA X S H L N",
            "S X N P", "AU X N Y", "R X A U I", "V X D C", "RE X L M H", "U X Clear Green Amber Red",
        ]);

    /// <summary>The score; null where <paramref name="vector"/> is none of this version.</summary>
    public static double? Score(string vector)
    {
        if (Metrics.Read(vector) is not { } metrics)
        {
            return null;
        }

        var effective = new Effective(metrics);
        if (Impacts.Split(' ').All(metric => effective[metric] == 'N'))
        {
            return 0;
        }

        int[] macro = MacroVector(effective);
        decimal value = CvssV4Scores.Find(macro)!.Value;
        decimal score = Math.Clamp(value - MeanDistance(effective, macro, value), 0, 10);

        // What divisions leave in the last places must not decide which way a half is rounded.
        return (double)Math.Round(score + 0.000_000_001m, 1, MidpointRounding.AwayFromZero);
    }

    // Specification, 8.2, tables 24 to 30.
    private static int[] MacroVector(Effective v)
    {
        int[] macro = new int[Digits];
        bool anyNone = v["AV"] == 'N' || v["PR"] == 'N' || v["UI"] == 'N';
        macro[0] = v["AV"] == 'N' && v["PR"] == 'N' && v["UI"] == 'N' ? 0 : anyNone && v["AV"] != 'P' ? 1 : 2;
        macro[1] = v["AC"] == 'L' && v["AT"] == 'N' ? 0 : 1;
        macro[2] = v["VC"] == 'H' && v["VI"] == 'H' ? 0 : v["VC"] == 'H' || v["VI"] == 'H' || v["VA"] == 'H' ? 1 : 2;
        macro[3] = v["SI"] == 'S' || v["SA"] == 'S' ? 0 : v["SC"] == 'H' || v["SI"] == 'H' || v["SA"] == 'H' ? 1 : 2;
        macro[4] = "APU".IndexOf(v["E"], StringComparison.Ordinal);
        bool required = (v["CR"] == 'H' && v["VC"] == 'H') || (v["IR"] == 'H' && v["VI"] == 'H') || (v["AR"] == 'H' && v["VA"] == 'H');
        macro[5] = required ? 0 : 1;
        return macro;
    }

    private static decimal MeanDistance(Effective v, int[] macro, decimal value)
    {
        decimal sum = 0;
        int steps = 0;
        foreach (var set in CvssV4Scores.Sets)
        {
            if (NextBelow(macro, set.Digit) is not { } below)
            {
                continue;
            }

            steps++;
            int depth = set.DepthOf(macro);
            sum += (value - below) * Distance(v, set.WorstOf(macro)) / depth;
        }

        return steps == 0 ? 0 : sum / steps;
    }

    // The third and the sixth set depend on each other and go down together, by the way that keeps more.
    private static decimal? NextBelow(int[] macro, int digit)
    {
        if (digit != 2)
        {
            return CvssV4Scores.Find(Lower(macro, digit));
        }

        return (macro[2], macro[5]) switch
        {
            (0, 0) => CvssV4Scores.Find(Lower(macro, 5)) is { } left && CvssV4Scores.Find(Lower(macro, 2)) is { } right ? Math.Max(left, right) : null,
            (1, 0) => CvssV4Scores.Find(Lower(macro, 5)),
            _ => CvssV4Scores.Find(Lower(macro, 2)),
        };
    }

    private static int[] Lower(int[] macro, int digit)
    {
        int[] lower = [.. macro];
        lower[digit]++;
        return lower;
    }

    // How many steps the vector is below the first of the worst ones that is nowhere below it.
    private static int Distance(Effective v, string[] worst)
    {
        foreach (string candidate in worst)
        {
            int distance = 0;
            bool fits = true;
            foreach (string part in candidate.Split('/', StringSplitOptions.RemoveEmptyEntries))
            {
                string metric = part[..^2];
                int steps = CvssV4Scores.LevelOf(metric, v[metric]) - CvssV4Scores.LevelOf(metric, part[^1]);
                fits &= steps >= 0;
                distance += steps;
            }

            if (fits)
            {
                return distance;
            }
        }

        throw new InvalidOperationException("a CVSS vector that is worse than the worst of its macro vector");
    }

    /// <summary>The values that count: a modified metric in place of the base one, and the worst where a threat or a requirement is not stated.</summary>
    private readonly struct Effective(Dictionary<string, string> metrics)
    {
        public char this[string metric] =>
            metrics.TryGetValue($"M{metric}", out string? modified) && modified != "X" ? modified[0]
            : metrics.TryGetValue(metric, out string? value) && value != "X" ? value[0]
            : metric == "E" ? 'A' : 'H';
    }
}
