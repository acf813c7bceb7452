using System.Collections.Immutable;
using System.Globalization;

namespace Bothy.Inspection.Matching;

/// <summary>Takes out of the count what rules say is none to act on. A rule that has expired takes nothing out, and the report says so.</summary>
internal sealed class Suppressing
{
    private readonly VexStatements _vex;
    private readonly ScanRules _rules;
    private readonly DateOnly _today;
    private readonly SortedSet<string> _notes = new(StringComparer.Ordinal);

    public Suppressing(ScanSubject subject, ScanRules rules)
    {
        _vex = new VexStatements(subject, rules.Vex);
        _rules = rules;
        _today = DateOnly.FromDateTime(rules.Now.UtcDateTime);
    }

    /// <summary>The rules that would have taken something out, had they not expired; sentences, sorted.</summary>
    public ImmutableArray<string> Notes => [.. _notes];

    /// <summary>The finding with what takes it out, where something does.</summary>
    public Vulnerability Apply(Vulnerability vulnerability) => (_vex.Of(vulnerability) ?? Ignored(vulnerability)) is { } suppression ? vulnerability with { Suppression = suppression } : vulnerability;

    private Suppression? Ignored(Vulnerability vulnerability)
    {
        Suppression? ignored = null;
        foreach (var rule in _rules.Ignores.Where(rule => Matches(rule, vulnerability)))
        {
            if (rule.Expires is { } last && last < _today)
            {
                _notes.Add($"{rule.Source} no longer ignores {rule.Id}{(rule.Package is null ? "" : $" in {rule.Package}")}: the rule expired after {last.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}");
            }
            else
            {
                ignored ??= new Suppression(SuppressionKind.Ignore, rule.Source, "ignored", rule.Reason, rule.Expires);
            }
        }

        return ignored;
    }

    private static bool Matches(IgnoreRule rule, Vulnerability vulnerability) =>
        vulnerability.Aliases.Prepend(vulnerability.Id).Contains(rule.Id, StringComparer.OrdinalIgnoreCase)
        && (rule.Package is null || vulnerability.Package.SourceName == rule.Package || vulnerability.Packages.All(package => package.Name == rule.Package));
}
