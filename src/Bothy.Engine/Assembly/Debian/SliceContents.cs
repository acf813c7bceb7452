using System.Collections.Immutable;
using Bothy.Engine.Assembly.Effects;
using Bothy.Engine.Slicing;
using Bothy.Formats.Trees;
using Bothy.Packages;
using Bothy.Packages.Slices;

namespace Bothy.Engine.Assembly.Debian;

/// <summary>
/// The parts of packages that slices are: cut before packages are laid over each other; their scripts run when all are, before any effect; and the manifest,
/// where a slice generates one, is written last, of what has become of everything.
/// </summary>
internal sealed class SliceContents : IEffect
{
    private readonly SliceAssembly _slices;
    private readonly Dictionary<string, SliceCut> _cuts;
    private MutationOutcome? _mutation;

    public SliceContents(SliceAssembly slices, ImmutableArray<PackageContents> packages)
    {
        _slices = slices;
        var trees = packages.ToDictionary(static package => package.Id.Name, static package => package.Tree, StringComparer.Ordinal);
        _cuts = slices.Selection.Packages.ToDictionary(static name => name, name => slices.Selection.Cut(name, trees[name]), StringComparer.Ordinal);
    }

    public string Name => "slices";

    /// <summary>The part of a package that its slices are; null where it is whole.</summary>
    public UnpackedDeb? TryCut(PackageContents contents) => _cuts.TryGetValue(contents.Id.Name, out var cut)
        ? new UnpackedDeb(contents, cut, _slices.Selection.Slices.Select(static selected => selected.Slice.Name).Where(name => name.Package == contents.Id.Name))
        : null;

    /// <summary>Runs the scripts of the slices, and takes away what was there for them alone.</summary>
    /// <exception cref="SliceReleaseException">One of them fails.</exception>
    public void Mutate(AssemblyState state, CancellationToken cancellationToken) =>
        _mutation = SliceMutation.Run(_slices.Selection, _cuts.Values, state.Tree, cancellationToken);

    public void Apply(AssemblyState state)
    {
        if (_slices.Selection.ManifestDirectories is not [_, ..] directories || _mutation is null)
        {
            return;
        }

        var manifest = FileContent.Of(ManifestWall.Write(_slices.Selection, _slices.Packages, _cuts.Values, _mutation, state.Tree));
        foreach (var directory in directories)
        {
            state.Write(directory.Append(ManifestWall.FileName).Value, manifest, new Origin.Effect(Name));
        }
    }
}
