using System.Diagnostics.CodeAnalysis;

namespace Bothy.Inspection.Matching.Versions;

/// <summary>A version by NuGet's rules: one to four numbers, of which missing ones are 0 and leading zeros mean nothing; labels without regard to case; build data that does not count.</summary>
internal sealed class NuGetVersion
{
    private const int Numbers = 4;

    private readonly string[] _numbers;
    private readonly string _labels;

    private NuGetVersion(string[] numbers, string labels)
    {
        _numbers = numbers;
        _labels = labels;
    }

    public static bool TryParse(string text, [NotNullWhen(true)] out NuGetVersion? version)
    {
        string rest = text.Trim();
        int plus = rest.IndexOf('+', StringComparison.Ordinal);
        string? build = plus < 0 ? null : rest[(plus + 1)..];
        rest = plus < 0 ? rest : rest[..plus];
        int dash = rest.IndexOf('-', StringComparison.Ordinal);
        string? labels = dash < 0 ? null : rest[(dash + 1)..];
        string[] numbers = (dash < 0 ? rest : rest[..dash]).Split('.');
        bool wellFormed = numbers.Length <= Numbers
            && numbers.All(static number => VersionLabels.IsNumber(number))
            && (build is null || VersionLabels.AreLabels(build))
            && (labels is null || VersionLabels.AreLabels(labels));
        version = wellFormed ? new NuGetVersion([.. numbers, .. Enumerable.Repeat("0", Numbers - numbers.Length)], labels ?? "") : null;
        return wellFormed;
    }

    /// <summary>Less than 0 where this is earlier than <paramref name="other"/>, more than 0 where it is later.</summary>
    public int Order(NuGetVersion other)
    {
        for (int i = 0; i < Numbers; i++)
        {
            int order = VersionLabels.CompareNumbers(_numbers[i], other._numbers[i]);
            if (order != 0)
            {
                return order;
            }
        }

        return VersionLabels.Compare(_labels, other._labels, StringComparison.OrdinalIgnoreCase);
    }
}
