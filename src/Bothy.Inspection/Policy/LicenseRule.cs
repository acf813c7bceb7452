using System.Collections.Immutable;
using Bothy.Formats.Trees;

namespace Bothy.Inspection.Policy;

/// <summary>Whether a package may be taken under its licences: of a choice (<c>OR</c>) one has to do, of several together (<c>AND</c>) each.</summary>
internal sealed class LicenseRule(ImmutableArray<string> allowed, ImmutableArray<string> denied)
{
    private static readonly string[] Or = [" OR ", " or ", " | "];
    private static readonly string[] And = [" AND ", " and ", " & ", ", "];

    /// <summary>The licences that stand in the way; none where the package may be taken.</summary>
    public ImmutableArray<string> Against(string expression)
    {
        // Inside parentheses nothing is told apart: all of it has to do.
        string[] choices = expression.Contains('(', StringComparison.Ordinal) ? [expression.Replace('(', ' ').Replace(')', ' ').Replace(" OR ", " AND ", StringComparison.Ordinal)] : expression.Split(Or, StringSplitOptions.TrimEntries);
        ImmutableArray<string>[] against =
        [
            .. choices.Select(choice => choice.Split(And, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Where(license => !IsFine(license)).ToImmutableArray()),
        ];
        return Array.Exists(against, static names => names.IsEmpty) ? [] : [.. against.SelectMany(static names => names).Distinct(StringComparer.Ordinal)];
    }

    private bool IsFine(string license)
    {
        string name = license.Split(" WITH ")[0].Trim();
        return !denied.Any(Matches) && (allowed.IsEmpty || allowed.Any(Matches));

        bool Matches(string pattern) => PathPattern.Matches(pattern.ToUpperInvariant(), name.ToUpperInvariant(), crossSlashes: true);
    }
}
