using System.Collections.Immutable;
using System.Text;
using Bothy.Engine.Assembly.Accounts;
using Bothy.Engine.Assembly.Bases;
using Bothy.Engine.Assembly.Effects;
using Bothy.Engine.Assembly.Overlay;
using Bothy.Engine.Assembly.Scripts;
using Bothy.Engine.ImageFiles;
using Bothy.Formats.Trees;
using Bothy.Packages;

namespace Bothy.Engine.Assembly.Debian;

/// <summary>How dpkg installs: it unpacks everything, then configures everything.</summary>
internal sealed class DebianDistribution : Distribution
{
    private static readonly string[] Merged = ["bin", "sbin", "lib"];

    private readonly bool _mergedUsr;
    private readonly DiversionTable _diversions;
    private readonly BaseFiles? _base;
    private readonly AccountFiles? _accounts;
    private readonly SliceContents? _slices;

    public DebianDistribution(AssemblyRequest request)
    {
        _slices = request.Slices is { } slices ? new SliceContents(slices, request.Packages) : null;
        Packages = [.. request.Packages.Select(contents => _slices?.TryCut(contents) ?? new UnpackedDeb(contents))];
        _base = request.Base is { } image ? new BaseFiles(image, Packages.Select(static package => package.Id)) : null;
        _mergedUsr = request.MergedUsr ?? HasMergedUsr(request.Packages, _base?.Original);
        _diversions = new DiversionTable(_mergedUsr);
        _accounts = _base is not null && AccountFiles.AreIn(_base.Original) ? new AccountFiles(hasStaticNumbers: true) : null;
        var record = _base is null ? null : new DpkgRecord(_base);
        foreach (var (from, to, package) in record?.Diversions() ?? [])
        {
            _diversions.Add(from, to, package);
        }

        Effects = [.. EffectList.Debian(_accounts, record), .. _slices is null ? [] : new IEffect[] { _slices }];
    }

    public override ImmutableArray<UnpackedPackage> Packages { get; }

    public override IReadOnlyList<IEffect> Effects { get; }

    public override AssemblyState Begin(ImageSpec image)
    {
        var filter = new ContentFilter(image.Contents, keepDocumentation: image.Contents.Documentation == DocumentationChoice.Keep);
        var tree = _base?.Begin(filter, static (package, file) => DpkgRecord.ShippedSum(package, file.Path) is not null) ?? new FileTree();
        return new AssemblyState(tree, Packages, image, filter) { Diversions = _diversions, Base = _base, Accounts = _accounts?.Table ?? new AccountTable() };
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
        var overlay = new DebOverlay(state.Tree, state.Filter, _diversions, _mergedUsr, _base);
        foreach (var package in Packages.Cast<UnpackedDeb>())
        {
            cancellationToken.ThrowIfCancellationRequested();
            overlay.Add(package);
        }

        overlay.Finish();
        Directories = overlay.Directories;
        _slices?.Mutate(state, cancellationToken);
        foreach (var effect in Effects)
        {
            effect.Prepare(state);
        }

        foreach (var package in Packages)
        {
            if (_base?.Earlier(package.Id) is { } earlier)
            {
                scripts.Read(package, "preinst", "upgrade", earlier.Version);
                scripts.ReadConfiguration(package);
                scripts.Read(package, "postinst", "configure", earlier.Version);
            }
            else
            {
                scripts.Read(package, "preinst", "install");
                scripts.ReadConfiguration(package);
                scripts.Read(package, "postinst", "configure", "");
            }
        }
    }

    // usr-is-merged became a dependency of every system with Debian 12; base-files tells the release in numbers from there back. An image to build on shows it.
    private static bool HasMergedUsr(ImmutableArray<PackageContents> packages, FileTree? below)
    {
        if (Merged.Select(alias => below?.TryGet(TreePath.Parse(alias), out var entry) == true ? entry : null).FirstOrDefault(static entry => entry is not null) is { } seen)
        {
            return seen.Kind == EntryKind.SymbolicLink;
        }

        var release = below?.Find(TreePath.Parse(ReleaseFileEffect.Path)) ?? packages.FirstOrDefault(static package => package.Id.Name == "base-files")?.Tree.Find(TreePath.Parse("usr/lib/os-release"));
        string? version = release?.Content is { } content
            ? Encoding.UTF8.GetString(content.ReadAll()).Split('\n').FirstOrDefault(static line => line.StartsWith("VERSION_ID=", StringComparison.Ordinal))
            : null;
        return ScriptReader.ParseNumber(version?["VERSION_ID=".Length..].Trim('"')) is not { } number || number >= 12;
    }
}
