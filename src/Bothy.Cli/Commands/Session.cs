using System.Collections.Immutable;
using Bothy.Engine.Building;
using Bothy.Engine.ImageFiles;
using Bothy.Engine.Locking;
using Bothy.Store;

namespace Bothy.Cli.Commands;

/// <summary>Where a lock is.</summary>
/// <param name="Path">The full path.</param>
/// <param name="Shown">The path as the user would say it.</param>
internal sealed record LockPlace(string Path, string Shown);

/// <summary>One run of a command on one image file: the file read, the store open, the network at hand.</summary>
internal sealed class Session : IDisposable
{
    private readonly BuildSettings _settings;
    private readonly LockPlace _lock;
    private readonly StoreLease _lease;

    public Session(BuildSettings settings, ImageSpec image, ImmutableArray<ImageArchitecture> architectures, LockPlace lockPlace)
    {
        _settings = settings;
        _lock = lockPlace;
        _lease = settings.Store.BeginLease();
        Image = image;
        Architectures = architectures;
        Builder = new ImageBuilder(settings);
    }

    /// <summary>The image file.</summary>
    public ImageSpec Image { get; }

    /// <summary>The architectures asked for; empty where the image file decides.</summary>
    public ImmutableArray<ImageArchitecture> Architectures { get; }

    /// <summary>Where the lock is kept.</summary>
    public string LockPath => _lock.Path;

    public ImageBuilder Builder { get; }

    /// <summary>What the builder works with.</summary>
    public BuildSettings Settings => _settings;

    /// <summary>The store.</summary>
    public ContentStore Store => _settings.Store;

    /// <summary>Solves; a lock that is there already is the floor that no repository may go back behind.</summary>
    public async Task<LockFile> SolveAsync(CancellationToken cancellationToken)
    {
        var previous = File.Exists(LockPath) ? await LockFiles.LoadAsync(LockPath, _lock.Shown, cancellationToken) : null;
        var plan = await Builder.SolveAsync(Image, Architectures, previous, cancellationToken);
        foreach (var (name, architecture) in plan.Architectures)
        {
            if (architecture.Base is { } now && previous?.Architectures.GetValueOrDefault(name)?.Base is { } locked && locked.Image == now.Image && locked.Manifest != now.Manifest)
            {
                _settings.Progress.Report(new BuildEvent.Warning($"the base {now.Image} is another image than the lock says: {now.Manifest}, not {locked.Manifest}"));
            }
        }

        return plan;
    }

    /// <summary>The lock as it is, whatever the image file says by now.</summary>
    /// <exception cref="BothyException">There is none, or it is damaged.</exception>
    public async Task<LockFile> ReadOldLockAsync(string verb, CancellationToken cancellationToken) => File.Exists(LockPath)
        ? await LockFiles.LoadAsync(LockPath, _lock.Shown, cancellationToken)
        : throw new BothyException($"cannot {verb}: there is no {_lock.Shown}") { Hint = $"Write it with 'bothy lock {Image.FileName}'." };

    /// <summary>The lock, which has to be of this image file as it is now.</summary>
    /// <exception cref="BothyException">There is none, it is damaged, or it is stale; the message says what changed.</exception>
    public async Task<LockFile> ReadLockAsync(CancellationToken cancellationToken)
    {
        if (!File.Exists(LockPath))
        {
            throw new BothyException($"cannot build {Image.FileName} from its lock: there is no {_lock.Shown}")
            {
                Hint = $"Write it with '{LockCommandLine}'.",
            };
        }

        var plan = await LockFiles.LoadAsync(LockPath, _lock.Shown, cancellationToken);
        var wanted = Architectures.Length > 0 ? Architectures : [.. Image.Architectures.Select(architecture => architecture.Value)];
        Check(plan, wanted, _lock.Shown, $"Write it anew with '{LockCommandLine}'.");
        var surplus = plan.Architectures.Keys.Except(wanted.Select(architecture => architecture.Name), StringComparer.Ordinal);
        return wanted.IsEmpty ? plan : plan with { Architectures = plan.Architectures.RemoveRange(surplus) };
    }

    private string LockCommandLine => $"bothy lock {Image.FileName}{(Image.Debug && Image.MarkOf("debug") is null ? " --debug" : "")}";

    /// <summary>The lock that came with an image, for all that it was built for; <paramref name="shown"/> says where it is.</summary>
    /// <exception cref="BothyException">Something in it is not vouched for, or it is not the lock of the image file beside it.</exception>
    public LockFile Accept(LockFile attached, string shown)
    {
        Check(attached, [], shown, staleHint: null);
        return attached;
    }

    private void Check(LockFile plan, ImmutableArray<ImageArchitecture> wanted, string shown, string? staleHint)
    {
        if (!_settings.AllowUntrusted && plan.Untrusted is [var repository, ..])
        {
            throw new BothyException($"cannot build {Image.FileName} from {shown}: nothing vouched for {repository} when it was written")
            {
                Hint = "Accept that again with --allow-untrusted, or name the key that signs the repository and write the lock anew.",
            };
        }

        var changes = LockStaleness.Of(plan, Image, wanted, Builder.SlicesOf(Image));
        if (changes.Length > 0)
        {
            throw new BothyException($"cannot build {Image.FileName} from {shown}: it is stale:\n  {string.Join("\n  ", changes)}") { Hint = staleHint };
        }
    }

    public void Dispose()
    {
        _lease.Dispose();
        _settings.Transfer.Dispose();
    }
}
