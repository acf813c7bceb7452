using System.Security.Cryptography.X509Certificates;

namespace Bothy.Testing;

/// <summary>What a <see cref="TestRegistry"/> can do, and whom it lets in.</summary>
public sealed record TestRegistryOptions
{
    /// <summary>Whether it has the referrers API; without it, clients keep the list under a tag (distribution-spec, "Referrers Tag Schema").</summary>
    public bool Referrers { get; init; } = true;

    /// <summary>How many referrers one page of the answer has.</summary>
    public int ReferrersPage { get; init; } = 100;

    /// <summary>Whether a blob of another repository can be mounted.</summary>
    public bool CrossMount { get; init; } = true;

    /// <summary>Whether a request for a part of a blob gets a part.</summary>
    public bool Ranges { get; init; } = true;

    /// <summary>Whether what arrived of an upload that was cut is kept.</summary>
    public bool KeepsPartialUploads { get; init; } = true;

    /// <summary>The most bytes that one request may upload; 413 beyond.</summary>
    public long? MaxRequestBytes { get; init; }

    /// <summary>The user who may do everything; null for everybody.</summary>
    public string? User { get; init; }

    /// <summary>The user's password.</summary>
    public string Password { get; init; } = "";

    /// <summary>Whether users are known by tokens of the token service and not by password.</summary>
    public bool Tokens { get; init; }

    /// <summary>The refresh token that stands for the user at the token service (docker's identity token).</summary>
    public string? IdentityToken { get; init; }

    /// <summary>Whether everybody may pull; only with <see cref="Tokens"/>.</summary>
    public bool AnonymousPull { get; init; }

    /// <summary>How many requests a token is good for.</summary>
    public int TokenUses { get; init; } = int.MaxValue;

    /// <summary>Where blobs are fetched from instead: the base address of another server; see <see cref="TestRegistry.BlobAddress"/>.</summary>
    public Uri? BlobStorage { get; init; }

    /// <summary>The certificate to speak TLS with; null for plain HTTP.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>What goes wrong with a request; null where it is answered as it should be. Called from several threads.</summary>
    public Func<TestRegistryRequest, TestRegistryFault?> Fault { get; init; } = _ => null;
}

/// <summary>A request as the registry saw it.</summary>
/// <param name="Number">How many came before it.</param>
/// <param name="Method">The method.</param>
/// <param name="Path">The path with its query.</param>
/// <param name="Headers">The headers; names without regard to case.</param>
public sealed record TestRegistryRequest(int Number, string Method, string Path, IReadOnlyDictionary<string, string> Headers)
{
    /// <summary>How many bytes of its body were received, so far.</summary>
    public long Received { get; set; }

    /// <summary>A header's value, or null.</summary>
    public string? this[string header] => Headers.GetValueOrDefault(header);

    /// <summary>Whether it is about a blob's bytes: fetching or sending them.</summary>
    public bool IsBlob => Path.Contains("/blobs/", StringComparison.Ordinal);
}

/// <summary>Something that goes wrong with one request. What is not set goes right.</summary>
public sealed record TestRegistryFault
{
    /// <summary>Answer with this status, and do nothing.</summary>
    public int? Status { get; init; }

    /// <summary>The <c>Retry-After</c> of that answer.</summary>
    public string? RetryAfter { get; init; }

    /// <summary>The body of that answer.</summary>
    public string Body { get; init; } = "";

    /// <summary>Close the connection after this many bytes of the request's body, or at once where it has fewer.</summary>
    public long? CutRequestAfter { get; init; }

    /// <summary>Close the connection after this many bytes of the answer's body.</summary>
    public int? CutAnswerAfter { get; init; }

    /// <summary>Do what was asked, but close the connection instead of saying so.</summary>
    public bool Silent { get; init; }

    /// <summary>Answer with other bytes of the same length.</summary>
    public bool Corrupt { get; init; }

    /// <summary>Say a digest that is not that of the bytes.</summary>
    public bool WrongDigest { get; init; }

    /// <summary>Wait this long before answering.</summary>
    public TimeSpan Delay { get; init; }
}
