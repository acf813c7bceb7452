using Bothy.Engine.Assembly.Accounts;
using Bothy.Engine.Assembly.Effects;
using Bothy.Engine.Assembly.Scripts;

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
        foreach (var effect in distribution.Effects)
        {
            cancellationToken.ThrowIfCancellationRequested();
            effect.Apply(state);
        }

        OmittedPackages.Check(state, request.Omitted, cancellationToken);
        return new AssemblyResult(state.Tree, [.. scripts.Uncovered], [.. state.Warnings])
        {
            Dropped = state.Filter.Dropped,
            RunAs = RunAs.Resolve(state),
        };
    }
}
