using System.Collections.Immutable;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Bothy.Packages;
using Bothy.Packages.Repositories;
using Bothy.Packages.Solving;

namespace Bothy.Engine.Locking;

/// <summary>Prints a lock: fields in a fixed order, one a line, so that a change of one package is a change of a few lines.</summary>
internal sealed class LockWriter
{
    private readonly Utf8JsonWriter _json;

    private LockWriter(Utf8JsonWriter json) => _json = json;

    /// <summary>The text in UTF-8, ending in a line feed; the same for the same lock.</summary>
    public static byte[] Write(LockFile lockFile)
    {
        using var stream = new MemoryStream();
        // No page shows it, so that '>=' need not become \u003E=.
        var options = new JsonWriterOptions { Indented = true, IndentSize = 2, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using (var json = new Utf8JsonWriter(stream, options))
        {
            new LockWriter(json).WriteLock(lockFile);
        }

        stream.WriteByte((byte)'\n');
        return stream.ToArray();
    }

    /// <summary>A date as the lock has it, to the second.</summary>
    public static string Date(DateTimeOffset date) => date.UtcDateTime.ToString(LockReader.DateFormat, CultureInfo.InvariantCulture);

    private void WriteLock(LockFile lockFile)
    {
        _json.WriteStartObject();
        _json.WriteNumber("version", LockFile.FormatVersion);
        _json.WriteStartObject("tool");
        _json.WriteString("name", lockFile.Tool.Name);
        _json.WriteString("version", lockFile.Tool.Version);
        _json.WriteString("compression", lockFile.Tool.Compression);
        _json.WriteEndObject();

        _json.WriteStartObject("image");
        _json.WriteString("file", lockFile.ImageFileName);
        _json.WriteString("digest", lockFile.Inputs.Digest.ToString());
        WriteTexts("repositories", lockFile.Inputs.Repositories);
        WriteTexts("keyring", lockFile.Inputs.Keyring);
        WriteTexts("packages", lockFile.Inputs.Packages);
        WriteTexts("omit", lockFile.Inputs.Omit);
        _json.WriteStartObject("settings");
        foreach (var (key, value) in lockFile.Inputs.Settings)
        {
            _json.WriteString(key, value);
        }

        _json.WriteEndObject();
        _json.WriteEndObject();

        if (lockFile.Slices is { } slices)
        {
            _json.WriteString("slices", slices.ToString());
        }

        _json.WriteStartObject("architectures");
        foreach (var (name, architecture) in lockFile.Architectures)
        {
            _json.WriteStartObject(name);
            WriteArchitecture(architecture);
            _json.WriteEndObject();
        }

        _json.WriteEndObject();
        _json.WriteEndObject();
    }

    private void WriteArchitecture(LockedArchitecture architecture)
    {
        var names = new LockedNames(architecture.AllPackages.Select(static package => package.Id).Concat(architecture.Omitted.Select(static omitted => omitted.Id)).Concat(architecture.Base?.Packages.Select(static package => package.Id) ?? []));
        WriteList("repositories", architecture.Repositories, WriteRepository);
        if (!architecture.Keys.IsEmpty)
        {
            WriteList("keys", architecture.Keys, key =>
            {
                _json.WriteString("name", key.Name);
                _json.WriteString("text", key.Text);
            });
        }

        if (architecture.Base is { } below)
        {
            _json.WriteStartObject("base");
            _json.WriteString("image", below.Image);
            _json.WriteString("manifest", below.Manifest.ToString());
            WriteList("packages", below.Packages, package =>
            {
                WriteId(package.Id);
                _json.WriteString("source", package.Source);
                _json.WriteString("sourceVersion", package.SourceVersion);
                WriteList("why", package.Reasons, reason => WriteReason(reason, names));
            });
            _json.WriteEndObject();
        }

        WriteList("packages", architecture.Packages, package => WritePackage(package, names));
        if (!architecture.Debug.IsEmpty)
        {
            WriteList("debug", architecture.Debug, package => WritePackage(package, names));
        }

        WriteList("omitted", architecture.Omitted, omitted =>
        {
            WriteId(omitted.Id);
            WriteList("why", omitted.Reasons, reason => WriteReason(reason, names));
        });
        WriteTexts("warnings", architecture.Warnings);
    }

    private void WriteRepository(LockedRepository repository)
    {
        switch (repository)
        {
            case LockedRepository.Debian debian:
                WriteRelease(debian.Release);
                break;
            case LockedRepository.Alpine alpine:
                WriteAlpine(alpine);
                break;
            default:
                throw new ArgumentException($"no such repository: {repository}", nameof(repository));
        }
    }

    private void WriteAlpine(LockedRepository.Alpine repository)
    {
        _json.WriteString("uri", repository.Uri);
        WriteOptional("tag", repository.Tag);
        WriteOptional("description", repository.Description);
        _json.WriteString("date", Date(repository.Date));
        _json.WriteString("index", repository.Index.ToString());
        _json.WriteNumber("size", repository.Size);
        WriteOptional("key", repository.Key);
        if (repository.IsUntrusted)
        {
            _json.WriteBoolean("untrusted", true);
        }
    }

    private void WriteRelease(VerifiedRelease release)
    {
        _json.WriteString("uri", release.Uri);
        _json.WriteString("suite", release.Suite);
        WriteOptional("codename", release.Codename);
        WriteOptional("version", release.Version);
        WriteOptional("origin", release.Origin);
        _json.WriteString("date", Date(release.Date));
        WriteOptional("validUntil", release.ValidUntil is { } end ? Date(end) : null);
        _json.WriteString("release", release.Digest.ToString());
        WriteTexts("keys", release.KeyFingerprints);
        WriteList("indexes", release.Indexes, index =>
        {
            _json.WriteString("path", index.Path);
            _json.WriteString("digest", index.Digest.ToString());
            _json.WriteNumber("size", index.Size);
        });
    }

    private void WritePackage(LockedPackage package, LockedNames names)
    {
        WriteId(package.Id);
        _json.WriteString("source", package.Source);
        _json.WriteString("sourceVersion", package.SourceVersion);
        _json.WriteString("url", package.Url.GetComponents(UriComponents.AbsoluteUri & ~UriComponents.UserInfo, UriFormat.UriEscaped));
        _json.WriteNumber("size", package.Size);
        _json.WriteString("digest", package.KnownDigest.ToString());
        WriteOptional("checksum", package.Checksum?.ToString());
        WriteOptional("tag", package.Tag);
        if (!package.Slices.IsEmpty)
        {
            WriteTexts("slices", package.Slices);
        }

        WriteList("why", package.Reasons, reason => WriteReason(reason, names));
    }

    private void WriteId(PackageId id)
    {
        _json.WriteString("name", id.Name);
        _json.WriteString("version", id.Version);
        _json.WriteString("architecture", id.Architecture);
    }

    private void WriteReason(Reason reason, LockedNames names)
    {
        switch (reason)
        {
            case Reason.Requested requested:
                _json.WriteString("request", requested.Request);
                break;
            case Reason.Needed needed:
                _json.WriteString("by", names.NameOf(needed.By));
                _json.WriteString("field", needed.Field);
                _json.WriteString("relation", needed.Relation);
                _json.WriteString("alternative", needed.Alternative);
                WriteOptional("provides", needed.Provides);
                break;
            case Reason.NeededSlice needed:
                _json.WriteString("by", names.NameOf(needed.By));
                _json.WriteString("bySlice", needed.BySlice);
                _json.WriteString("slice", needed.Slice);
                break;
            default:
                throw new ArgumentException($"no such reason: {reason}", nameof(reason));
        }
    }

    private void WriteList<T>(string name, ImmutableArray<T> items, Action<T> write)
    {
        _json.WriteStartArray(name);
        foreach (var item in items)
        {
            _json.WriteStartObject();
            write(item);
            _json.WriteEndObject();
        }

        _json.WriteEndArray();
    }

    private void WriteTexts(string name, ImmutableArray<string> texts)
    {
        _json.WriteStartArray(name);
        foreach (string text in texts)
        {
            _json.WriteStringValue(text);
        }

        _json.WriteEndArray();
    }

    private void WriteOptional(string name, string? value)
    {
        if (value is not null)
        {
            _json.WriteString(name, value);
        }
    }
}
