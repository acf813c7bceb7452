using System.Collections.Frozen;

namespace Bothy.Inspection.Matching.Cvss;

/// <summary>The metrics of one version of CVSS: which there are, which values they have, and which a vector must state.</summary>
internal sealed class CvssMetrics
{
    private readonly FrozenDictionary<string, string[]> _values;
    private readonly string[] _required;

    /// <summary>Each metric with its values: <c>AV NALP</c>, or <c>E ND U POC F H</c> where values have more than a letter.</summary>
    public CvssMetrics(IEnumerable<string> required, IEnumerable<string> optional)
    {
        string[][] base_ = [.. required.Select(Split)];
        _required = [.. base_.Select(static words => words[0])];
        _values = base_.Concat(optional.Select(Split)).ToFrozenDictionary(static words => words[0], static words => words[1..], StringComparer.Ordinal);
    }

    /// <summary>The values of <paramref name="vector"/>, such as <c>AV:N/AC:L</c>; null where it is no vector of these.</summary>
    public Dictionary<string, string>? Read(string vector)
    {
        var read = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string part in vector.Split('/'))
        {
            if (part.Split(':') is not [var metric, var value] || !_values.TryGetValue(metric, out string[]? values) || !values.Contains(value, StringComparer.Ordinal) || !read.TryAdd(metric, value))
            {
                return null;
            }
        }

        return _required.All(read.ContainsKey) ? read : null;
    }

    private static string[] Split(string line) => line.Split(' ');
}
