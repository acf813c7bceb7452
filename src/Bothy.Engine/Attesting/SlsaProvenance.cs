using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Bothy.Engine.ImageFiles;
using Bothy.Engine.Locking;

namespace Bothy.Engine.Attesting;

/// <summary>
/// How an image came to be, as SLSA provenance v1 (slsa.dev/spec/v1.0/provenance): the image file that was asked for, every package by digest, the
/// builder and the lock. Made of the lock that travels with the image, the same bytes for the same build.
/// </summary>
public static class SlsaProvenance
{
    /// <summary>What kind of build it was: which parameters there are, and what they mean. docs/signing.md describes it.</summary>
    public const string BuildType = "urn:bothy:build:v1";

    /// <summary>Who built: the program, on whatever machine. It says nothing about that machine.</summary>
    public const string BuilderId = "urn:bothy:builder:local";

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, NewLine = "\n" };

    /// <summary>The predicate, in JSON.</summary>
    public static byte[] Of(AttachedLock attached)
    {
        ArgumentNullException.ThrowIfNull(attached);
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            WriteDefinition(json, attached);
            WriteRun(json, attached);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteDefinition(Utf8JsonWriter json, AttachedLock attached)
    {
        var lockFile = attached.Lock;
        json.WriteStartObject("buildDefinition");
        json.WriteString("buildType", BuildType);
        json.WriteStartObject("externalParameters");
        json.WriteStartObject("imageFile");
        json.WriteString("name", lockFile.ImageFileName);
        json.WriteString("content", ImageSpecWriter.ToYaml(attached.ImageFile));
        json.WriteEndObject();
        json.WriteStartArray("architectures");
        foreach (string architecture in lockFile.Architectures.Keys)
        {
            json.WriteStringValue(architecture);
        }

        json.WriteEndArray();
        if (attached.SourceDateEpoch is { } epoch)
        {
            json.WriteNumber("sourceDateEpoch", epoch);
        }

        json.WriteEndObject();
        json.WriteStartObject("internalParameters");
        json.WriteString("compression", lockFile.Tool.Compression);
        json.WriteEndObject();
        json.WriteStartArray("resolvedDependencies");
        foreach (var (name, architecture) in lockFile.Architectures)
        {
            var source = LockedDistribution.Of(architecture);
            if (architecture.Base is { } below)
            {
                WriteResource(json, $"{below.Image} ({name})", uri: below.Image, below.Manifest, downloadLocation: null, mediaType: Oci.MediaTypes.Manifest);
                json.WriteEndObject();
            }

            foreach (var repository in architecture.Repositories)
            {
                WriteRepository(json, repository);
            }

            foreach (var package in attached.ArchitectureOf(name).Packages)
            {
                WritePackage(json, package, source, name);
            }
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteRepository(Utf8JsonWriter json, LockedRepository repository)
    {
        switch (repository)
        {
            case LockedRepository.Debian { Release: var release }:
                WriteResource(json, $"{release.Suite} of {release.Uri}", uri: release.Uri, release.Digest, downloadLocation: null, mediaType: null);
                break;
            case LockedRepository.Alpine alpine:
                WriteResource(json, $"index of {alpine.Uri}", uri: alpine.Uri, alpine.Index, downloadLocation: null, mediaType: null);
                break;
            default:
                throw new ArgumentException($"no such repository: {repository}", nameof(repository));
        }

        json.WriteEndObject();
    }

    private static void WritePackage(Utf8JsonWriter json, LockedPackage package, LockedDistribution distribution, string architecture)
    {
        WriteResource(
            json,
            package.FileName,
            distribution.UrlOf(package).ToString(),
            package.KnownDigest,
            package.Url.GetComponents(UriComponents.AbsoluteUri & ~UriComponents.UserInfo, UriFormat.UriEscaped),
            mediaType: null);
        json.WriteStartObject("annotations");
        json.WriteString("architecture", architecture);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteRun(Utf8JsonWriter json, AttachedLock attached)
    {
        byte[] lockText = LockFiles.Format(attached.Lock);
        json.WriteStartObject("runDetails");
        json.WriteStartObject("builder");
        json.WriteString("id", BuilderId);
        json.WriteStartObject("version");
        json.WriteString(attached.Lock.Tool.Name, attached.Lock.Tool.Version);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteStartArray("byproducts");
        WriteResource(json, LockFiles.DefaultPath(attached.Lock.ImageFileName), uri: null, Digest.Of(lockText), downloadLocation: null, AttachedLock.ArtifactType);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    // An in-toto ResourceDescriptor; its end is for the caller, who may add to it.
    private static void WriteResource(Utf8JsonWriter json, string name, string? uri, Digest digest, string? downloadLocation, string? mediaType)
    {
        json.WriteStartObject();
        json.WriteString("name", name);
        foreach (var (key, value) in ((string, string?)[])[("uri", uri), ("downloadLocation", downloadLocation), ("mediaType", mediaType)])
        {
            if (value is not null)
            {
                json.WriteString(key, value);
            }
        }

        json.WriteStartObject("digest");
        json.WriteString("sha256", digest.Hex);
        json.WriteEndObject();
    }
}
