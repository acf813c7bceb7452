using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.CommandLine;
using Bothy.Engine.Building;
using Bothy.Engine.ImageFiles;
using Bothy.Oci;
using Bothy.Packages.Repositories;
using Bothy.Store;
using Bothy.Transfer;

namespace Bothy.Cli.Commands;

/// <summary>A build that may have been asked for in just these words before. What is said in the course of it is kept beside it.</summary>
internal sealed class BuildRepetition : IProgress<BuildEvent>, IDisposable
{
    private readonly ConcurrentQueue<string> _warnings = new();
    private readonly IProgress<BuildEvent> _progress;
    private readonly ContentStore _store;
    private readonly Digest _key;
    private readonly FileRead _lock;
    private readonly Lazy<TransferClient> _transfer;
    private readonly RepeatedBuilds _builds;

    /// <summary>The build that <paramref name="arguments"/> ask for.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="lockFile">The full path of the lock.</param>
    /// <param name="surroundings">Where it runs.</param>
    /// <param name="progress">Told what happens.</param>
    /// <param name="offline">Whether repositories are not to be asked.</param>
    public BuildRepetition(ParseResult arguments, string lockFile, Surroundings surroundings, IProgress<BuildEvent> progress, bool offline)
    {
        _progress = progress;
        _store = CommonOptions.StoreOf(surroundings, progress);
        _lock = FileRead.Of(lockFile);
        _transfer = new Lazy<TransferClient>(() => CommonOptions.TransferOf(surroundings, offline));
        _builds = new RepeatedBuilds(_store, new SeenDocuments(() => _transfer.Value, _store, offline), surroundings.Time, surroundings.Parallelism);

        // All words and our own variables: whatever option comes to be, it is among them.
        _key = RepeatedBuilds.KeyOf(
        [
            surroundings.WorkingDirectory,
            surroundings.MachineRoot,
            .. surroundings.Environment
                .Where(variable => variable.Key == "SOURCE_DATE_EPOCH" || variable.Key.StartsWith("BOTHY_", StringComparison.Ordinal))
                .OrderBy(variable => variable.Key, StringComparer.Ordinal)
                .Select(variable => $"{variable.Key}={variable.Value}"),
            .. arguments.Tokens.Select(token => token.Value),
        ]);
    }

    /// <summary>To be told what the build looks at.</summary>
    public BuildTrace Trace { get; } = new();

    /// <summary>What the build gave before, delivered to <paramref name="destinations"/>; null where it has to be built.</summary>
    /// <exception cref="BothyException">It cannot be delivered.</exception>
    public async Task<BuildResult?> TryRepeatAsync(ImmutableArray<Destination> destinations, CancellationToken cancellationToken)
    {
        if (!_builds.IsKnown(_key))
        {
            // A store that is not there yet is not made before the image file is known to be right.
            return null;
        }

        using var lease = _store.BeginLease();
        return await _builds.TryRepeatAsync(_key, destinations, Trace, _progress, cancellationToken);
    }

    /// <inheritdoc />
    public void Report(BuildEvent value)
    {
        if (value is BuildEvent.Warning warning)
        {
            _warnings.Enqueue(warning.Message);
        }

        _progress.Report(value);
    }

    /// <summary>Keeps what the build gave for the next time, where that can be told by the same words and files.</summary>
    /// <exception cref="StoreWriteException">The store cannot be written.</exception>
    public void Keep(ImageSpec image, BuildSettings settings, BuildResult result) => _builds.Add(_key, image, _lock, settings, result, _warnings.Distinct(StringComparer.Ordinal));

    /// <inheritdoc />
    public void Dispose()
    {
        if (_transfer.IsValueCreated)
        {
            _transfer.Value.Dispose();
        }
    }
}
