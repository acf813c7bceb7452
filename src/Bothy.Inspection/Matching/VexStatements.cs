using System.Collections.Immutable;
using Bothy.Inspection.Advisories;
using Bothy.Inspection.Sbom;

namespace Bothy.Inspection.Matching;

/// <summary>
/// What VEX documents say of the subject's findings. Of several statements about the same package the latest counts, and of those of one time the one further down. A finding is
/// taken out where that is so for each of its packages.
/// </summary>
internal sealed class VexStatements
{
    private readonly ScanSubject _subject;
    private readonly Dictionary<string, List<(VexSource Source, VexStatement Statement, int Number)>> _byName = new(StringComparer.OrdinalIgnoreCase);

    public VexStatements(ScanSubject subject, ImmutableArray<VexSource> sources)
    {
        _subject = subject;
        int number = 0;
        foreach (var source in sources)
        {
            foreach (var statement in source.Document.Statements)
            {
                number++;
                foreach (string name in statement.Aliases.Append(statement.Vulnerability).Distinct(StringComparer.OrdinalIgnoreCase))
                {
                    if (!_byName.TryGetValue(name, out var list))
                    {
                        _byName[name] = list = [];
                    }

                    list.Add((source, statement, number));
                }
            }
        }
    }

    /// <summary>What takes the finding out; null where nothing does.</summary>
    public Suppression? Of(Vulnerability vulnerability)
    {
        var statements = vulnerability.Aliases.Prepend(vulnerability.Id)
            .SelectMany(name => _byName.GetValueOrDefault(name) ?? [])
            .DistinctBy(static said => said.Number)
            .OrderBy(static said => said.Statement.Time ?? DateTimeOffset.MinValue)
            .ThenBy(static said => said.Number)
            .ToList();
        Suppression? suppression = null;
        foreach (var package in vulnerability.Packages)
        {
            var latest = statements.FindLast(said => IsAbout(said.Statement, package));
            if (latest.Statement is not { Status: VexStatus.NotAffected or VexStatus.Fixed } statement)
            {
                return null;
            }

            suppression ??= new Suppression(SuppressionKind.Vex, latest.Source.Name, Word(statement), statement.ImpactStatement ?? statement.Notes ?? "");
        }

        return suppression;
    }

    // A document that names no product is about whatever it was handed in for.
    private bool IsAbout(VexStatement statement, ScanPackage package) => statement.Products.IsEmpty || statement.Products.Any(product => IsAbout(product, package));

    private bool IsAbout(VexProduct product, ScanPackage package)
    {
        bool isPart = product.Subcomponents.Any(part => Names(part, package));
        return product.Subcomponents.IsEmpty
            ? Names(product, package) || IsSubject(product)
            : isPart && (IsSubject(product) || _subject.Packages.Any(other => Names(product, other)));
    }

    private static bool Names(VexProduct product, ScanPackage package) =>
        product.Names.Any(name => PackageUrl.TryParse(name, out var pattern) && PurlPattern.Means(pattern, package));

    private bool IsSubject(VexProduct product) =>
        product.Names.Any(name => name == _subject.Name || (PackageUrl.TryParse(name, out var pattern) && _subject.Products.Any(own => PurlPattern.Covers(pattern, own))))
        || product.Hashes.Any(hash => _subject.Products.Any(own => own.Version is { } version && hash == version.Replace("sha256:", "sha-256:", StringComparison.Ordinal)));

    private static string Word(VexStatement statement)
    {
        string status = statement.Status == VexStatus.Fixed ? "fixed" : "not_affected";
        return statement.Justification is null ? status : $"{status}: {statement.Justification}";
    }
}
