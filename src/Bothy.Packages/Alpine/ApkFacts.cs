namespace Bothy.Packages.Alpine;

/// <summary>What a package that was read to its end says and is.</summary>
/// <param name="Info">Its description.</param>
/// <param name="Checksum">Its identity.</param>
/// <param name="Verdict">What its signatures are worth.</param>
/// <param name="SignedSegment">Where in the file the signed segment is.</param>
internal sealed record ApkFacts(ApkPkgInfo Info, ApkChecksum Checksum, ApkVerdict Verdict, Range SignedSegment);
