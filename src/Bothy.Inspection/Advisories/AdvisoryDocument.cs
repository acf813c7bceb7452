using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using Bothy.Formats.Compression;
using Bothy.Inspection.Advisories.Reading;
using Bothy.Inspection.Advisories.Snapshots;

namespace Bothy.Inspection.Advisories;

/// <summary>A document of advisories, read: what it says, and what it is.</summary>
/// <param name="Source">What it is.</param>
/// <param name="Entries">What it says of packages, in its own order.</param>
/// <param name="Facts">What it says of vulnerabilities beyond packages, in its own order.</param>
public sealed record AdvisoryDocument(SnapshotSource Source, ImmutableArray<AdvisoryEntry> Entries, ImmutableArray<AdvisoryFacts> Facts)
{
    /// <summary>The most bytes that a document may unpack to.</summary>
    public const long MaxLength = 4L << 30;

    // What comes first in a document tells which it is, but long texts may come before.
    private const int HeadLength = 64 << 10;

    private enum Kind
    {
        Secdb,
        Tracker,
        Notices,
        Osv,
        Archive,
        Epss,
        Kev,
    }

    /// <summary>Reads a document of any of the formats, which its content tells; compressed or not.</summary>
    /// <param name="stream">Its bytes; it seeks, and stays the caller's.</param>
    /// <param name="address">Where it comes from, as it is to be remembered and shown.</param>
    /// <param name="date">When it was made as far as its server says; what it says itself comes first.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="MalformedDataException">It follows no format that is known, or not the one that it begins with; nothing of it counts.</exception>
    public static AdvisoryDocument Read(Stream stream, string address, DateTimeOffset? date, CancellationToken cancellationToken) =>
        TryRead(stream, address, date, cancellationToken) ?? throw new MalformedDataException(address, 0, "it follows no format of advisories that is known");

    /// <summary>The same; null where it begins like none of the formats.</summary>
    /// <inheritdoc cref="Read" path="/param"/>
    /// <exception cref="MalformedDataException">It does not follow the format that it begins with; nothing of it counts.</exception>
    public static AdvisoryDocument? TryRead(Stream stream, string address, DateTimeOffset? date, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return Guard(address, () =>
        {
            stream.Position = 0;
            var digest = Digest.FromHash(SHA256.HashData(stream));
            stream.Position = 0;
            var gathering = new AdvisoryGathering(address);
            if (ReadAny(stream, address, gathering, cancellationToken) is not { } feed)
            {
                return null;
            }

            var source = new SnapshotSource(feed, gathering.Name, address, digest, gathering.Date ?? date, gathering.Entries.Count, gathering.Facts.Count, gathering.Skipped);
            return new AdvisoryDocument(source, [.. gathering.Entries], [.. gathering.Facts]);
        });
    }

    /// <summary>Has <paramref name="read"/> read something; that it unpacks to too much is malformed too, and says of what.</summary>
    internal static T Guard<T>(string source, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (BothyException failure) when (failure is not MalformedDataException)
        {
            string about = $"cannot read {source}: ";
            throw new MalformedDataException(source, 0, failure.Message.StartsWith(about, StringComparison.Ordinal) ? failure.Message[about.Length..] : failure.Message);
        }
        catch (IOException failure)
        {
            throw new BothyException($"cannot read {source}: {FileFailure.Reason(failure)}", failure);
        }
    }

    private static AdvisoryFeed? ReadAny(Stream stream, string source, AdvisoryGathering gathering, CancellationToken cancellationToken)
    {
        long limit = Math.Min(MaxLength, UnpackedLimit.Of(stream.Length, UnpackedLimit.DefaultFreeSize));
        using var kept = new KeptOpen(stream);
        using var plain = new PeekedStream(Decompression.OpenRead(kept, source, limit), HeadLength);
        switch (KindOf(plain.Start, source))
        {
            case Kind.Secdb:
                SecdbReader.Read(new JsonTokens(plain, source), gathering);
                return AdvisoryFeed.Secdb;
            case Kind.Tracker:
                DebianTrackerReader.Read(new JsonTokens(plain, source), gathering);
                return AdvisoryFeed.DebianTracker;
            case Kind.Notices:
                DebianNoticesReader.Read(plain, source, gathering);
                return AdvisoryFeed.DebianNotices;
            case Kind.Epss:
                EpssReader.Read(plain, source, gathering);
                return AdvisoryFeed.Epss;
            case Kind.Kev:
                KevReader.Read(new JsonTokens(plain, source), gathering);
                return AdvisoryFeed.Kev;
            case Kind.Archive:
                OsvReader.ReadArchive(stream, source, gathering, limit, cancellationToken);
                return AdvisoryFeed.Osv;
            case null:
                return null;
            default:
                OsvReader.Read(new JsonTokens(plain, source), gathering);
                return AdvisoryFeed.Osv;
        }
    }

    private static Kind? KindOf(ReadOnlySpan<byte> head, string source)
    {
        if (head.StartsWith("PK\x03\x04"u8) || head.StartsWith("PK\x05\x06"u8))
        {
            return Kind.Archive;
        }

        if (EpssReader.IsOne(head))
        {
            return Kind.Epss;
        }

        if (DebianNoticesReader.IsOne(head))
        {
            return Kind.Notices;
        }

        if (SnapshotFormat.IsSnapshot(head))
        {
            throw new MalformedDataException(source, 0, "it is a snapshot, and compressed");
        }

        return KindOfJson(head, source);
    }

    // The names of the outermost object tell, with the kinds of their values: a source package may be called anything.
    private static Kind? KindOfJson(ReadOnlySpan<byte> head, string source)
    {
        var reader = new Utf8JsonReader(head.StartsWith("\uFEFF"u8) ? head[3..] : head, isFinalBlock: false, new JsonReaderState(new JsonReaderOptions { MaxDepth = JsonTokens.MaxDepth }));
        bool objects = false;
        try
        {
            if (reader.Read() && reader.TokenType == JsonTokenType.StartArray)
            {
                return Kind.Osv;
            }

            while (reader.Read())
            {
                if (reader.CurrentDepth != 1 || reader.TokenType != JsonTokenType.PropertyName)
                {
                    continue;
                }

                string name = reader.HasValueSequence || reader.ValueIsEscaped ? "" : System.Text.Encoding.UTF8.GetString(reader.ValueSpan);
                if (!reader.Read())
                {
                    break;
                }

                switch (name, reader.TokenType)
                {
                    case ("packages", JsonTokenType.StartArray):
                    case ("apkurl" or "distroversion" or "reponame" or "urlprefix", JsonTokenType.String):
                        return Kind.Secdb;
                    case ("vulnerabilities", JsonTokenType.StartArray):
                    case ("catalogVersion" or "dateReleased", JsonTokenType.String):
                        return Kind.Kev;
                    case ("id" or "schema_version" or "modified" or "published" or "withdrawn", JsonTokenType.String):
                    case ("affected", JsonTokenType.StartArray):
                        return Kind.Osv;
                    case ("@context" or "statements", _):
                        throw new MalformedDataException(source, 0, "it is a VEX document: give it to 'bothy scan --vex'");
                }

                objects |= reader.TokenType == JsonTokenType.StartObject;
            }
        }
        catch (JsonException)
        {
            return null;
        }

        return objects ? Kind.Tracker : null;
    }

    // Whoever gave the stream closes it.
    private sealed class KeptOpen(Stream inner) : Formats.ForwardReadStream
    {
        public override int Read(Span<byte> buffer) => inner.Read(buffer);
    }
}
