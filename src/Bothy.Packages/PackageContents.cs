using System.Collections.Immutable;
using Bothy.Formats.Trees;

namespace Bothy.Packages;

/// <summary>
/// A verified, decoded package: its files and its control files. The tree's entries have the package as their origin,
/// their owners as the archive wrote them, and their paths as the package ships them (<c>bin/sh</c>, not yet <c>usr/bin/sh</c>).
/// </summary>
/// <param name="Id">Which package.</param>
/// <param name="Tree">Its files.</param>
/// <param name="Control">Its control files by name: for a <c>.deb</c> <c>control</c>, <c>md5sums</c>, <c>conffiles</c>, <c>postinst</c> and so on.</param>
public sealed record PackageContents(PackageId Id, FileTree Tree, ImmutableSortedDictionary<string, ReadOnlyMemory<byte>> Control);
