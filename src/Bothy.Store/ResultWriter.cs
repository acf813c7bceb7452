using System.Buffers;
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
        _content = new HashingStream(_file, directory, name);
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

    private sealed class HashingStream(FileStream file, StoreDirectory directory, ResultName name) : WriteOnlyStream
    {
        private readonly ArrayBufferWriter<byte> _digests = new();
        private readonly byte[] _block = new byte[ResultFile.BlockSize];
        private int _filled;
        private long _length;

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            Append(buffer);
            _length += buffer.Length;
            if (_filled > 0)
            {
                int count = Math.Min(buffer.Length, _block.Length - _filled);
                buffer[..count].CopyTo(_block.AsSpan(_filled));
                buffer = buffer[count..];
                _filled += count;
                if (_filled < _block.Length)
                {
                    return;
                }

                Hash(_block);
            }

            for (; buffer.Length >= _block.Length; buffer = buffer[_block.Length..])
            {
                Hash(buffer[.._block.Length]);
            }

            buffer.CopyTo(_block);
            _filled = buffer.Length;
        }

        public void Finish()
        {
            if (_filled > 0)
            {
                Hash(_block.AsSpan(0, _filled));
            }

            Append(ResultFile.End(name, _length, _digests.WrittenSpan));
        }

        private void Hash(ReadOnlySpan<byte> block)
        {
            SHA256.HashData(block, _digests.GetSpan(SHA256.HashSizeInBytes));
            _digests.Advance(SHA256.HashSizeInBytes);
        }

        private void Append(ReadOnlySpan<byte> bytes)
        {
            try
            {
                RandomAccess.Write(file.SafeFileHandle, bytes, _length);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                throw directory.Failure(failure);
            }
        }
    }
}
