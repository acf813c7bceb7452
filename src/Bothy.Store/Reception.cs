using System.Security.Cryptography;
using System.Text;
using Bothy.Formats;

namespace Bothy.Store;

/// <summary>
/// A blob on its way into the store. Fill <see cref="Destination"/>, then <see cref="Commit"/>; disposing it without keeps what was
/// received so far, and the next reception of the same digest, in this process or a later one, continues there.
/// </summary>
/// <remarks>
/// While one process receives a blob, another that begins the same one writes to a file of its own: waiting could take as long
/// as a hung server, and whichever finishes first gives both what they want.
/// </remarks>
public sealed class Reception : IDisposable
{
    private readonly StoreDirectory _directory;
    private readonly FileStream _file;
    private readonly HashingStream _destination;
    private readonly string _what;
    private readonly Digest? _expected;
    private readonly long? _size;
    private readonly bool _keep;
    private Digest? _checked;
    private bool _done;

    private Reception(StoreDirectory directory, string what, Digest? expected, long? size, FileStream? partial)
    {
        _directory = directory;
        _what = what;
        _expected = expected;
        _size = size;
        _keep = partial is not null;
        _file = partial ?? directory.CreateTemporary();
        _destination = new HashingStream(_file, directory, size);
    }

    /// <summary>
    /// Where the bytes go: its length is what is there already, and it takes more at its end. It can be emptied to start over,
    /// but neither read nor changed in the middle.
    /// </summary>
    public Stream Destination => _destination;

    /// <summary>
    /// How many bytes an earlier reception had left. Where this is not 0 and <see cref="Commit"/> refuses the whole, the fault may be
    /// in those bytes: they are gone then, and receiving once more from the start is worth it.
    /// </summary>
    public long ResumedFrom { get; private set; }

    /// <summary>
    /// Reads what is being received from its start, and waits where it has caught up. What it reads is worth nothing before <see cref="Check"/> has
    /// found the whole to be the right bytes. To be read no longer than until <see cref="Commit"/>.
    /// </summary>
    public GrowthReader OpenRead() => _destination.OpenRead();

    /// <summary>Checks what was received, and returns its digest; <see cref="Commit"/> does it where it was not done.</summary>
    /// <param name="judge">
    /// Looks at all the bytes, from their start, and says what is wrong with them, null for nothing. It has to be given where no digest is expected.
    /// </param>
    /// <exception cref="RefusedContentException">The bytes are not those expected, and were thrown away.</exception>
    public Digest Check(Func<Stream, string?>? judge = null)
    {
        ObjectDisposedException.ThrowIf(_done, this);
        if (_expected is null)
        {
            ArgumentNullException.ThrowIfNull(judge);
        }

        if (_size is { } size && _destination.Length != size)
        {
            throw Refuse(FormattableString.Invariant($"it has {_destination.Length} bytes where {size} are expected"));
        }

        var actual = _destination.Finish();
        if (actual != (_expected ?? actual))
        {
            throw Refuse($"its digest is {actual}");
        }

        if (judge is not null)
        {
            _file.Position = 0;
            if (judge(_file) is { } reason)
            {
                throw Refuse(reason);
            }
        }

        _checked = actual;
        return actual;
    }

    /// <summary>Checks what was received, makes it visible under its digest, and returns that.</summary>
    /// <exception cref="RefusedContentException">The bytes are not those expected, and were thrown away.</exception>
    /// <exception cref="StoreWriteException">The store cannot be written.</exception>
    /// <inheritdoc cref="Check" path="/param"/>
    public Digest Commit(Func<Stream, string?>? judge = null)
    {
        ObjectDisposedException.ThrowIf(_done, this);
        var digest = _checked ?? Check(judge);
        _directory.Publish(_file, _directory.Blob(digest));
        _done = true;
        return digest;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        if (!_done)
        {
            // An empty file is no progress.
            if (!_keep || _destination.Length == 0)
            {
                StoreDirectory.Discard(_file);
            }

            _done = true;
        }

        _destination.Dispose();
        _file.Dispose();
    }

    internal static Reception Begin(StoreDirectory directory, Digest expected, long? size) =>
        new Reception(directory, expected.ToString(), expected, size, directory.TryOpenPartial(expected)).Continued();

    internal static Reception Begin(StoreDirectory directory, string name, long? size) =>
        new Reception(directory, name, expected: null, size, directory.TryOpenPartial(Digest.Of(Encoding.UTF8.GetBytes(name)))).Continued();

    private Reception Continued()
    {
        try
        {
            _destination.HashWhatIsThere();
            ResumedFrom = _destination.Length;
            return this;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    private RefusedContentException Refuse(string reason)
    {
        StoreDirectory.Discard(_file);
        _done = true;
        _file.Dispose();
        return new RefusedContentException(_what, reason);
    }

    /// <summary>The end of a file, hashed as it grows.</summary>
    private sealed class HashingStream(FileStream file, StoreDirectory directory, long? size) : GrowingStream
    {
        private readonly Growth _growth = new(size);
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private long _length;

        public override long Length => _length;

        public void HashWhatIsThere()
        {
            if (file.Length == 0)
            {
                return;
            }

            byte[] buffer = GC.AllocateUninitializedArray<byte>(128 << 10);
            for (int count; (count = directory.Translated(() => RandomAccess.Read(file.SafeFileHandle, buffer, _length))) > 0; _length += count)
            {
                _hash.AppendData(buffer.AsSpan(0, count));
            }

            _growth.Advance(_length);
        }

        public GrowthReader OpenRead() => _growth.OpenRead((buffer, position) => RandomAccess.Read(file.SafeFileHandle, buffer, position));

        public Digest Finish()
        {
            _growth.End();
            return Digest.FromHash(_hash.GetHashAndReset());
        }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            try
            {
                RandomAccess.Write(file.SafeFileHandle, buffer, _length);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                throw directory.Failure(failure);
            }

            _hash.AppendData(buffer);
            _length += buffer.Length;
            _growth.Advance(buffer.Length);
        }

        protected override void Clear()
        {
            _growth.Restart();
            directory.Translated(() =>
            {
                file.SetLength(0);
                return true;
            });
            _ = _hash.GetHashAndReset();
            _length = 0;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _growth.End();
                _hash.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
