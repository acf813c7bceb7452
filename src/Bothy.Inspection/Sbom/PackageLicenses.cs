using Bothy.Formats.Trees;
using Bothy.Inspection.Catalog;

namespace Bothy.Inspection.Sbom;

/// <summary>What an image says about the licence of one of its packages: apk's database states it, Debian's packages have a <c>copyright</c> file.</summary>
public static class PackageLicenses
{
    /// <summary>The statement; <see cref="LicenseStatement.None"/> where the image says nothing that a program can read.</summary>
    /// <exception cref="BothyException">The file cannot be read.</exception>
    public static LicenseStatement Of(ImageContents contents, InstalledPackage package)
    {
        ArgumentNullException.ThrowIfNull(contents);
        ArgumentNullException.ThrowIfNull(package);
        if (package.System == PackageSystem.Apk)
        {
            return LicenseExpressions.Of(package.License);
        }

        return TreePath.TryParse($"usr/share/doc/{package.Name}/copyright", null, out var path)
            && contents.Tree.Find(path) is { Content: { Length: <= DebianCopyright.MaxFile } content }
            ? DebianCopyright.Read(content.ReadAll(DebianCopyright.MaxFile), path.ToString())
            : LicenseStatement.None;
    }
}
