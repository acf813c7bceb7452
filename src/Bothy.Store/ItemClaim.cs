using System.Diagnostics.CodeAnalysis;

namespace Bothy.Store;

/// <summary>The right to make an item of the store, which nobody else has until this is disposed of.</summary>
public sealed class ItemClaim : IDisposable
{
    private FileStream? _file;

    internal ItemClaim(FileStream? file) => _file = file;

    /// <inheritdoc />
    public void Dispose()
    {
        if (_file is { } file)
        {
            // The name goes before the lock: whoever gets the lock of a file without a name knows that it is not the claim any more.
            _file = null;
            StoreDirectory.Discard(file);
            file.Dispose();
        }
    }
}

/// <summary>Waiting for a claim, by looking ever less often: the platform has no lock of a file that can be waited for.</summary>
internal sealed class ClaimWait(StoreDirectory directory, string item)
{
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMilliseconds(100);

    // A holder that makes no progress does not die by itself where it was stopped or the file system's locks hang. To make an item twice does no harm.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private TimeSpan _waited;

    /// <summary>How long to wait before looking again.</summary>
    public TimeSpan Delay { get; private set; } = TimeSpan.FromMilliseconds(1);

    /// <summary>The claim, once there is one.</summary>
    public ItemClaim? Claim { get; private set; }

    /// <summary>Looks whether the claim can be had.</summary>
    [MemberNotNullWhen(true, nameof(Claim))]
    public bool TryClaim()
    {
        var file = directory.TryOpenClaim(item);
        if (file is null && _waited < Patience)
        {
            _waited += Delay;
            Delay = Delay * 2 < LongestDelay ? Delay * 2 : LongestDelay;
            return false;
        }

        Claim = new ItemClaim(file);
        return true;
    }
}
