using Bothy.Inspection.Advisories;
using Bothy.Inspection.Catalog;
using Bothy.Inspection.Matching;
using Bothy.Inspection.Scans;
using Bothy.Store;

namespace Bothy.Cli.Commands;

/// <summary>What commands that are about other things say of known vulnerabilities: by the advisories that are on this machine, where there are some.</summary>
internal static class KnownFindings
{
    /// <summary>The current advisories; null where there are none, and with a warning where they cannot be used.</summary>
    public static OpenedAdvisories? TryOpen(ContentStore store, Terminal terminal)
    {
        try
        {
            return new AdvisoryStore(store).TryOpenCurrent();
        }
        catch (BothyException failure)
        {
            terminal.Warning($"{failure.Message}: no vulnerabilities are looked up");
            return null;
        }
    }

    /// <summary>What they say of an image; null where there are none.</summary>
    /// <exception cref="BothyException">They are damaged, or a file of the image cannot be read.</exception>
    public static ScanOutcome? Of(OpenedAdvisories? advisories, ImageContents contents, string name, Surroundings surroundings, CancellationToken cancellationToken) => advisories is null
        ? null
        : ScanOutcome.Of(ScanSubjects.Of(contents, name, cancellationToken), advisories.Lookup, ScanRules.None(surroundings.Time.GetUtcNow()), cancellationToken);
}
