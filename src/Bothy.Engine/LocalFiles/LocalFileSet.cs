using System.Collections.Immutable;
using Bothy.Formats.Trees;

namespace Bothy.Engine.LocalFiles;

/// <summary>The files of this machine that go into an image, as <c>contents.files</c> of an image file names them.</summary>
/// <param name="Sources">What each entry of <c>contents.files</c> brings, in its order: a later one wins.</param>
/// <param name="Digest">The digest of all that of them which goes into an image: paths, kinds, modes, owners, link texts and contents.</param>
public sealed record LocalFileSet(ImmutableArray<LocalFileSource> Sources, Digest Digest);

/// <summary>What one entry of <c>contents.files</c> brings.</summary>
/// <param name="Source">The source as it was written.</param>
/// <param name="Path">Where in the image it goes.</param>
/// <param name="Entries">The files, links and directories at their places in the image, by path; each has the origin <see cref="Origin.LocalFile"/>.</param>
/// <param name="Digest">The digest of this part; see <see cref="LocalFileSet.Digest"/>.</param>
public sealed record LocalFileSource(string Source, TreePath Path, ImmutableArray<TreeEntry> Entries, Digest Digest);
