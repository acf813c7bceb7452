namespace Bothy.Formats.Ar;

/// <summary>The header of one member of an ar archive.</summary>
/// <param name="Name">The name without padding and without GNU's closing slash.</param>
/// <param name="ModifiedTime">Seconds since 1970, UTC.</param>
/// <param name="Size">The size of the content in bytes.</param>
/// <param name="Offset">Where the content begins in the archive.</param>
public sealed record ArMember(string Name, long ModifiedTime, long Size, long Offset);
