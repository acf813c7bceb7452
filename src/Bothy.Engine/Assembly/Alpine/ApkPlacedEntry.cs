using Bothy.Formats.Trees;

namespace Bothy.Engine.Assembly.Alpine;

/// <summary>An entry of a package and what became of it.</summary>
/// <param name="Shipped">As the package has it.</param>
/// <param name="Place">Where it is in the tree, links on its way followed.</param>
/// <param name="UserId">The number of its owner.</param>
/// <param name="GroupId">The number of its group.</param>
internal sealed record ApkPlacedEntry(TreeEntry Shipped, TreePath Place, int UserId, int GroupId);
