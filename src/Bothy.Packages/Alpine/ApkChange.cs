namespace Bothy.Packages.Alpine;

/// <summary>What happens to a package.</summary>
public enum ApkChangeKind
{
    /// <summary>It was not there.</summary>
    Install,

    /// <summary>It goes.</summary>
    Purge,

    /// <summary>A later version takes its place.</summary>
    Upgrade,

    /// <summary>An earlier version takes its place.</summary>
    Downgrade,

    /// <summary>Another build of the same version takes its place.</summary>
    Replace,

    /// <summary>It is installed again.</summary>
    Reinstall,

    /// <summary>It stays, and is from now on from a repository with another tag.</summary>
    UpdatePinning,
}

/// <summary>One step from what is installed to what was chosen.</summary>
/// <param name="Kind">What happens.</param>
/// <param name="Package">The package that is there afterwards; that which goes, of a <see cref="ApkChangeKind.Purge"/>.</param>
/// <param name="Old">The package of this name that was there; null where none was.</param>
/// <param name="Tag">The tag of the repository it comes from; null where that has none.</param>
public sealed record ApkChange(ApkChangeKind Kind, ApkPackage Package, ApkPackage? Old, string? Tag)
{
    /// <summary>As apk writes it after the number of the step: <c>Upgrading a@edge (1 -> 2)</c>.</summary>
    public override string ToString()
    {
        string verb = Kind switch
        {
            ApkChangeKind.Install => "Installing",
            ApkChangeKind.Purge => "Purging",
            ApkChangeKind.Upgrade => "Upgrading",
            ApkChangeKind.Downgrade => "Downgrading",
            ApkChangeKind.Replace => "Replacing",
            ApkChangeKind.Reinstall => "Reinstalling",
            ApkChangeKind.UpdatePinning => "Updating pinning",
            _ => throw new InvalidOperationException($"no such kind: {Kind}"),
        };
        bool two = Kind is ApkChangeKind.Upgrade or ApkChangeKind.Downgrade or ApkChangeKind.Replace;
        return $"{verb} {Package.Name}{(Tag is null ? "" : "@" + Tag)} ({(two ? $"{Old!.Version} -> " : "")}{Package.Version})";
    }
}
