using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Bothy.Oci.Registry.Credentials;
using Bothy.Transfer;

namespace Bothy.Oci.Registry;

/// <summary>One registry: its address, its certificates, and who we are there.</summary>
internal sealed class RegistryConnection : IDisposable
{
    // Docker's registry is not at the address that its images are named by.
    private const string DockerHub = "docker.io";
    private const string DockerHubServer = "registry-1.docker.io";

    private readonly RegistrySettings _settings;
    private readonly string _server;
    private readonly RegistryCredential? _trial;
    private readonly TransferClient _transfer;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Dictionary<string, RegistryAuthentication> _authentications = new(StringComparer.Ordinal);
    private readonly List<X509Certificate2> _certificates = [];
    private Uri? _base;

    /// <summary>Creates the connection; nothing is connected yet.</summary>
    /// <param name="host">The registry as it is named in references.</param>
    /// <param name="settings">How to behave.</param>
    /// <param name="time">The clock of retries and timeouts.</param>
    /// <param name="trial">Who to be instead of whom the settings say; null for those.</param>
    public RegistryConnection(string host, RegistrySettings settings, TimeProvider time, RegistryCredential? trial = null)
    {
        Host = host;
        _settings = settings;
        _server = host == DockerHub ? DockerHubServer : host;
        _trial = trial;
        string[] directories = [.. settings.CertificateDirectories.Select(directory => Path.Combine(directory, host)).Where(Directory.Exists)];
        var transfer = settings.Transfer with
        {
            AuthorityFiles = [.. settings.Transfer.AuthorityFiles, .. directories.SelectMany(directory => Directory.GetFiles(directory, "*.crt")).Order(StringComparer.Ordinal)],

            // One that reads and one that writes for each blob on its way, and manifests beside them.
            MaxConnectionsPerHost = (2 * settings.Parallelism) + 2,
        };
        if (directories.SelectMany(directory => Directory.GetFiles(directory, "*.cert")).Order(StringComparer.Ordinal).FirstOrDefault() is { } own)
        {
            var certificate = LoadCertificate(own);
            _certificates.Add(certificate);
            transfer = transfer with { ClientCertificate = asked => asked == HostName ? certificate : null };
        }

        _transfer = new TransferClient(transfer, time);
    }

    /// <summary>The registry as it is named in references.</summary>
    public string Host { get; }

    /// <summary>Repeats what fails for a reason that may pass.</summary>
    public Task<T> RepeatAsync<T>(Func<CancellationToken, Task<T>> attempt, CancellationToken cancellationToken) => _transfer.RepeatAsync(attempt, cancellationToken);

    /// <summary>The address of <paramref name="path"/>, which starts after <c>/v2/</c>.</summary>
    public async Task<Uri> AddressAsync(string path, CancellationToken cancellationToken) => new(await BaseAsync(cancellationToken), path);

    /// <summary>The address that a <c>Location</c> names.</summary>
    public static Uri? Location(TransferAnswer answer) =>
        answer.Header("Location") is { } text && Uri.TryCreate(answer.Address, text, out var location) && location.Scheme is "http" or "https" ? location : null;

    /// <summary>Sends one request, once, as who we are for <paramref name="scope"/>.</summary>
    /// <returns>The answer, whatever its status.</returns>
    /// <exception cref="BothyException">There is no answer, or no way in.</exception>
    public async Task<TransferAnswer> SendAsync(TransferRequest request, RegistryScope scope, CancellationToken cancellationToken)
    {
        var root = await BaseAsync(cancellationToken);
        if (!SameServer(request.Address, root))
        {
            // Some keep their uploads elsewhere; whoever serves that place is not to learn who we are here.
            return await _transfer.SendAsync(request, cancellationToken);
        }

        var authentication = Authentication(scope.Repository);
        var header = await authentication.HeaderAsync(scope.Text, cancellationToken);
        var answer = await _transfer.SendAsync(request with { Authorization = header }, cancellationToken);
        if (answer.Status != 401 || !SameServer(answer.Address, root))
        {
            return answer;
        }

        using (answer)
        {
            header = await authentication.AnswerAsync(Challenge.Parse(answer.Headers("WWW-Authenticate")), scope.Text, header, cancellationToken);
            if (header is null)
            {
                throw await RegistryFailure.OfAsync(scope.Deed, Host, answer, authentication.Known);
            }
        }

        return await _transfer.SendAsync(request with { Authorization = header }, cancellationToken);
    }

    /// <summary>Whether the registry asked who we are, and was told.</summary>
    public bool IsKnown(RegistryScope scope) => Authentication(scope.Repository).Known;

    /// <summary>The failure that an answer is.</summary>
    public Task<BothyException> FailureAsync(RegistryScope scope, TransferAnswer answer) =>
        RegistryFailure.OfAsync(scope.Deed, Host, answer, IsKnown(scope));

    public void Dispose()
    {
        _transfer.Dispose();
        _turn.Dispose();
        foreach (var authentication in _authentications.Values)
        {
            authentication.Dispose();
        }

        foreach (var certificate in _certificates)
        {
            certificate.Dispose();
        }
    }

    private string HostName => new Uri("https://" + _server).IdnHost;

    private static bool SameServer(Uri a, Uri b) => a.GetLeftPart(UriPartial.Authority) == b.GetLeftPart(UriPartial.Authority);

    // Credentials may differ from repository to repository, so what is known of one is not shown for another.
    private RegistryAuthentication Authentication(string repository)
    {
        lock (_authentications)
        {
            if (!_authentications.TryGetValue(repository, out var authentication))
            {
                authentication = new RegistryAuthentication(Host, _base?.Scheme == Uri.UriSchemeHttps, _transfer, token => FindAsync(repository, token));
                _authentications.Add(repository, authentication);
            }

            return authentication;
        }
    }

    private Task<RegistryCredential?> FindAsync(string repository, CancellationToken cancellationToken) =>
        _trial is null ? _settings.Credentials.FindAsync(Host, repository, cancellationToken) : Task.FromResult<RegistryCredential?>(_trial);

    private async Task<Uri> BaseAsync(CancellationToken cancellationToken)
    {
        if (_base is { } known)
        {
            return known;
        }

        await _turn.WaitAsync(cancellationToken);
        try
        {
            bool plain = _settings.PlainHttp || (IsLoopback && await _transfer.RepeatAsync(SpeaksPlainAsync, cancellationToken));
            return _base ??= new Uri($"{(plain ? "http" : "https")}://{_server}/v2/");
        }
        finally
        {
            _turn.Release();
        }
    }

    private bool IsLoopback => HostName is var name && (name == "localhost" || (IPAddress.TryParse(name, out var address) && IPAddress.IsLoopback(address)));

    // Asked in the clear, and without saying who we are: a server of TLS answers with 400 or hangs up.
    private async Task<bool> SpeaksPlainAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await _transfer.SendAsync(new TransferRequest(HttpMethod.Get, new Uri($"http://{_server}/v2/")), cancellationToken);
            return answer.Status != 400;
        }
        catch (TransientException)
        {
            if (await SpeaksTlsAsync(cancellationToken))
            {
                return false;
            }

            throw;
        }
    }

    private async Task<bool> SpeaksTlsAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await _transfer.SendAsync(new TransferRequest(HttpMethod.Get, new Uri($"https://{_server}/v2/")), cancellationToken);
            return true;
        }
        catch (BothyException failure)
        {
            // Who has a certificate that nobody trusts speaks TLS all the same, and the next request says what is wrong.
            return failure.InnerException?.InnerException is AuthenticationException untrusted && untrusted.Message.Contains("certificate", StringComparison.OrdinalIgnoreCase);
        }
    }

    private static X509Certificate2 LoadCertificate(string path)
    {
        try
        {
            return X509Certificate2.CreateFromPemFile(path, Path.ChangeExtension(path, ".key"));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new BothyException($"cannot read the client certificate in {path}: {FileFailure.Reason(failure)}", failure);
        }
    }
}
