using System.Collections.Immutable;
using Bothy.Oci.Registry.Credentials;
using Bothy.Transfer;

namespace Bothy.Oci.Registry;

/// <summary>How a <see cref="RegistryClient"/> behaves.</summary>
public sealed record RegistrySettings
{
    /// <summary>How it reaches servers. <see cref="TransferSettings.Credentials"/> are for mirrors and never used.</summary>
    public TransferSettings Transfer { get; init; } = new();

    /// <summary>Who to be.</summary>
    public RegistryCredentials Credentials { get; init; } = RegistryCredentials.None;

    /// <summary>Speak HTTP without encryption, to whatever host. Without it, only hosts of the loopback interface may.</summary>
    public bool PlainHttp { get; init; }

    /// <summary>
    /// Directories such as <c>/etc/docker/certs.d</c>, with one directory for each registry: authorities in <c>*.crt</c>, and what to show
    /// the registry in <c>*.cert</c> and <c>*.key</c> (containers-certs.d(5)).
    /// </summary>
    public ImmutableArray<string> CertificateDirectories { get; init; } = [];

    /// <summary>How many bytes one request uploads at most; null for whole blobs, which every registry takes until it says that it does not.</summary>
    public long? ChunkSize { get; init; }

    /// <summary>How many blobs are on their way at once.</summary>
    public int Parallelism { get; init; } = 4;
}
