namespace Bothy.Formats.Zip;

/// <summary>One file of a zip archive, as its central directory states it.</summary>
/// <param name="Name">Its name as it is written; no path until somebody made one of it.</param>
/// <param name="Method">How it is compressed: 0 not at all, 8 by deflate.</param>
/// <param name="Crc32">The checksum of its content.</param>
/// <param name="CompressedSize">The bytes that it takes in the archive.</param>
/// <param name="Size">The bytes of its content.</param>
/// <param name="Offset">Where its local header begins.</param>
public sealed record ZipMember(string Name, int Method, uint Crc32, long CompressedSize, long Size, long Offset);
