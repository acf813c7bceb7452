using Bothy.Formats.Elf;
using Bothy.Formats.Trees;

namespace Bothy.Engine.Assembly.Effects;

/// <summary>The links and the cache that ldconfig(8) makes, where the C library is in the image.</summary>
internal sealed class LoaderCacheEffect : IEffect
{
    public string Name => "ldconfig";

    public void Apply(AssemblyState state)
    {
        if (LdConfig.Run(state.Tree) is not { } result)
        {
            return;
        }

        var origin = new Origin.Effect(Name);
        foreach (var link in result.Links)
        {
            state.Put(TreeEntry.SymbolicLink(link.Path, link.Target, origin));
        }

        state.Write("etc/ld.so.cache", FileContent.Of(result.Cache), origin);
    }
}
