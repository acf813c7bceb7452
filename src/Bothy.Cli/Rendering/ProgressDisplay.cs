using Bothy.Engine.Building;
using Spectre.Console;

namespace Bothy.Cli.Rendering;

/// <summary>
/// Shows the events of a build on standard error: bars that redraw themselves in a terminal, a plain line for each finished
/// phase elsewhere. Warnings are collected and come after the display, where they stay readable.
/// </summary>
internal sealed class ProgressDisplay(Terminal terminal, Verbosity verbosity) : IProgress<BuildEvent>
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    private readonly Lock _gate = new();
    private readonly List<BuildEvent> _said = [];
    private readonly List<string> _started = [];
    private int _spoken;
    private Dictionary<string, ProgressTask>? _bars;
    private ProgressContext? _context;

    /// <summary>Runs <paramref name="work"/> with its events on display, and says its warnings at the end, even of a failure.</summary>
    public async Task<T> RunAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return terminal.Interactive && verbosity != Verbosity.Quiet ? await RunInteractiveAsync(work) : await work();
        }
        finally
        {
            SayCollected();
        }
    }

    /// <summary>Awaits <paramref name="work"/> and shows it only where it takes long: a display takes longer to load than what is mostly over at once.</summary>
    public async Task<T> RunLaterAsync<T>(Task<T> work, TimeProvider time)
    {
        using var over = new CancellationTokenSource();
        if (await Task.WhenAny(work, Task.Delay(Patience, time, over.Token)) != work)
        {
            return await RunAsync(() => work);
        }

        await over.CancelAsync();
        try
        {
            return await work;
        }
        finally
        {
            SayCollected();
        }
    }

    // What was said once is not said again, even by a second part of the work.
    private void SayCollected()
    {
        lock (_gate)
        {
            for (; _spoken < _said.Count; _spoken++)
            {
                Say(_said[_spoken]);
            }
        }
    }

    /// <inheritdoc />
    public void Report(BuildEvent value)
    {
        lock (_gate)
        {
            switch (value)
            {
                case BuildEvent.Warning or BuildEvent.Note:
                    if (!_said.Contains(value))
                    {
                        _said.Add(value);
                    }

                    break;
                case BuildEvent.Finished finished when _context is null && verbosity != Verbosity.Quiet:
                    terminal.Line($"{finished.Phase}: {finished.Outcome}");
                    break;
                default:
                    Draw(value);
                    break;
            }
        }
    }

    private async Task<T> RunInteractiveAsync<T>(Func<Task<T>> work)
    {
        T result = default!;
        await terminal.CreateConsole().Progress()
            .AutoClear(false)
            .HideCompleted(false)
            .Columns(
                new TaskDescriptionColumn { Alignment = Justify.Left },
                new ProgressBarColumn(),
                new BytesColumn(),
                new SpinnerColumn())
            .StartAsync(async context =>
            {
                lock (_gate)
                {
                    _bars = new Dictionary<string, ProgressTask>(StringComparer.Ordinal);
                    _context = context;
                    foreach (string phase in _started)
                    {
                        Bar(phase).IsIndeterminate = true;
                    }
                }

                try
                {
                    result = await work();
                }
                finally
                {
                    lock (_gate)
                    {
                        foreach (var bar in _bars!.Values)
                        {
                            bar.StopTask();
                        }
                    }
                }
            });
        return result;
    }

    private void Draw(BuildEvent value)
    {
        if (_context is null)
        {
            if (value is BuildEvent.Started started)
            {
                _started.Add(started.Phase);
            }

            return;
        }

        switch (value)
        {
            case BuildEvent.Started(var phase):
                Bar(phase).IsIndeterminate = true;
                break;
            case BuildEvent.Advanced(var phase, var done, var total) when total > 0:
                var bar = Bar(phase);
                bar.IsIndeterminate = false;
                bar.MaxValue = total;
                bar.Value = Math.Min(done, total);
                break;
            case BuildEvent.Finished(var phase, var outcome):
                var ended = Bar(phase);
                ended.IsIndeterminate = false;
                ended.Value = ended.MaxValue;
                ended.Description = Markup.Escape($"{phase}: {outcome}");
                ended.StopTask();
                break;
        }
    }

    private ProgressTask Bar(string phase)
    {
        if (!_bars!.TryGetValue(phase, out var bar))
        {
            bar = _context!.AddTask(Markup.Escape(phase));
            _bars.Add(phase, bar);
        }

        return bar;
    }

    private void Say(BuildEvent said)
    {
        if (said is BuildEvent.Warning warning)
        {
            terminal.Warning(warning.Message);
        }
        else if (said is BuildEvent.Note note && verbosity == Verbosity.Verbose)
        {
            terminal.Line($"note: {note.Message}");
        }
    }
}
