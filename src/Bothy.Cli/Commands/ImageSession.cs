using Bothy.Cli.Rendering;
using Bothy.Engine.Building;
using Bothy.Inspection.Catalog;
using Bothy.Oci;
using Bothy.Oci.Reading;
using Bothy.Oci.Registry;
using Bothy.Oci.Sources;
using Bothy.Store;

namespace Bothy.Cli.Commands;

/// <summary>One run of a command on one image: the image read, the store open.</summary>
internal sealed class ImageSession : IAsyncDisposable
{
    private readonly StoreLease _lease;

    private ImageSession(ContentStore store, StoreLease lease, RegistryClient registries, ImageSource source, OpenedImage image)
    {
        Registries = registries;
        Store = store;
        _lease = lease;
        Source = source;
        Image = image;
    }

    /// <summary>The store.</summary>
    public ContentStore Store { get; }

    /// <summary>The way to registries, of the image and of others.</summary>
    public RegistryClient Registries { get; }

    /// <summary>Where the image is.</summary>
    public ImageSource Source { get; }

    /// <summary>The image.</summary>
    public OpenedImage Image { get; }

    /// <summary>What is in it; what of its databases cannot be read is said as warnings.</summary>
    public ImageContents Contents(Terminal terminal)
    {
        var contents = ImageContents.Of(Image);
        foreach (string warning in contents.Warnings)
        {
            terminal.Warning(warning);
        }

        return contents;
    }

    /// <summary>Opens the image at <paramref name="location"/>; registries are reached as the machine says.</summary>
    /// <exception cref="BothyException">It cannot be found or read.</exception>
    public static Task<ImageSession> OpenAsync(
        ImageLocation location, Platform? platform, Surroundings surroundings, Terminal terminal, CancellationToken cancellationToken) =>
        OpenAsync(location, platform, RegistryOptions.Open(surroundings), surroundings, terminal, cancellationToken);

    /// <summary>Opens the image at <paramref name="location"/>. The client of registries is the session's from now on.</summary>
    /// <exception cref="BothyException">It cannot be found or read.</exception>
    public static async Task<ImageSession> OpenAsync(
        ImageLocation location, Platform? platform, RegistryClient registries, Surroundings surroundings, Terminal terminal, CancellationToken cancellationToken)
    {
        var store = new ContentStore(ContentStore.DefaultDirectory(surroundings.Environment))
        {
            DamageFound = damaged => terminal.Warning($"{damaged.Message}; making it anew"),
        };
        var lease = store.BeginLease();
        ImageSource? source = null;
        try
        {
            source = await location.OpenAsync(RegistryOptions.Access(surroundings, registries), cancellationToken);
            var image = await ReadAsync(source, platform, store, surroundings, terminal, cancellationToken);
            return new ImageSession(store, lease, registries, source, image);
        }
        catch
        {
            if (source is not null)
            {
                await source.DisposeAsync();
            }

            lease.Dispose();
            registries.Dispose();
            throw;
        }
    }

    // Most images are read, or found in the store, before anybody would look at a display.
    private static Task<OpenedImage> ReadAsync(
        ImageSource source, Platform? platform, ContentStore store, Surroundings surroundings, Terminal terminal, CancellationToken cancellationToken)
    {
        if (!terminal.Interactive)
        {
            return new ImageReader(store, surroundings.Parallelism).OpenAsync(source, platform, cancellationToken);
        }

        var display = new ProgressDisplay(terminal, Verbosity.Normal);
        var reader = new ImageReader(store, surroundings.Parallelism) { Progress = new LayersProgress(display, surroundings.Time) };
        return display.RunAsync(() => reader.OpenAsync(source, platform, cancellationToken));
    }

    public async ValueTask DisposeAsync()
    {
        Image.Dispose();
        await Source.DisposeAsync();
        _lease.Dispose();
        Registries.Dispose();
    }

    private sealed class LayersProgress(IProgress<BuildEvent> display, TimeProvider time) : IProgress<ReadingProgress>
    {
        private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

        private readonly long _start = time.GetTimestamp();

        public void Report(ReadingProgress value)
        {
            if (time.GetElapsedTime(_start) >= Patience)
            {
                display.Report(new BuildEvent.Advanced("read layers", value.Done, value.Total));
            }
        }
    }
}
