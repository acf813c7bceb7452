using System.Collections.Frozen;

namespace Bothy.Packages.Debian;

/// <summary>Who publishes a suite.</summary>
public enum SuiteVendor
{
    /// <summary>The name alone does not tell.</summary>
    Unknown,

    /// <summary>Debian.</summary>
    Debian,

    /// <summary>Ubuntu.</summary>
    Ubuntu,
}

/// <summary>
/// The name of a suite taken apart: <c>bookworm-security</c> is the pocket <c>security</c> of the release <c>bookworm</c>.
/// Mirrors carry all suites of one kind below one URI; for Debian the security suites are a kind of their own.
/// </summary>
public sealed record SuiteName(string Release, string Pocket)
{
    private static readonly FrozenSet<string> DebianReleases = new[]
    {
        "stable", "oldstable", "oldoldstable", "testing", "unstable", "experimental", "sid", "rc-buggy",
        "jessie", "stretch", "buster", "bullseye", "bookworm", "trixie", "forky", "duke",
    }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> UbuntuReleases = new[]
    {
        "devel", "trusty", "xenial", "bionic", "focal", "jammy", "lunar", "mantic", "noble", "oracular", "plucky", "questing", "resolute",
    }.ToFrozenSet(StringComparer.Ordinal);

    // Longest first: 'proposed-updates' ends in 'updates' as well.
    private static readonly string[] Pockets =
        ["backports-sloppy", "proposed-updates", "backports", "proposed", "security", "updates"];

    /// <summary>Whether it is a suite of security updates.</summary>
    public bool IsSecurity => Pocket == "security";

    /// <summary>Who publishes the release, where its name is known.</summary>
    public SuiteVendor Vendor =>
        DebianReleases.Contains(Release) ? SuiteVendor.Debian
        : UbuntuReleases.Contains(Release) ? SuiteVendor.Ubuntu
        : SuiteVendor.Unknown;

    /// <summary>Whether the name can be a release at all: third parties often add a word of their own, as in <c>thing-bookworm</c>.</summary>
    public bool IsPlain => Release.Length > 0 && Release.AsSpan().IndexOfAnyExceptInRange('a', 'z') < 0;

    /// <summary>Takes a name apart.</summary>
    public static SuiteName Of(string suite)
    {
        // Up to buster security suites were called 'buster/updates'.
        if (suite.EndsWith("/updates", StringComparison.Ordinal))
        {
            return new SuiteName(suite[..^"/updates".Length], "security");
        }

        foreach (string pocket in Pockets)
        {
            if (suite.EndsWith("-" + pocket, StringComparison.Ordinal))
            {
                return new SuiteName(suite[..^(pocket.Length + 1)], pocket);
            }
        }

        return new SuiteName(suite, "");
    }
}
