using System.Collections.Immutable;
using Bothy.Engine.Assembly.Accounts;
using Bothy.Engine.Assembly.Bases;
using Bothy.Engine.Assembly.Effects;
using Bothy.Engine.Assembly.Overlay;
using Bothy.Engine.Assembly.Scripts;
using Bothy.Engine.ImageFiles;
using Bothy.Formats.Trees;

namespace Bothy.Engine.Assembly.Alpine;

/// <summary>
/// How apk 2 installs: package by package, each with its <c>pre-install</c> before it is unpacked and its <c>post-install</c> after; at the end the
/// triggers, for the directories that packages brought something into.
/// </summary>
internal sealed class ApkDistribution : Distribution
{
    private readonly ApkAssembly _assembly;
    private readonly ImmutableArray<UnpackedApk> _packages;
    private readonly FileTree _tree;
    private readonly BaseFiles? _base;
    private readonly AccountFiles _accounts = new();
    private readonly ApkOwners _owners;
    private readonly ContentFilter _filter;
    private readonly ApkOverlay _overlay;

    public ApkDistribution(AssemblyRequest request, ApkAssembly assembly)
    {
        if (assembly.Packages.Length != request.Packages.Length)
        {
            throw new ArgumentException("want facts for each package, and for no other", nameof(assembly));
        }

        _assembly = assembly;
        _packages = [.. request.Packages.Zip(assembly.Packages, static (contents, facts) => new UnpackedApk(contents, facts))];
        Packages = ImmutableArray<UnpackedPackage>.CastUp(_packages);
        _filter = Filter(request.Image);
        _base = request.Base is { } image ? new BaseFiles(image, Packages.Select(static package => package.Id)) : null;
        var record = _base is null ? null : new ApkRecord(_base, request.Base!);
        _tree = _base?.Begin(_filter, record!.IsChanged) ?? new FileTree();
        _owners = new ApkOwners(_tree, _accounts);
        _overlay = new ApkOverlay(_tree, _filter, _owners, _base);
        Effects = EffectList.Alpine(_packages, assembly, _overlay, _accounts, record);
    }

    public override ImmutableArray<UnpackedPackage> Packages { get; }

    public override IReadOnlyList<IEffect> Effects { get; }

    public override AssemblyState Begin(ImageSpec image) =>
        new(_tree, Packages, image, _filter) { Accounts = _accounts.Table, RunsScriptsInRoot = true, Base = _base };

    public override Dictionary<string, string> Environment(UnpackedPackage package, string script, AssemblyState state) => new(StringComparer.Ordinal)
    {
        ["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin",
    };

    public override void Unpack(AssemblyState state, MaintainerScripts scripts, CancellationToken cancellationToken)
    {
        foreach (var effect in Effects)
        {
            effect.Prepare(state);
        }

        foreach (var package in _packages)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_base?.Earlier(package.Id) is { } earlier)
            {
                Run(package, ApkScript.PreUpgrade, scripts, package.Id.Version, earlier.Version);
                _overlay.Add(package);
                Run(package, ApkScript.PostUpgrade, scripts, package.Id.Version, earlier.Version);
                continue;
            }

            Run(package, ApkScript.PreInstall, scripts, package.Id.Version);
            _overlay.Add(package);
            Run(package, ApkScript.PostInstall, scripts, package.Id.Version);
        }

        Directories = _packages.SelectMany(static package => package.Placed).Where(static placed => placed.Shipped.Kind == EntryKind.Directory).Select(static placed => placed.Place).ToHashSet();

        var directories = _packages
            .SelectMany(static package => package.Placed)
            .Where(static placed => placed.Shipped.Kind == EntryKind.Directory)
            .Select(static placed => placed.Shipped.Path)
            .Concat(_base?.Original.Entries.Where(static entry => entry.Kind == EntryKind.Directory && !entry.Path.IsRoot).Select(static entry => entry.Path) ?? [])
            .Distinct()
            .Order()
            .ToList();
        foreach (var package in _packages.Where(static package => !package.Info.Triggers.IsEmpty))
        {
            string[] met = [.. ApkTriggers.Met(package, directories)];
            if (met.Length > 0)
            {
                Run(package, ApkScript.Trigger, scripts, met);
            }
        }

        _overlay.Finish();
    }

    // apk packages have their documentation in packages of their own: it stays unless the image file says otherwise in so many words.
    private static ContentFilter Filter(ImageSpec image) =>
        new(image.Contents, keepDocumentation: image.Contents.Documentation == DocumentationChoice.Keep || image.MarkOf("contents.documentation") is null);

    private void Run(UnpackedApk package, string script, MaintainerScripts scripts, params ReadOnlySpan<string?> arguments)
    {
        _accounts.Load(_tree);
        if (scripts.Read(package, script, arguments))
        {
            _owners.Forget();
        }
    }
}
