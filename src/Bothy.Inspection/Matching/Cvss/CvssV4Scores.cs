namespace Bothy.Inspection.Matching.Cvss;

/// <summary>The figures of CVSS 4.0: the scores of the macro vectors, the worst vectors of each equivalence set, and how many steps a set is deep (specification document, 8.2 and 8.3).</summary>
internal static class CvssV4Scores
{
    // A row for each of the first three digits, in tenths: fourth digit, then fifth, then sixth. Where the third is 2 the sixth can only be 1.
    private static readonly byte[][] Rows =
    [
        [100, 99, 98, 95, 95, 92, 100, 96, 93, 87, 91, 81, 93, 90, 89, 80, 81, 68], // 000
        [98, 95, 95, 92, 90, 84, 93, 92, 89, 81, 81, 65, 88, 80, 78, 70, 69, 48], // 001
        [92, 82, 72, 79, 69, 50, 69, 55, 27], // 002
        [99, 97, 95, 92, 92, 85, 95, 91, 90, 83, 84, 71, 92, 81, 82, 71, 72, 53], // 010
        [95, 93, 92, 85, 85, 73, 92, 82, 80, 72, 70, 59, 84, 70, 71, 52, 50, 30], // 011
        [86, 75, 52, 71, 52, 29, 63, 29, 17], // 012
        [98, 95, 94, 87, 91, 81, 94, 89, 86, 74, 77, 64, 87, 75, 74, 63, 63, 49], // 100
        [94, 89, 88, 77, 76, 67, 86, 76, 74, 58, 59, 50, 72, 57, 57, 52, 52, 25], // 101
        [83, 70, 54, 65, 58, 26, 53, 21, 13], // 102
        [95, 90, 88, 76, 76, 70, 90, 77, 75, 62, 61, 53, 77, 66, 68, 59, 52, 30], // 110
        [89, 78, 76, 67, 62, 58, 74, 59, 57, 57, 47, 23, 61, 52, 57, 29, 24, 16], // 111
        [71, 59, 30, 58, 26, 15, 23, 13, 6], // 112
        [93, 87, 86, 72, 75, 58, 86, 74, 74, 61, 56, 34, 70, 54, 52, 40, 40, 22], // 200
        [85, 75, 74, 55, 62, 51, 72, 57, 55, 41, 46, 19, 53, 36, 34, 19, 19, 8], // 201
        [64, 51, 20, 47, 21, 11, 24, 9, 4], // 202
        [88, 75, 73, 53, 60, 50, 73, 55, 59, 40, 41, 20, 54, 43, 45, 22, 20, 11], // 210
        [75, 55, 58, 45, 40, 21, 61, 51, 48, 18, 20, 9, 46, 18, 17, 7, 8, 2], // 211
        [53, 24, 14, 24, 12, 5, 10, 3, 1], // 212
    ];

    /// <summary>The equivalence sets whose distance counts; the fifth's is always 0, but that it can go down counts.</summary>
    public static IReadOnlyList<EquivalenceSet> Sets { get; } =
    [
        new(0, static macro => macro[0] switch
        {
            0 => ["AV:N/PR:N/UI:N"],
            1 => ["AV:A/PR:N/UI:N", "AV:N/PR:L/UI:N", "AV:N/PR:N/UI:P"],
            _ => ["AV:P/PR:N/UI:N", "AV:A/PR:L/UI:P"],
        }, static macro => macro[0] switch
        {
            0 => 1,
            1 => 4,
            _ => 5,
        }),
        new(1, static macro => macro[1] == 0 ? ["AC:L/AT:N"] : ["AC:H/AT:N", "AC:L/AT:P"], static macro => macro[1] + 1),
        new(2, static macro => (macro[2], macro[5]) switch
        {
            (0, 0) => ["VC:H/VI:H/VA:H/CR:H/IR:H/AR:H"],
            (0, _) => ["VC:H/VI:H/VA:L/CR:M/IR:M/AR:H", "VC:H/VI:H/VA:H/CR:M/IR:M/AR:M"],
            (1, 0) => ["VC:L/VI:H/VA:H/CR:H/IR:H/AR:H", "VC:H/VI:L/VA:H/CR:H/IR:H/AR:H"],
            (1, _) =>
            [
                "VC:L/VI:H/VA:L/CR:H/IR:M/AR:H", "VC:L/VI:H/VA:H/CR:H/IR:M/AR:M", "VC:H/VI:L/VA:H/CR:M/IR:H/AR:M",
                "VC:H/VI:L/VA:L/CR:M/IR:H/AR:H", "VC:L/VI:L/VA:H/CR:H/IR:H/AR:M",
            ],
            _ => ["VC:L/VI:L/VA:L/CR:H/IR:H/AR:H"],
        }, static macro => (macro[2], macro[5]) switch
        {
            (0, 0) => 7,
            (0, _) => 6,
            (1, _) => 8,
            _ => 10,
        }),
        new(3, static macro => macro[3] switch
        {
            0 => ["SC:H/SI:S/SA:S"],
            1 => ["SC:H/SI:H/SA:H"],
            _ => ["SC:L/SI:L/SA:L"],
        }, static macro => 6 - macro[3]),
        new(4, static _ => [""], static _ => 1),
    ];

    /// <summary>The score of a macro vector; null where there is none.</summary>
    public static decimal? Find(int[] macro)
    {
        bool third = macro[2] == 2;
        if (macro[0] > 2 || macro[1] > 1 || macro[2] > 2 || macro[3] > 2 || macro[4] > 2 || macro[5] > 1 || (third && macro[5] == 0))
        {
            return null;
        }

        int row = (((macro[0] * 2) + macro[1]) * 3) + macro[2];
        int column = (macro[3] * 3) + macro[4];
        return Rows[row][third ? column : (column * 2) + macro[5]] / 10m;
    }

    /// <summary>How many steps <paramref name="value"/> is from the worst that <paramref name="metric"/> can be.</summary>
    public static int LevelOf(string metric, char value) => Levels(metric).IndexOf(value, StringComparison.Ordinal);

    // No subsequent system's confidentiality is a matter of safety, and its steps count from where the others' do.
    private static string Levels(string metric) => metric switch
    {
        "AV" => "NALP",
        "PR" => "NLH",
        "UI" => "NPA",
        "AC" => "LH",
        "AT" => "NP",
        "VC" or "VI" or "VA" => "HLN",
        "SC" or "SI" or "SA" => "SHLN",
        _ => "HML",
    };
}

/// <summary>Metrics that are judged together.</summary>
/// <param name="Digit">Its digit of the macro vector, from 0.</param>
/// <param name="WorstOf">The worst vectors of a macro vector, in this set's metrics.</param>
/// <param name="DepthOf">How many steps it is deep there.</param>
internal sealed record EquivalenceSet(int Digit, Func<int[], string[]> WorstOf, Func<int[], int> DepthOf);
