namespace Bothy.Oci.Layout;

/// <summary>Lets one Bothy at a time change a layout: two that add an image each must not lose one of them.</summary>
internal static class LayoutLock
{
    private const int WouldBlock = 11; // EWOULDBLOCK
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Waits until nobody else holds the lock on <paramref name="file"/>; the result holds it until it is disposed.</summary>
    public static IDisposable Take(string file, CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                // Not shared means flock(2) on Unix; the file's content is not touched.
                return new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            }
            catch (IOException failure) when (IsTaken(failure))
            {
                cancellationToken.WaitHandle.WaitOne(Pause);
            }
        }
    }

    /// <summary>Whether <paramref name="failure"/> says that somebody holds the lock on a file.</summary>
    public static bool IsTaken(Exception? failure) => failure is IOException { HResult: WouldBlock };
}
