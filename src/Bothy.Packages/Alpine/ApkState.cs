using System.Collections.Immutable;

namespace Bothy.Packages.Alpine;

/// <summary>How installed packages count beside those of repositories.</summary>
[Flags]
public enum ApkPreference
{
    /// <summary>What is installed stays, as long as it fits.</summary>
    Installed = 0,

    /// <summary>The latest that fits (<c>apk upgrade</c>).</summary>
    Upgrade = 1,

    /// <summary>Only what repositories have, be it earlier or another build of the same version (<c>--available</c>).</summary>
    Available = 2,

    /// <summary>The latest there is, whether it fits or not (<c>--latest</c>).</summary>
    Latest = 4,

    /// <summary>What is installed is installed again (<c>apk fix</c>).</summary>
    Reinstall = 8,

    /// <summary>The same for what it depends on (<c>--depends</c>).</summary>
    Inherit = 16,
}

/// <summary>What is installed already, and how that counts.</summary>
internal sealed record ApkState
{
    /// <summary>The installed database; one of the pool's indexes. Null where there is none.</summary>
    public IApkIndex? Installed { get; init; }

    /// <summary>Packages that need no repository; one of the pool's indexes. Null where there are none.</summary>
    public IApkIndex? Local { get; init; }

    /// <summary>How packages count where <see cref="Preferences"/> does not say.</summary>
    public ApkPreference Preference { get; init; }

    /// <summary>How packages of single names count.</summary>
    public ImmutableDictionary<string, ApkPreference> Preferences { get; init; } = ImmutableDictionary.Create<string, ApkPreference>(StringComparer.Ordinal);

    /// <summary>Whether no repository can be reached.</summary>
    public bool IsOffline { get; init; }

    public ApkPreference PreferenceFor(string name) => Preferences.GetValueOrDefault(name, Preference);
}
