using System.Collections.Immutable;
using System.Text;
using Bothy.Engine.Assembly.Effects;
using Bothy.Engine.Assembly.Overlay;
using Bothy.Engine.Assembly.Scripts;
using Bothy.Engine.ImageFiles;
using Bothy.Formats.Trees;

namespace Bothy.Engine.Assembly.Debian;

/// <summary>How dpkg installs: it unpacks everything, then configures everything.</summary>
internal sealed class DebianDistribution : Distribution
{
    private readonly bool _mergedUsr;
    private readonly DiversionTable _diversions;

    public DebianDistribution(AssemblyRequest request)
    {
        Packages = [.. request.Packages.Select(static contents => new UnpackedDeb(contents))];
        _mergedUsr = request.MergedUsr ?? HasMergedUsr(Packages);
        _diversions = new DiversionTable(_mergedUsr);
        Effects = EffectList.Debian();
    }

    public override ImmutableArray<UnpackedPackage> Packages { get; }

    public override IReadOnlyList<IEffect> Effects { get; }

    public override AssemblyState Begin(ImageSpec image)
    {
        var filter = new ContentFilter(image.Contents, keepDocumentation: image.Contents.Documentation == DocumentationChoice.Keep);
        return new AssemblyState(new FileTree(), Packages, image, filter) { Diversions = _diversions };
    }

    public override Dictionary<string, string> Environment(UnpackedPackage package, string script, AssemblyState state) => new(StringComparer.Ordinal)
    {
        ["DPKG_ROOT"] = "",
        ["DPKG_MAINTSCRIPT_PACKAGE"] = package.Name,
        ["DPKG_MAINTSCRIPT_NAME"] = script,
        ["DPKG_MAINTSCRIPT_ARCH"] = package.Id.Architecture == "all" ? state.Architecture : package.Id.Architecture,
        ["DEBIAN_FRONTEND"] = "noninteractive",
        ["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        ["HOME"] = "/root",
    };

    public override void Unpack(AssemblyState state, MaintainerScripts scripts, CancellationToken cancellationToken)
    {
        scripts.ReadDiversions();
        var overlay = new DebOverlay(state.Tree, state.Filter, _diversions, _mergedUsr);
        foreach (var package in Packages.Cast<UnpackedDeb>())
        {
            cancellationToken.ThrowIfCancellationRequested();
            overlay.Add(package);
        }

        overlay.Finish();
        foreach (var effect in Effects)
        {
            effect.Prepare(state);
        }

        foreach (var package in Packages)
        {
            scripts.Read(package, "preinst", "install");
            scripts.ReadConfiguration(package);
            scripts.Read(package, "postinst", "configure", "");
        }
    }

    // usr-is-merged became a dependency of every system with Debian 12; base-files tells the release in numbers from there back.
    private static bool HasMergedUsr(ImmutableArray<UnpackedPackage> packages)
    {
        var release = packages.FirstOrDefault(static package => package.Name == "base-files")?.Contents.Tree.Find(TreePath.Parse("usr/lib/os-release"));
        string? version = release?.Content is { } content
            ? Encoding.UTF8.GetString(content.ReadAll()).Split('\n').FirstOrDefault(static line => line.StartsWith("VERSION_ID=", StringComparison.Ordinal))
            : null;
        return ScriptReader.ParseNumber(version?["VERSION_ID=".Length..].Trim('"')) is not { } number || number >= 12;
    }
}
