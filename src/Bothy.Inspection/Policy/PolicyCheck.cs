using System.Collections.Immutable;
using System.Globalization;
using Bothy.Formats.Text;
using Bothy.Formats.Trees;
using Bothy.Inspection.Catalog;
using Bothy.Inspection.Checks;
using Bothy.Inspection.Hardening;
using Bothy.Inspection.Parts;
using Bothy.Inspection.Sbom;

namespace Bothy.Inspection.Policy;

/// <summary>Holds an image to a policy. Each breach is an error, with the file and the package.</summary>
public static class PolicyCheck
{
    // A tree of millions of files that nobody owns is one mistake.
    private const int MaxPerKind = 1000;

    /// <summary>The breaches, by kind, then path.</summary>
    /// <param name="contents">What is in the image.</param>
    /// <param name="subject">The same with its owners.</param>
    /// <param name="policy">What it is held to.</param>
    /// <param name="compressedSize">The bytes of its compressed layers; null where it has none yet.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="BothyException">A file of the tree cannot be read.</exception>
    public static ImmutableArray<Finding> Run(
        ImageContents contents, CheckSubject subject, ImagePolicy policy, long? compressedSize, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(contents);
        ArgumentNullException.ThrowIfNull(subject);
        ArgumentNullException.ThrowIfNull(policy);
        var findings = new FindingList(CheckArea.Policy, subject);
        AddPackages(contents, policy, findings);
        AddPaths(subject, policy, findings);
        AddParts(contents, subject, policy, findings);
        AddSizes(subject, policy, compressedSize, findings);
        AddLicenses(contents, policy, findings);
        AddHardening(subject, policy, findings, cancellationToken);
        return findings.ToImmutable();
    }

    /// <summary>The breach where the layers are larger than the policy allows; null where they are not.</summary>
    public static Finding? OfCompressedSize(ImagePolicy policy, long compressedSize)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return policy.CompressedSize is { } most && compressedSize > most
            ? new Finding(CheckArea.Policy, "size", Severity.Error, Path: null, Package: null, $"its layers have {ByteSize.Text(compressedSize)} compressed, and the policy allows {ByteSize.Text(most)}")
            : null;
    }

    private static void AddPackages(ImageContents contents, ImagePolicy policy, FindingList findings)
    {
        foreach (string pattern in policy.RequiredPackages.Where(pattern => !contents.Packages.Any(package => Matches(pattern, package.Name))))
        {
            findings.Add("required-package", Severity.Error, path: null, package: null, $"the policy requires the package '{pattern}', and it is not installed");
        }

        foreach (var package in contents.Packages)
        {
            if (policy.ForbiddenPackages.FirstOrDefault(pattern => Matches(pattern, package.Name)) is { } pattern)
            {
                findings.Add("forbidden-package", Severity.Error, path: null, package.Name, $"the package {package.Name} {package.Version} is installed, and the policy forbids '{pattern}'");
            }
        }
    }

    private static void AddPaths(CheckSubject subject, ImagePolicy policy, FindingList findings)
    {
        var required = policy.RequiredPaths.Select(static text => new PathPattern(text)).ToList();
        foreach (var pattern in required.Where(pattern => !subject.Tree.Entries.Any(entry => pattern.Matches(entry.Path))))
        {
            bool isThere = TreePath.TryParseRooted(pattern.Text, out var path) && subject.Tree.Find(path) is not null;
            if (!isThere)
            {
                findings.Add("required-path", Severity.Error, path: null, package: null, $"the policy requires '{pattern.Text}', and it is not in the image");
            }
        }

        var forbidden = policy.ForbiddenPaths.Select(static text => new PathPattern(text)).ToList();
        foreach (var entry in forbidden.Count == 0 ? [] : subject.Tree.Entries.Where(entry => forbidden.Exists(pattern => pattern.Matches(entry.Path))).Take(MaxPerKind))
        {
            findings.Add("forbidden-path", Severity.Error, entry, $"the policy forbids '{forbidden.First(pattern => pattern.Matches(entry.Path)).Text}'");
        }
    }

    private static void AddParts(ImageContents contents, CheckSubject subject, ImagePolicy policy, FindingList findings)
    {
        var parts = MovingParts.Of(contents.Tree, contents.Container, contents.Packages.Length);
        Forbid(policy.Shells, parts.Shells, "shell", "it is a shell");
        Forbid(policy.PackageManagers, parts.PackageManagers, "package-manager", "it installs packages");
        Forbid(policy.SetUserIds, [.. parts.SetUserIds, .. parts.SetGroupIds], "setuid", "it runs with the rights of its owner or group, whoever starts it");
        Forbid(policy.SetUserIds, [.. parts.Capabilities.Select(static file => file.Path)], "setuid", "it runs with capabilities, whoever starts it");
        Forbid(policy.WorldWritable, parts.WorldWritable, "world-writable", "everybody may change it");
        if (!policy.Unowned.IsAllowed)
        {
            var unowned = subject.Tree.Entries.Where(entry => entry.Kind == EntryKind.File && subject.OwnerOf(entry) is null).Select(static entry => entry.Path);
            Forbid(policy.Unowned, [.. unowned], "unowned", "it belongs to no package");
        }

        if (!policy.Root && parts.RunsAsRoot)
        {
            findings.Add("root-user", Severity.Error, path: null, package: null, "containers of it run as root", "Name an account in the image file's 'accounts.run-as'.");
        }

        void Forbid(Allowance allowance, ImmutableArray<TreePath> paths, string kind, string reason)
        {
            var exceptions = allowance.Exceptions.Select(static text => new PathPattern(text)).ToList();
            foreach (var path in allowance.IsAllowed ? [] : paths.Where(path => !exceptions.Exists(pattern => pattern.Matches(path))).Take(MaxPerKind))
            {
                subject.Tree.TryGet(path, out var entry);
                findings.Add(kind, Severity.Error, entry!, $"{reason}, and the policy allows none{(exceptions.Count > 0 ? " here" : "")}");
            }
        }
    }

    private static void AddSizes(CheckSubject subject, ImagePolicy policy, long? compressedSize, FindingList findings)
    {
        long unpacked = subject.Tree.Entries.Sum(static entry => entry.Content?.Length ?? 0);
        if (policy.UnpackedSize is { } most && unpacked > most)
        {
            findings.Add("size", Severity.Error, path: null, package: null, $"it unpacks to {ByteSize.Text(unpacked)}, and the policy allows {ByteSize.Text(most)}");
        }

        if (compressedSize is { } size && OfCompressedSize(policy, size) is { } finding)
        {
            findings.Add(finding);
        }
    }

    private static void AddLicenses(ImageContents contents, ImagePolicy policy, FindingList findings)
    {
        if (policy.AllowedLicenses.IsEmpty && policy.DeniedLicenses.IsEmpty)
        {
            return;
        }

        var rule = new LicenseRule(policy.AllowedLicenses, policy.DeniedLicenses);
        foreach (var package in contents.Packages)
        {
            if (PackageLicenses.Of(contents, package).Expression is not { Length: > 0 } expression)
            {
                findings.Add("unknown-license", Severity.Warning, path: null, package.Name, $"the image does not say which licence the package {package.Name} is under, and the policy asks");
            }
            else if (rule.Against(expression) is { IsEmpty: false } against)
            {
                findings.Add("license", Severity.Error, path: null, package.Name, $"the package {package.Name} is under {expression}, and the policy does not allow {string.Join(", ", against)}");
            }
        }
    }

    private static void AddHardening(CheckSubject subject, ImagePolicy policy, FindingList findings, CancellationToken cancellationToken)
    {
        if (policy.Hardening.IsEmpty)
        {
            return;
        }

        var exceptions = policy.HardeningExceptions.Select(static text => new PathPattern(text)).ToList();
        var files = HardeningReport.Of(subject, cancellationToken).Files.Where(file => !exceptions.Exists(pattern => pattern.Matches(file.Path))).ToList();
        foreach (var (property, least) in policy.Hardening)
        {
            var share = HardeningReport.ShareOf(property, files);
            if (share.Percent >= least)
            {
                continue;
            }

            var weak = files.Where(file => HardeningReport.Holds(property, file) == false).Select(static file => file.Path.ToString()).ToList();
            string more = weak.Count > 3 ? string.Create(CultureInfo.InvariantCulture, $" and {weak.Count - 3} more") : "";
            findings.Add(
                "hardening",
                Severity.Error,
                path: null,
                package: null,
                string.Create(CultureInfo.InvariantCulture, $"'{property}' holds for {share.Met} of {share.Counted} files ({share.Percent} %), and the policy asks for {least} %: not for {string.Join(", ", weak.Take(3))}{more}"));
        }
    }

    private static bool Matches(string pattern, string name) => PathPattern.Matches(pattern, name, crossSlashes: true);
}
