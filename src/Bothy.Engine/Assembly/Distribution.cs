using System.Collections.Immutable;
using Bothy.Engine.Assembly.Alpine;
using Bothy.Engine.Assembly.Debian;
using Bothy.Engine.Assembly.Effects;
using Bothy.Engine.Assembly.Overlay;
using Bothy.Engine.Assembly.Scripts;
using Bothy.Engine.ImageFiles;
using Bothy.Formats.Trees;

namespace Bothy.Engine.Assembly;

/// <summary>What assembling does in one way for Debian's packages and in another for apk's.</summary>
internal abstract class Distribution
{
    /// <summary>The packages, in installation order.</summary>
    public abstract ImmutableArray<UnpackedPackage> Packages { get; }

    /// <summary>The effects, in the order in which they are applied.</summary>
    public abstract IReadOnlyList<IEffect> Effects { get; }

    /// <summary>The directories that the packages have, once they are unpacked.</summary>
    public IReadOnlySet<TreePath> Directories { get; protected set; } = new HashSet<TreePath>();

    /// <summary>The packages of an assembly.</summary>
    public static Distribution Of(AssemblyRequest request) =>
        request.Apk is { } apk ? new ApkDistribution(request, apk) : new DebianDistribution(request);

    /// <summary>The image in the making, with nothing in it yet.</summary>
    public abstract AssemblyState Begin(ImageSpec image);

    /// <summary>The environment that a script runs in.</summary>
    public abstract Dictionary<string, string> Environment(UnpackedPackage package, string script, AssemblyState state);

    /// <summary>Lays the packages over each other and reads their scripts, in the order in which the package manager does both.</summary>
    public abstract void Unpack(AssemblyState state, MaintainerScripts scripts, CancellationToken cancellationToken);
}
