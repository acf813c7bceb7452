namespace Bothy.Engine.Building;

/// <summary>Reports how far one step has come as the progress of a phase.</summary>
internal sealed class PhaseProgress(string phase, long total, IProgress<BuildEvent> progress) : IProgress<long>
{
    /// <inheritdoc />
    public void Report(long value) => progress.Report(new BuildEvent.Advanced(phase, value, total));
}
