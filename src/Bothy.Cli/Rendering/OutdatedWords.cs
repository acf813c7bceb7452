using System.Globalization;
using Bothy.Engine.Updating;
using Bothy.Formats.Text;
using Bothy.Inspection.Comparison;

namespace Bothy.Cli.Rendering;

/// <summary>The words for what a new lock would change, the same in every form of the answer.</summary>
internal static class OutdatedWords
{
    /// <summary>What it comes to for one architecture.</summary>
    public static string Heading(LockUpdate update, ArchitectureUpdate architecture)
    {
        string[] others =
        [
            .. architecture.Base is { HasMoved: true } ? ["the base has moved"] : Array.Empty<string>(),
            .. architecture.HasOtherSlices ? ["the slice definitions have changed"] : Array.Empty<string>(),
        ];
        if (architecture.Steps.IsEmpty)
        {
            string what = others.Length == 0 ? "nothing is outdated in" : $"{string.Join(", ", others)}; nothing else is outdated in";
            return string.Create(CultureInfo.InvariantCulture, $"{update.ImageFileName}, {architecture.Name}: {what} {architecture.Before.Packages.Length} packages");
        }

        int security = architecture.Steps.Count(static step => step.IsSecurity == true);
        string counted = string.Join(", ", architecture.Steps.GroupBy(Change, StringComparer.Ordinal).OrderBy(static group => group.Key, StringComparer.Ordinal).Select(static group => string.Create(CultureInfo.InvariantCulture, $"{group.Count()} {group.Key}")));
        string suites = security > 0 ? string.Create(CultureInfo.InvariantCulture, $"; {security} from security updates") : "";
        return string.Create(CultureInfo.InvariantCulture, $"{update.ImageFileName}, {architecture.Name}: {counted} of {architecture.Before.Packages.Length} packages{suites}{string.Concat(others.Select(static other => $"; {other}"))}");
    }

    /// <summary>What becomes of the image that it is built on.</summary>
    public static string Base(BaseStep step) => step switch
    {
        { HasMoved: false } => $"{step.Image}: as in the lock",
        { Before: null, After: { } now } => $"{now.Image}, new: {now.Manifest}",
        { Before: { } old, After: null } => $"{old.Image}, not built on any more: {old.Manifest}",
        { Before: { } old, After: { } now } when old.Image != now.Image => $"{old.Image}, {old.Manifest} → {now.Image}, {now.Manifest}",
        _ => $"{step.Image}: {step.Before!.Manifest} → {step.After!.Manifest}",
    };

    /// <summary>What becomes of the slice definitions.</summary>
    public static string Slices(SlicesStep step) => step switch
    {
        { HaveChanged: false } => "as in the lock",
        { Before: null } => $"new: {step.After}",
        { After: null } => $"not used any more: {step.Before}",
        _ => $"{step.Before} → {step.After}",
    };

    /// <summary>What becomes of a package.</summary>
    public static string Change(PackageStep step) => step.Kind == PackageChangeKind.Changed && step.Before?.Id.Version == step.After?.Id.Version ? "rebuilt" : step.Kind.Word();

    /// <summary>Whether it is a security update.</summary>
    public static string Security(PackageStep step) => step.IsSecurity switch
    {
        true => "yes",
        false => "no",
        null => "-",
    };

    /// <summary>From when to when an index has moved.</summary>
    public static string Dates(RepositoryStep repository) => (repository.Before, repository.After) switch
    {
        (null, { } after) => $"new, of {Date(after)}",
        ({ } before, null) => $"no longer read, of {Date(before)}",
        var (before, after) when before == after => $"of {Date(after!.Value)}, as in the lock",
        var (before, after) => $"{Date(before!.Value)} → {Date(after!.Value)}",
    };

    /// <summary>How many files change, or why that is not known.</summary>
    public static string Files(FileUpdate files) => files.NotComputed is { } reason
        ? $"not known: {reason}"
        : string.Create(
            CultureInfo.InvariantCulture,
            $"{Count(files, FileDifference.Added)} added, {Count(files, FileDifference.Removed)} removed, {files.Changes.Count(static change => (change.Difference & (FileDifference.Added | FileDifference.Removed)) == FileDifference.None)} changed; unpacked {ByteSize.Text(files.BytesBefore!.Value)} → {ByteSize.Text(files.BytesAfter!.Value)} ({ComparisonRows.WithSign(files.BytesAfter.Value - files.BytesBefore.Value)})");

    /// <summary>How many known vulnerabilities go and come, or that nobody looked.</summary>
    public static string Findings(ArchitectureUpdate architecture) => architecture.Findings is { } change
        ? string.Create(CultureInfo.InvariantCulture, $"{change.Gone.Length} go, {change.Come.Length} come")
        : "not looked up: there are no advisories on this machine";

    /// <summary>A time as it is printed.</summary>
    public static string Date(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static int Count(FileUpdate files, FileDifference difference) => files.Changes.Count(change => change.Difference == difference);
}
