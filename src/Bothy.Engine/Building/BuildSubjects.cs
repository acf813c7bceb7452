using Bothy.Engine.ImageFiles;
using Bothy.Engine.Locking;
using Bothy.Engine.Updating;
using Bothy.Formats.Trees;
using Bothy.Inspection.Catalog;
using Bothy.Inspection.Matching;
using Bothy.Oci;
using Bothy.Store;

namespace Bothy.Engine.Building;

/// <summary>
/// The packages of images that were built, as scans judge them, by the key of the image: what is known of their vulnerabilities changes from day to day, and what is in an image that is found again
/// does not.
/// </summary>
internal sealed class BuildSubjects(ContentStore store)
{
    private const string Kind = "subject-1";

    /// <summary>What is to be judged of the image with the key <paramref name="key"/>; null where that is not known.</summary>
    public ScanSubject? TryFind(Digest key) => store.TryReadResult(Kind, key) is { } record ? RecordedSubject.Parse(record) : null;

    /// <summary>Takes from the files of the image with the key <paramref name="key"/> what is to be judged of it, and keeps it.</summary>
    /// <exception cref="StoreWriteException">The store cannot be written.</exception>
    public ScanSubject Make(Digest key, ImageSpec spec, LockedArchitecture locked, FileTree tree, ImageConfig config, CancellationToken cancellationToken)
    {
        // An image that keeps no database still has the packages of its lock.
        var subject = ImageContents.Of(tree, config.Container, config.Platform) is { Packages.IsEmpty: false } contents
            ? ScanSubjects.Of(contents, spec.FileName, cancellationToken)
            : LockSubject.Of(spec.FileName, locked);
        store.AddResult(Kind, key, RecordedSubject.Format(subject));
        return subject;
    }
}
