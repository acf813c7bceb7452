namespace Bothy.Engine.Building;

/// <summary>Reports how far one step has come as the progress of a phase, of which <paramref name="before"/> was done by earlier steps.</summary>
internal sealed class PhaseProgress(string phase, long before, long total, IProgress<BuildEvent> progress) : IProgress<long>
{
    /// <inheritdoc />
    public void Report(long value) => progress.Report(new BuildEvent.Advanced(phase, before + value, total));
}
