using System.CommandLine;
using System.Text.Json;
using Bothy.Engine.Locking;
using Bothy.Engine.Updating;
using Bothy.Inspection.Catalog;
using Bothy.Inspection.Matching;
using Bothy.Inspection.Sbom;
using Bothy.Oci;
using Bothy.Oci.Sources;

namespace Bothy.Cli.Commands;

/// <summary>What <c>scan</c> is asked about, opened: an image, a lock, a bill of materials or a directory.</summary>
internal sealed class ScanTarget : IAsyncDisposable
{
    private const int MaxDocument = 256 << 20;
    private const int MaxDepth = 64;

    private readonly ImageSession? _session;
    private readonly (KnownLock Lock, string Architecture)? _lock;

    private ScanTarget(ScanSubject subject, ImageSession? session, (KnownLock, string)? known = null)
    {
        Subject = subject;
        _session = session;
        _lock = known;
    }

    /// <summary>What is judged.</summary>
    public ScanSubject Subject { get; }

    /// <summary>Opens what the argument names; what it is, is recognised by its content unless <paramref name="kind"/> says so.</summary>
    /// <exception cref="BothyException">It cannot be found or read, or is not of that kind.</exception>
    public static async Task<ScanTarget> OpenAsync(
        ImageArgument image, ScanSubjectKind? kind, ParseResult arguments, Surroundings surroundings, Terminal terminal, CancellationToken cancellationToken)
    {
        string text = image.TextOf(arguments);
        string path = Path.Combine(surroundings.WorkingDirectory, text);
        switch (kind ?? KindOf(path, text, surroundings))
        {
            case ScanSubjectKind.Lock:
                return await OfLockAsync(path, text, image.PlatformOf(arguments), cancellationToken);
            case ScanSubjectKind.Bill:
                return new ScanTarget(ScanSubjects.OfBill(ReadDocument(text, surroundings), text), session: null);
            case ScanSubjectKind.Directory:
                return new ScanTarget(ScanSubjects.OfDirectory(path, cancellationToken) with { Name = text }, session: null);
            default:
                var session = await image.OpenAsync(arguments, surroundings, terminal, cancellationToken);
                try
                {
                    var contents = ImageContents.Of(session.Image);
                    return new ScanTarget(WithProducts(ScanSubjects.Of(contents, text, cancellationToken), image.LocationOf(arguments, surroundings), session.Image.ManifestDescriptor.Digest, contents.Platform), session);
                }
                catch
                {
                    await session.DisposeAsync();
                    throw;
                }
        }
    }

    /// <summary>The lock that the subject is of, and the architecture of it; null where none is known.</summary>
    /// <exception cref="BothyException">What is attached to the image cannot be read.</exception>
    public async Task<(KnownLock Lock, string Architecture)?> FindLockAsync(CancellationToken cancellationToken)
    {
        if (_session is null)
        {
            return _lock;
        }

        return await KnownLock.FindAsync(_session.Store, _session.Source, cancellationToken) is { } known && known.NameOf(_session.Image.Config.Platform) is { } name ? (known, name) : null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_session is not null)
        {
            await _session.DisposeAsync();
        }
    }

    private static async Task<ScanTarget> OfLockAsync(string path, string shown, Platform? platform, CancellationToken cancellationToken)
    {
        var known = KnownLock.Of(await LockFiles.LoadAsync(path, shown, cancellationToken), path);
        string name = platform is null ? known.Lock.Architectures.Keys.First()
            : known.NameOf(platform) ?? throw new BothyException($"cannot scan {shown} for {platform}: it is for {string.Join(", ", known.Lock.Architectures.Keys)}");
        return new ScanTarget(LockSubject.Of(shown, known.Lock.Architectures[name]), session: null, (known, name));
    }

    // Who wrote a VEX document about an image of a registry called it so.
    private static ScanSubject WithProducts(ScanSubject subject, ImageLocation location, Digest manifest, Platform platform) => location is ImageLocation.Registry registry
        ? subject with { Products = [PackageUrls.OfImage(registry.Reference.Name, manifest, platform.Architecture)] }
        : subject;

    // A path that is not there may be a reference, which only an image has.
    private static ScanSubjectKind KindOf(string path, string text, Surroundings surroundings)
    {
        if (Directory.Exists(path))
        {
            return File.Exists(Path.Combine(path, "oci-layout")) || File.Exists(Path.Combine(path, "index.json")) ? ScanSubjectKind.Image : ScanSubjectKind.Directory;
        }

        if (!File.Exists(path) || FirstByte(text, surroundings) != '{')
        {
            return ScanSubjectKind.Image;
        }

        try
        {
            return KindOf(ReadDocument(text, surroundings));
        }
        catch (JsonException failure)
        {
            throw new BothyException($"cannot scan {text}: it begins as JSON and is none: {failure.Message}");
        }
    }

    // Tools that sort their fields name the format last, behind everything else.
    private static ScanSubjectKind KindOf(ReadOnlyMemory<byte> document)
    {
        var json = new Utf8JsonReader(document.Span, new JsonReaderOptions { MaxDepth = MaxDepth });
        while (json.Read() && json.TokenType != JsonTokenType.EndObject)
        {
            if (json.TokenType == JsonTokenType.PropertyName)
            {
                if (json.ValueTextEquals("spdxVersion") || json.ValueTextEquals("bomFormat"))
                {
                    return ScanSubjectKind.Bill;
                }

                if (json.ValueTextEquals("architectures"))
                {
                    return ScanSubjectKind.Lock;
                }

                json.Skip();
            }
        }

        throw new JsonException("neither a lock nor a bill of materials (SPDX, CycloneDX)");
    }

    private static int FirstByte(string text, Surroundings surroundings) => PackageFiles.Read(text, surroundings, static file =>
    {
        using var stream = file.OpenRead();
        int first;
        do
        {
            first = stream.ReadByte();
        }
        while (first is ' ' or '\t' or '\r' or '\n' or 0xEF or 0xBB or 0xBF);
        return first;
    });

    private static byte[] ReadDocument(string text, Surroundings surroundings) => PackageFiles.Read(text, surroundings, file => file.Length <= MaxDocument
        ? File.ReadAllBytes(file.FullName)
        : throw new BothyException($"cannot scan {text}: it has more than {MaxDocument >> 20} MiB"));
}
