using System.Text;
using Bothy.Engine.ImageFiles;
using Bothy.Engine.LocalFiles;
using Bothy.Engine.Slicing;
using Bothy.Engine.StructureTests;
using Bothy.Packages.Slices;

namespace Bothy.Engine.Building;

/// <summary>What a build takes beside its packages. It is read before the key of the image is made, since it decides the image as they do.</summary>
internal sealed record BuildInputs
{
    /// <summary>The local files of the image file; null where it has none.</summary>
    public LocalFileSet? Files { get; init; }

    /// <summary>The slice definitions of the image file; null where it has none.</summary>
    public SliceRelease? Slices { get; init; }

    /// <summary>The tests that the image is held to; null where the image file has none, or they are not asked for. They decide nothing of the image.</summary>
    public ImageTests? Tests { get; init; }

    /// <summary>The digest of all of it that decides the image.</summary>
    public Digest Digest => Digest.Of(Encoding.ASCII.GetBytes($"files {Files?.Digest}\nslices {Slices?.Digest}\n"));

    /// <summary>Reads what <paramref name="spec"/> names beside packages.</summary>
    /// <exception cref="BothyException">Some of it cannot be read or may not be used.</exception>
    public static async Task<BuildInputs> ReadAsync(ImageSpec spec, BuildSettings settings, CancellationToken cancellationToken) => new()
    {
        Files = await Task.Run(() => FilesOf(LocalFileRequest.Of(spec, settings), settings, cancellationToken), cancellationToken),
        Slices = SliceDefinitions.Open(spec, settings),
        Tests = TestsOf(spec, settings),
    };

    private static LocalFileSet? FilesOf(LocalFileRequest request, BuildSettings settings, CancellationToken cancellationToken) =>
        settings.Trace?.FilesOf(request) ?? new LocalFileReader(request, settings.Store, settings.Time, settings.Parallelism, settings.Progress).Read(cancellationToken);

    /// <summary>The tests of <paramref name="spec"/>; null where it has none, or they are not asked for.</summary>
    /// <exception cref="BothyException">They cannot be read.</exception>
    public static ImageTests? TestsOf(ImageSpec spec, BuildSettings settings)
    {
        var tests = settings.Test ? ImageTests.Of(spec, settings.WorkingDirectory) : null;
        foreach (var file in tests?.Read ?? [])
        {
            settings.Trace?.Add(file);
        }

        return tests;
    }
}
