using Bothy.Engine.Building;
using Bothy.Engine.Locking;
using Bothy.Inspection.Catalog;
using Bothy.Inspection.Matching;

namespace Bothy.Engine.Updating;

/// <summary>The packages of a lock, to be judged before anything is built of them. What is in their files, such as packages of programming languages, is not known from it.</summary>
public static class LockSubject
{
    /// <summary>The packages of one architecture of a lock.</summary>
    /// <param name="name">What to call it in reports.</param>
    /// <param name="locked">The architecture.</param>
    public static ScanSubject Of(string name, LockedArchitecture locked)
    {
        ArgumentNullException.ThrowIfNull(locked);
        var release = ReleaseOf(locked);
        var system = locked.Repositories.FirstOrDefault() is LockedRepository.Alpine ? PackageSystem.Apk : PackageSystem.Dpkg;
        var below = locked.Base?.Packages.Select(package => ScanSubjects.Package(system, package.Id, package.Source, package.SourceVersion, release)) ?? [];
        return ScanSubjects.Of(name, ScanSubjectKind.Lock, release, locked.Packages.Select(package => ScanSubjects.Package(
            package.Checksum is null ? PackageSystem.Dpkg : PackageSystem.Apk, package.Id, package.Source, package.SourceVersion, release)).Concat(below));
    }

    // What an image of these repositories will say of itself, as far as it matters to advisories.
    private static OsRelease? ReleaseOf(LockedArchitecture locked) => locked.Repositories.Select(static repository => repository switch
    {
        LockedRepository.Debian { Release: { } debian } => OfDebian(debian.Origin?.ToLowerInvariant(), debian.Codename ?? debian.Suite, debian.Version),
        LockedRepository.Alpine alpine => OfAlpine(alpine),
        _ => null,
    }).FirstOrDefault(static text => text is not null) is { } found ? OsRelease.Parse(found) : null;

    private static string OfDebian(string? origin, string codename, string? version)
    {
        // A suite of updates has the name of what it updates: "bookworm-security", "buster/updates".
        string release = Plain(codename.Split('-', '/')[0]);
        return origin == "ubuntu"
            ? $"ID=ubuntu\nVERSION_ID={Plain(version)}\nPRETTY_NAME=\"Ubuntu {Plain(version)}\"\n"
            : $"ID=debian\nVERSION_CODENAME={release}\nPRETTY_NAME=\"Debian {release}\"\n";
    }

    private static string? OfAlpine(LockedRepository.Alpine repository) =>
        repository.Uri.Contains("wolfi", StringComparison.Ordinal) ? "ID=wolfi\nPRETTY_NAME=Wolfi\n"
        : repository.Uri.Contains("chainguard", StringComparison.Ordinal) ? "ID=chainguard\nPRETTY_NAME=Chainguard\n"
        : AlpineRelease.Of(repository.Description ?? "", repository.Uri) is { } release ? $"ID=alpine\nVERSION_ID={release.TrimStart('v')}\nPRETTY_NAME=\"Alpine Linux {release}\"\n"
        : null;

    // What a repository says of itself is anybody's, and a line feed would begin another field.
    private static string Plain(string? text) => string.Concat((text ?? "").Where(static character => char.IsAsciiLetterOrDigit(character) || character == '.'));
}
