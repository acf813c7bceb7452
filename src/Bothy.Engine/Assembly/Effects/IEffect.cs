using Bothy.Engine.Assembly.Overlay;
using Bothy.Engine.Assembly.Scripts;

namespace Bothy.Engine.Assembly.Effects;

/// <summary>
/// Stands in for something that package scripts or triggers would do to an image: natively, from the tree alone, and the
/// same every time.
/// </summary>
internal interface IEffect
{
    /// <summary>The name that the entries it makes have as their origin.</summary>
    string Name { get; }

    /// <summary>The programs that it stands in for when a script calls them.</summary>
    IReadOnlyCollection<string> Commands => [];

    /// <summary>Whether all of a script is covered by <see cref="Apply"/>, so that it is not read.</summary>
    bool Covers(UnpackedPackage package, string script) => false;

    /// <summary>Before any script is read.</summary>
    void Prepare(AssemblyState state)
    {
    }

    /// <summary>A script calls one of <see cref="Commands"/>.</summary>
    CommandOutcome Run(ScriptCommand command, UnpackedPackage package, AssemblyState state) => CommandOutcome.Covered;

    /// <summary>After all scripts, in the order of the effects.</summary>
    void Apply(AssemblyState state)
    {
    }
}
