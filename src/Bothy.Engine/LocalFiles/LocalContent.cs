using Bothy.Formats.Elf;
using Bothy.Formats.Trees;
using Bothy.Store;

namespace Bothy.Engine.LocalFiles;

/// <summary>A file of this machine, read where it is and not kept elsewhere: the read that reaches its end fails where it is not what it was when the build began.</summary>
/// <param name="path">The full path.</param>
/// <param name="length">Its size in bytes.</param>
/// <param name="digest">The digest of its bytes.</param>
/// <param name="mayBeElf">Whether it begins as an ELF file.</param>
internal sealed class LocalContent(string path, long length, Digest digest, bool mayBeElf) : FileContent
{
    /// <inheritdoc />
    public override long Length => length;

    /// <inheritdoc />
    public override Digest Digest => digest;

    /// <inheritdoc />
    public override Stream OpenRead() => new VerifyingStream(Open(), length, digest, () => Changed(path));

    /// <inheritdoc />
    public override Stream OpenParts() => Open();

    /// <summary>That something else writes to <paramref name="path"/>.</summary>
    public static BothyException Changed(string path) =>
        new($"cannot read {path}: it changes while the image is built") { Hint = "Build again when nothing writes to it any more." };

    /// <inheritdoc />
    protected override ElfFacts? LookForElf(string name) => mayBeElf ? base.LookForElf(name) : null;

    private FileStream Open()
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new BothyException($"cannot read {path}: {FileFailure.Reason(failure)}", failure);
        }
    }
}
