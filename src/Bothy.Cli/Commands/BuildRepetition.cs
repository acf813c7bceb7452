using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.CommandLine;
using Bothy.Engine.Building;
using Bothy.Engine.ImageFiles;
using Bothy.Oci;
using Bothy.Store;

namespace Bothy.Cli.Commands;

/// <summary>A locked build that may have been asked for in just these words before. What is said in the course of it is kept beside it.</summary>
internal sealed class BuildRepetition : IProgress<BuildEvent>
{
    private readonly ConcurrentQueue<string> _warnings = new();
    private readonly IProgress<BuildEvent> _progress;
    private readonly ContentStore _store;
    private readonly Digest _key;
    private readonly FileRead _lock;

    /// <summary>The build that <paramref name="arguments"/> ask for.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="lockFile">The full path of the lock.</param>
    /// <param name="surroundings">Where it runs.</param>
    /// <param name="progress">Told what happens.</param>
    public BuildRepetition(ParseResult arguments, string lockFile, Surroundings surroundings, IProgress<BuildEvent> progress)
    {
        _progress = progress;
        _store = CommonOptions.StoreOf(surroundings, progress);
        _lock = FileRead.Of(lockFile);

        // All words and our own variables: whatever option comes to be, it is among them.
        _key = RepeatedBuilds.KeyOf(
        [
            surroundings.WorkingDirectory,
            .. surroundings.Environment
                .Where(variable => variable.Key == "SOURCE_DATE_EPOCH" || variable.Key.StartsWith("BOTHY_", StringComparison.Ordinal))
                .OrderBy(variable => variable.Key, StringComparer.Ordinal)
                .Select(variable => $"{variable.Key}={variable.Value}"),
            .. arguments.Tokens.Select(token => token.Value),
        ]);
    }

    /// <summary>What the build gave before, delivered to <paramref name="destinations"/>; null where it has to be built.</summary>
    /// <exception cref="BothyException">It cannot be delivered.</exception>
    public async Task<BuildResult?> TryRepeatAsync(ImmutableArray<Destination> destinations, CancellationToken cancellationToken)
    {
        using var lease = _store.BeginLease();
        return await new RepeatedBuilds(_store).TryRepeatAsync(_key, destinations, _progress, cancellationToken);
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
    public void Keep(ImageSpec image, BuildResult result) => new RepeatedBuilds(_store).Add(_key, image, _lock, result, _warnings.Distinct(StringComparer.Ordinal));
}
