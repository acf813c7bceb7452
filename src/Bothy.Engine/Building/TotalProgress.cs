using Bothy.Packages.Repositories;

namespace Bothy.Engine.Building;

/// <summary>Adds up what is fetched side by side into the progress of one phase.</summary>
internal sealed class TotalProgress(string phase, long total, IProgress<BuildEvent> progress) : IProgress<FetchProgress>
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, FetchProgress> _parts = new(StringComparer.Ordinal);
    private long _done;
    private long _known;

    /// <inheritdoc />
    public void Report(FetchProgress value)
    {
        lock (_gate)
        {
            if (_parts.TryGetValue(value.What, out var before))
            {
                _done -= before.Done;
                _known -= before.Total;
            }

            _parts[value.What] = value;
            _done += value.Done;
            _known += value.Total;
            progress.Report(new BuildEvent.Advanced(phase, _done, Math.Max(total, _known)));
        }
    }
}
