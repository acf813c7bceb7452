using Bothy.Engine.Building;

namespace Bothy.Cli.Commands;

/// <summary>Tells nobody: of a question beside the question, progress and warnings would be taken for those of the answer.</summary>
internal sealed class QuietProgress : IProgress<BuildEvent>
{
    public void Report(BuildEvent value)
    {
    }
}
