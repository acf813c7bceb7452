using System.Collections.Frozen;

namespace Bothy.Packages.Debian;

/// <summary>A source together with the archive that serves it.</summary>
/// <param name="Source">The line of the image file.</param>
/// <param name="Uri">The root of the archive, with a slash at its end.</param>
/// <param name="Entry">The entry of the machine's apt configuration that the URI was taken from; null where it has another origin.</param>
public sealed record DebianArchive(AptSource Source, Uri Uri, MachineAptEntry? Entry);

/// <summary>
/// Finds the archive of a source that names none: the mirror the machine already uses for suites of that kind, then the
/// mirror of <c>BOTHY_DEBIAN_MIRROR</c>. No host is known to the program itself.
/// </summary>
/// <remarks>
/// A machine also names archives of third parties, often for the very same suite names. Those must never be taken for
/// the distribution's mirror, so an entry qualifies only if what it says fits a distribution: a plain release name with
/// or without a known pocket, the distribution's components, and no key of its own unless its host also carries the
/// release's other pockets, which only a mirror of the whole does.
/// </remarks>
public sealed class DebianMirrors
{
    private static readonly FrozenSet<string> DistributionComponents = new[]
    {
        "main", "contrib", "non-free", "non-free-firmware", "restricted", "universe", "multiverse",
    }.ToFrozenSet(StringComparer.Ordinal);

    private readonly MachineApt _machine;
    private readonly Uri? _mirror;

    /// <summary>Creates the search; <paramref name="mirror"/> is the value of <c>BOTHY_DEBIAN_MIRROR</c>, null or empty where it is not set.</summary>
    /// <exception cref="BothyException"><paramref name="mirror"/> is not the root of an archive.</exception>
    public DebianMirrors(MachineApt machine, string? mirror)
    {
        ArgumentNullException.ThrowIfNull(machine);
        _machine = machine;
        if (!string.IsNullOrEmpty(mirror))
        {
            _mirror = AptSource.ReadUri(mirror, out string? reason) ?? throw new BothyException($"cannot use BOTHY_DEBIAN_MIRROR: {reason}");
        }
    }

    /// <summary>Finds the archive of <paramref name="source"/>.</summary>
    /// <exception cref="BothyException">The source names no archive, and nothing else does.</exception>
    public DebianArchive Resolve(AptSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (source.Uri is not null)
        {
            return new DebianArchive(source, source.Uri, Exact(source.Suite, source.Uri));
        }

        var suite = SuiteName.Of(source.Suite);
        if ((suite.IsPlain ? BestEntry(source.Suite, suite) : Exact(source.Suite, uri: null)) is { } entry)
        {
            return new DebianArchive(source, entry.Uri, entry);
        }

        if (_mirror is not null && suite.IsPlain && suite.Vendor != SuiteVendor.Ubuntu)
        {
            return new DebianArchive(source, suite.IsSecurity ? SecurityBeside(_mirror) : _mirror, Entry: null);
        }

        throw new BothyException($"cannot find a mirror for suite {source.Suite}: {Problem(suite)}")
        {
            Hint = $"Name the archive in the source ('deb URI {source.Suite} {string.Join(' ', source.Components)}') or, for Debian, set BOTHY_DEBIAN_MIRROR to the URI of a mirror.",
        };
    }

    // The URI of debian-security lies beside that of debian on Debian's own hosts and on the mirrors that carry both.
    private static Uri SecurityBeside(Uri mirror) => new(mirror.AbsoluteUri.TrimEnd('/') + "-security/");

    private string Problem(SuiteName suite) =>
        suite.Vendor == SuiteVendor.Ubuntu && _mirror is not null ? "it is a suite of Ubuntu, and BOTHY_DEBIAN_MIRROR is a mirror of Debian"
        : _machine.Entries.IsEmpty ? "the source names none, and the machine has no apt configuration that does"
        : "the source names none, and no entry of the machine's apt configuration is for suites of its kind";

    private MachineAptEntry? Exact(string suite, Uri? uri) =>
        _machine.Entries
            .Where(entry => uri is null ? entry.Suite == suite : entry.Uri == uri)
            .OrderByDescending(entry => entry.Suite == suite)
            .FirstOrDefault();

    private MachineAptEntry? BestEntry(string text, SuiteName suite) =>
        _machine.Entries
            .Where(entry => entry.Suite == text || SameKind(entry, suite))
            .Where(IsDistribution)
            .OrderByDescending(HasDistributionKey)
            .ThenByDescending(entry => entry.Suite == text)
            .ThenByDescending(entry => entry.Name.IsSecurity == suite.IsSecurity)
            .ThenByDescending(CarriesOtherPockets)
            .FirstOrDefault();

    private static bool SameKind(MachineAptEntry entry, SuiteName suite)
    {
        var vendor = VendorOf(entry);
        bool sameVendor = suite.Vendor == SuiteVendor.Unknown || vendor == SuiteVendor.Unknown || vendor == suite.Vendor;

        // Ubuntu's security suites are on its main archive too; Debian's are not.
        return sameVendor && (entry.Name.IsSecurity == suite.IsSecurity || (suite.IsSecurity && vendor == SuiteVendor.Ubuntu));
    }

    private bool IsDistribution(MachineAptEntry entry) =>
        entry.Name.IsPlain
        && IsKnownRelease(entry)
        && entry.Components.Length > 0
        && entry.Components.All(DistributionComponents.Contains)
        && (HasDistributionKey(entry) || HasDefaultKeys(entry) || CarriesOtherPockets(entry));

    // A release newer than the list is known where the machine runs it, or where the same archive has its other pockets.
    private bool IsKnownRelease(MachineAptEntry entry) =>
        VendorOf(entry) != SuiteVendor.Unknown || entry.Name.Release == _machine.Codename || CarriesOtherPockets(entry);

    private static bool HasDefaultKeys(MachineAptEntry entry) => entry.SignedBy.IsEmpty && entry.EmbeddedKey is null;

    private static bool HasDistributionKey(MachineAptEntry entry) =>
        entry.SignedBy.Any(file => KeyVendor(file) != SuiteVendor.Unknown);

    private static SuiteVendor KeyVendor(string file)
    {
        string name = Path.GetFileName(file);
        return name.StartsWith("debian-archive-", StringComparison.Ordinal) ? SuiteVendor.Debian
            : name.StartsWith("ubuntu-archive-", StringComparison.Ordinal) ? SuiteVendor.Ubuntu
            : SuiteVendor.Unknown;
    }

    private static SuiteVendor VendorOf(MachineAptEntry entry) =>
        entry.Name.Vendor != SuiteVendor.Unknown ? entry.Name.Vendor : entry.SignedBy.Select(KeyVendor).FirstOrDefault(vendor => vendor != SuiteVendor.Unknown);

    private bool CarriesOtherPockets(MachineAptEntry entry) =>
        _machine.Entries.Any(other =>
            other.Uri.Host == entry.Uri.Host
            && other.Uri.Scheme == entry.Uri.Scheme
            && other.Name.Release == entry.Name.Release
            && other.Name.Pocket != entry.Name.Pocket);
}
