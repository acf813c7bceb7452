using System.Collections.Immutable;
using Bothy.Formats.Compression;
using Bothy.Inspection.Advisories.Reading;

namespace Bothy.Inspection.Advisories;

/// <summary>What somebody says of a vulnerability in a product (OpenVEX 0.2.0, "Status Labels").</summary>
public enum VexStatus
{
    /// <summary>Nothing has to be done.</summary>
    NotAffected,

    /// <summary>Something has to be done.</summary>
    Affected,

    /// <summary>The product holds the correction.</summary>
    Fixed,

    /// <summary>Not known yet.</summary>
    UnderInvestigation,
}

/// <summary>A product that a statement is about, or a part of one.</summary>
/// <param name="Id">Its IRI, most often a package URL; empty where only other identifiers are given.</param>
/// <param name="Identifiers">Other names of it: package URLs, CPEs; sorted.</param>
/// <param name="Hashes">Digests of it, as <c>sha-256:…</c>; sorted.</param>
/// <param name="Subcomponents">The parts of it that hold the vulnerability; empty for the product as a whole.</param>
public sealed record VexProduct(string Id, ImmutableArray<string> Identifiers, ImmutableArray<string> Hashes, ImmutableArray<VexProduct> Subcomponents)
{
    /// <summary>Every name of it, the IRI included.</summary>
    public IEnumerable<string> Names => Id.Length > 0 ? Identifiers.Prepend(Id) : Identifiers;
}

/// <summary>One statement of a document.</summary>
public sealed record VexStatement
{
    /// <summary>The name of the vulnerability.</summary>
    public required string Vulnerability { get; init; }

    /// <summary>Other names of it; sorted.</summary>
    public ImmutableArray<string> Aliases { get; init; } = [];

    /// <summary>What it is about; empty where whoever attaches the document says so.</summary>
    public ImmutableArray<VexProduct> Products { get; init; } = [];

    /// <summary>What is said.</summary>
    public required VexStatus Status { get; init; }

    /// <summary>Why it is not affected, in the label of the specification (<c>vulnerable_code_not_present</c>); null where none is given.</summary>
    public string? Justification { get; init; }

    /// <summary>Why it is not affected, in words.</summary>
    public string? ImpactStatement { get; init; }

    /// <summary>What to do where it is affected.</summary>
    public string? ActionStatement { get; init; }

    /// <summary>What else is to be known.</summary>
    public string? Notes { get; init; }

    /// <summary>When it was said: its own time, else that of the document. Of two statements about the same the later counts.</summary>
    public DateTimeOffset? Time { get; init; }
}

/// <summary>An OpenVEX document: who says what of which vulnerabilities.</summary>
public sealed record VexDocument
{
    private const long MaxLength = 64 << 20;

    /// <summary>Its IRI.</summary>
    public required string Id { get; init; }

    /// <summary>Who says it.</summary>
    public required string Author { get; init; }

    /// <summary>When it was written.</summary>
    public DateTimeOffset? Time { get; init; }

    /// <summary>Its version, which grows with every change.</summary>
    public string? Version { get; init; }

    /// <summary>What is said, in the order of the document.</summary>
    public required ImmutableArray<VexStatement> Statements { get; init; }

    /// <summary>Reads a document.</summary>
    /// <param name="stream">Its bytes, compressed or not; the reader closes it.</param>
    /// <param name="source">What it is, for messages.</param>
    /// <exception cref="MalformedDataException">It is no OpenVEX document.</exception>
    public static VexDocument Read(Stream stream, string source) => AdvisoryDocument.Guard(source, () =>
    {
        using var plain = Decompression.OpenRead(stream, source, MaxLength);
        return VexReader.Read(new JsonTokens(plain, source));
    });
}
