using System.Collections.Immutable;
using Bothy.Engine.Assembly.Accounts;
using Bothy.Engine.Assembly.Effects;
using Bothy.Engine.Assembly.Overlay;
using Bothy.Engine.Assembly.Scripts;
using Bothy.Engine.LocalFiles;
using Bothy.Formats.Text;
using Bothy.Formats.Trees;

namespace Bothy.Engine.Assembly;

/// <summary>
/// Makes the file tree of an image out of packages: lays them over each other by the rules of their package manager, and lets effects do
/// what their scripts would have done. Pure: the same request gives the same tree, and nothing outside it is looked at.
/// </summary>
public static class Assembler
{
    /// <summary>Assembles an image.</summary>
    /// <exception cref="BothyException">Two packages have one file without leave, or the image file asks for something that is not there.</exception>
    public static AssemblyResult Assemble(AssemblyRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var distribution = Distribution.Of(request);
        var state = distribution.Begin(request.Image);
        var scripts = new MaintainerScripts(state, distribution);
        distribution.Unpack(state, scripts, cancellationToken);
        state.AwaitsLocalFiles = request.Files is not null;
        foreach (var effect in distribution.Effects)
        {
            cancellationToken.ThrowIfCancellationRequested();
            effect.Apply(state);
        }

        state.Base?.Finish(state.Tree, distribution.Directories);
        if (state.Base?.Hidden is { Files: > 0 } hidden)
        {
            state.Warnings.Add(FormattableString.Invariant($"{hidden.Files} files of the base are excluded: their {ByteSize.Text(hidden.Bytes)} are hidden, and stay in its layers."));
        }

        OmittedPackages.Check(state, request.Omitted, cancellationToken);
        return request.Files is { } files ? WithFiles(files, state, scripts, cancellationToken) : Result(state.Tree, state, scripts);
    }

    // The layers of packages are as they would be without local files.
    private static AssemblyResult WithFiles(LocalFileSet files, AssemblyState state, MaintainerScripts scripts, CancellationToken cancellationToken)
    {
        var below = state.Tree.Copy();
        new LocalOverlay(state).Lay(files, cancellationToken);
        return Result(below, state, scripts).Over("local files", state.Tree);
    }

    private static AssemblyResult Result(FileTree tree, AssemblyState state, MaintainerScripts scripts) =>
        new(tree, [.. scripts.Uncovered], [.. state.Warnings])
        {
            Dropped = state.Filter.Dropped,
            RunAs = RunAs.Resolve(state),
            AskedBy = state.AskedBy.ToImmutableSortedDictionary(static one => one.Key, static one => string.Join(' ', one.Value), StringComparer.Ordinal),
        };
}
