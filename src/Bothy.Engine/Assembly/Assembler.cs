using System.Collections.Immutable;
using System.Text;
using Bothy.Engine.Assembly.Accounts;
using Bothy.Engine.Assembly.Effects;
using Bothy.Engine.Assembly.Overlay;
using Bothy.Engine.Assembly.Scripts;
using Bothy.Formats.Trees;

namespace Bothy.Engine.Assembly;

/// <summary>
/// Makes the file tree of an image out of Debian packages: lays them over each other by dpkg's rules, and lets effects do
/// what their scripts would have done. Pure: the same request gives the same tree, and nothing outside it is looked at.
/// </summary>
public static class Assembler
{
    /// <summary>Assembles an image.</summary>
    /// <exception cref="BothyException">Two packages have one file without leave, or the image file asks for something that is not there.</exception>
    public static AssemblyResult Assemble(AssemblyRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ImmutableArray<UnpackedPackage> packages = [.. request.Packages.Select(static contents => new UnpackedPackage(contents))];
        bool mergedUsr = request.MergedUsr ?? HasMergedUsr(packages);
        var tree = new FileTree();
        var diversions = new DiversionTable(mergedUsr);
        var filter = new ContentFilter(request.Image.Contents);
        var state = new AssemblyState(tree, packages, request.Image, diversions, filter);
        var effects = EffectList.Create();
        var scripts = new MaintainerScripts(state, effects);
        scripts.ReadDiversions();

        var overlay = new PackageOverlay(tree, filter, diversions, mergedUsr);
        foreach (var package in packages)
        {
            cancellationToken.ThrowIfCancellationRequested();
            overlay.Add(package);
        }

        overlay.Finish();
        foreach (var effect in effects)
        {
            effect.Prepare(state);
        }

        scripts.Read();
        foreach (var effect in effects)
        {
            cancellationToken.ThrowIfCancellationRequested();
            effect.Apply(state);
        }

        OmittedPackages.Check(state, request.Omitted, cancellationToken);
        return new AssemblyResult(tree, [.. scripts.Uncovered], [.. state.Warnings])
        {
            Dropped = filter.Dropped,
            RunAs = RunAs.Resolve(state),
        };
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
