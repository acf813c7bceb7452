using System.Security.Cryptography;
using Bothy.Formats;

namespace Bothy.Store;

/// <summary>
/// A derived result on its way into the store. Fill <see cref="Content"/>, then <see cref="Commit"/>; disposing it without leaves
/// nothing behind. Not for concurrent use.
/// </summary>
public sealed class ResultWriter : IDisposable
{
    private readonly StoreDirectory _directory;
    private readonly ResultName _name;
    private readonly FileStream _file;
    private readonly HashingStream _content;
    private bool _done;

    internal ResultWriter(StoreDirectory directory, ResultName name)
    {
        _directory = directory;
        _name = name;
        _file = directory.CreateTemporary();
        _content = new HashingStream(_file, directory, name.Prefix);
    }

    /// <summary>Where the bytes go. Its writes throw <see cref="StoreWriteException"/> where the store cannot be written.</summary>
    public Stream Content => _content;

    /// <summary>Makes the result visible, in place of an earlier one.</summary>
    /// <exception cref="StoreWriteException">The store cannot be written.</exception>
    public void Commit()
    {
        ObjectDisposedException.ThrowIf(_done, this);
        _content.Finish();
        _directory.Publish(_file, _directory.Result(_name));
        _done = true;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        if (!_done)
        {
            StoreDirectory.Discard(_file);
            _done = true;
        }

        _content.Dispose();
        _file.Dispose();
    }

    private sealed class HashingStream : WriteOnlyStream
    {
        private readonly FileStream _file;
        private readonly StoreDirectory _directory;
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private long _length;

        public HashingStream(FileStream file, StoreDirectory directory, ReadOnlySpan<byte> prefix)
        {
            _file = file;
            _directory = directory;
            _hash.AppendData(prefix);
        }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            _hash.AppendData(buffer);
            Append(buffer);
        }

        public void Finish() => Append(StoredResult.Trailer(_hash.GetHashAndReset()));

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _hash.Dispose();
            }

            base.Dispose(disposing);
        }

        private void Append(ReadOnlySpan<byte> bytes)
        {
            try
            {
                RandomAccess.Write(_file.SafeFileHandle, bytes, _length);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                throw _directory.Failure(failure);
            }

            _length += bytes.Length;
        }
    }
}
