using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Bothy.Engine.Assembly;
using Bothy.Engine.ImageFiles;
using Bothy.Engine.Locking;
using Bothy.Formats.Trees;
using Bothy.Inspection.Checks;
using Bothy.Oci;
using Bothy.Oci.Layers;
using Bothy.Oci.Sources;
using Bothy.Packages;
using Bothy.Store;

namespace Bothy.Engine.Building;

/// <summary>
/// Images that were built before, by everything that decides them: where nothing has changed, neither packages nor files are looked at. What is kept
/// of one is its configuration, where its layers are in the store, and what was said when it was built.
/// </summary>
internal sealed class EarlierBuilds(ContentStore store)
{
    private const string KeptLayer = "kept";
    private const string Kind = "image-2";
    private const int Lengths = 2 * sizeof(int);

    // Other code may make another image of the same lock, whatever its version is called.
    private static readonly Type[] Rooms = [typeof(EarlierBuilds), typeof(OciImage), typeof(PackageId), typeof(ContentStore), typeof(FileTree), typeof(Finding)];

    /// <summary>The program itself: it differs where the code does.</summary>
    public static string Program => $"{string.Concat(Rooms.Select(room => room.Module.ModuleVersionId.ToString()))}\n{Tool.Version}\n{Tool.Compression}";

    /// <summary>Says that the image for <paramref name="architecture"/> was found.</summary>
    public static BuildEvent NothingChanged(string architecture) => new BuildEvent.Finished($"image {architecture}", "nothing has changed since it was built");

    /// <summary>The digest of all that decides the image of <paramref name="locked"/>.</summary>
    public static Digest KeyOf(ImageSpec spec, LockFile plan, string architecture, LockedArchitecture locked, long? epoch, BuildInputs inputs)
    {
        // A debug variant has a key of its own, and neither it nor tests change anything of the image.
        spec = spec with { Debug = false, Tests = null };
        plan = plan with { Inputs = plan.Inputs with { Settings = plan.Inputs.Settings.Remove(LockInputs.Debug) } };

        // A plan from an apk index knows packages by their checksum until they are fetched.
        var identified = locked with
        {
            Debug = [],
            Packages = [.. locked.Packages.Select(package => package with { Digest = package.Digest ?? Digest.Of(Encoding.ASCII.GetBytes(package.Checksum.ToString()!)) })],
        };
        byte[] lockText = LockFiles.Format(plan with { Architectures = plan.Architectures.Clear().Add(architecture, identified) });
        string yaml = ImageSpecWriter.ToYaml(spec);
        string head = FormattableString.Invariant(
            $"{Program}\n{Path.GetFileName(spec.FileName)}\n{epoch}\n{architecture}\n{inputs.Digest}\n{yaml.Length}\n{yaml}");
        return Digest.Of([.. Encoding.UTF8.GetBytes(head), .. lockText]);
    }

    /// <summary>The image with that key, whole; null where it is not known or one of its layers is gone.</summary>
    public EarlierBuild? TryFind(Digest key, ImageArchitecture architecture)
    {
        if (store.TryReadResult(Kind, key) is not { } record)
        {
            return null;
        }

        // Configuration and manifest come first as they are, each behind its length: they need not be decoded from anything.
        int configLength = BinaryPrimitives.ReadInt32LittleEndian(record);
        int manifestLength = BinaryPrimitives.ReadInt32LittleEndian(record.AsSpan(sizeof(int)));
        var configText = record.AsMemory(Lengths, configLength);
        var manifestText = record.AsMemory(Lengths + configLength, manifestLength);
        using var document = JsonDocument.Parse(record.AsMemory(Lengths + configLength + manifestLength));
        var json = document.RootElement;
        var config = ImageConfig.Parse(configText, Kind);
        var manifest = ImageManifest.Parse(manifestText, Kind);
        var layers = new List<(Layer Layer, FileContent Content)>();
        foreach (var name in json.GetProperty("layers").EnumerateArray())
        {
            if (TryFindLayer(name.GetString()!, manifest.Layers[layers.Count], config.DiffIds[layers.Count]) is not { } layer)
            {
                return null;
            }

            layers.Add(layer);
        }

        var image = OciImage.Create(config, layers, manifest.Annotations);
        return new EarlierBuild(
            image,
            new BuiltImage(
                architecture,
                image.Root.Descriptor.Digest,
                manifest.Layers.Sum(layer => layer.Size),
                json.GetProperty("unpacked").GetInt64(),
                json.GetProperty("packages").GetInt32(),
                json.GetProperty("files").GetInt32(),
                [.. json.GetProperty("uncovered").EnumerateArray().Select(ReadScript)],
                [.. json.GetProperty("dropped").EnumerateArray().Select(ReadDropped)]),
            json.GetProperty("epoch").GetInt64(),
            [.. json.GetProperty("warnings").EnumerateArray().Select(warning => warning.GetString()!)])
        {
            Findings = RecordedFindings.Read(json),
        };
    }

    // A layer of an image to build on is there as it came, and how large it is unpacked is nothing that an image says.
    private (Layer Layer, FileContent Content)? TryFindLayer(string name, Descriptor blob, Digest diffId) => name == KeptLayer
        ? KeptBlob.TryOpen(store, blob) is { } kept ? (new Layer(blob, diffId, UncompressedSize: 0), kept) : null
        : new LayerStore(store).TryGet(name);

    /// <summary>Remembers <paramref name="build"/>.</summary>
    /// <exception cref="StoreWriteException">The store cannot be written.</exception>
    public void Add(Digest key, EarlierBuild build)
    {
        byte[] config = build.Image.Config.ToJson();
        byte[] manifest = build.Image.Manifest.ToJson();
        var buffer = new ArrayBufferWriter<byte>();
        BinaryPrimitives.WriteInt32LittleEndian(buffer.GetSpan(Lengths), config.Length);
        BinaryPrimitives.WriteInt32LittleEndian(buffer.GetSpan(Lengths)[sizeof(int)..], manifest.Length);
        buffer.Advance(Lengths);
        buffer.Write(config);
        buffer.Write(manifest);
        using (var json = new Utf8JsonWriter(buffer))
        {
            Write(json, build);
        }

        store.AddResult(Kind, key, buffer.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter json, EarlierBuild build)
    {
        var (image, facts, epoch, warnings) = build;
        var contents = image.Blobs.ToDictionary(blob => blob.Descriptor.Digest, blob => blob.Content);
        json.WriteStartObject();
        WriteTexts(json, "layers", image.Manifest.Layers.Select(layer => contents[layer.Digest] is StoredLayer stored ? stored.Name : KeptLayer));
        json.WriteNumber("epoch", epoch);
        json.WriteNumber("unpacked", facts.UnpackedSize);
        json.WriteNumber("packages", facts.Packages);
        json.WriteNumber("files", facts.Files);
        WriteTexts(json, "warnings", warnings);
        if (build.Findings is { } findings)
        {
            RecordedFindings.Write(json, findings);
        }

        json.WriteStartArray("uncovered");
        foreach (var script in facts.Uncovered)
        {
            json.WriteStartObject();
            json.WriteString("name", script.Package.Name);
            json.WriteString("version", script.Package.Version);
            json.WriteString("architecture", script.Package.Architecture);
            json.WriteString("script", script.Script);
            json.WriteNumber("line", script.Line);
            json.WriteString("command", script.Command);
            json.WriteString("reason", script.Reason);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("dropped");
        foreach (var dropped in facts.Dropped)
        {
            json.WriteStartObject();
            json.WriteString("rule", dropped.Rule);
            json.WriteNumber("files", dropped.Files);
            json.WriteNumber("bytes", dropped.Bytes);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (string text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }

    private static UncoveredScript ReadScript(JsonElement script)
    {
        return new UncoveredScript(
            new PackageId(Text("name"), Text("version"), Text("architecture")), Text("script"), script.GetProperty("line").GetInt32(), Text("command"), Text("reason"));

        string Text(string name) => script.GetProperty(name).GetString()!;
    }

    private static DroppedFiles ReadDropped(JsonElement dropped) => new(
        dropped.GetProperty("rule").GetString()!, dropped.GetProperty("files").GetInt32(), dropped.GetProperty("bytes").GetInt64());
}

/// <summary>An image and what was said about it.</summary>
/// <param name="Image">The image, its layers in the store.</param>
/// <param name="Facts">What is known of it.</param>
/// <param name="Epoch">The latest time that it shows.</param>
/// <param name="Warnings">What the user was told.</param>
internal sealed record EarlierBuild(OciImage Image, BuiltImage Facts, long Epoch, ImmutableArray<string> Warnings)
{
    /// <summary>What its check found; null where it was not checked.</summary>
    public ImmutableArray<Finding>? Findings { get; init; }
}
