using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net.Http.Headers;
using System.Text;
using Bothy.Oci.Json;
using Bothy.Oci.Registry.Credentials;
using Bothy.Transfer;

namespace Bothy.Oci.Registry;

/// <summary>
/// Who we are at one registry: its password, or a token of its token service for each set of scopes, asked for once and kept
/// (distribution's "Token Authentication Specification" and "OAuth2 Token Authentication"). Nobody is asked before the registry does.
/// </summary>
internal sealed class RegistryAuthentication(string host, bool encrypted, TransferClient transfer, Func<CancellationToken, Task<RegistryCredential?>> find) : IDisposable
{
    private const int MaxAnswer = 1 << 20;
    private const string ClientId = "bothy";

    private readonly ConcurrentDictionary<string, AuthenticationHeaderValue> _headers = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _turn = new(1, 1);
    private Challenge? _challenge;
    private RegistryCredential? _credential;
    private bool _asked;

    /// <summary>Whether there are credentials for the registry and it was shown them.</summary>
    public bool Known => _credential is not null;

    /// <summary>What to show for <paramref name="scopes"/>, as far as the registry has asked for anything yet.</summary>
    public async Task<AuthenticationHeaderValue?> HeaderAsync(string scopes, CancellationToken cancellationToken) =>
        _headers.TryGetValue(scopes, out var header) ? header
        : _challenge is { } challenge ? await AnswerAsync([challenge], scopes, refused: null, cancellationToken)
        : null;

    /// <summary>Answers a 401; null where there is nothing to answer with.</summary>
    /// <param name="challenges">What the registry asks for.</param>
    /// <param name="scopes">What we want to do, divided by spaces.</param>
    /// <param name="refused">What we showed before and the registry did not take; null for nothing.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<AuthenticationHeaderValue?> AnswerAsync(
        ImmutableArray<Challenge> challenges, string scopes, AuthenticationHeaderValue? refused, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            // Somebody else may have asked for the same while we waited.
            if (_headers.TryGetValue(scopes, out var header) && !header.Equals(refused))
            {
                return header;
            }

            if (!_asked)
            {
                _credential = await find(cancellationToken);
                _asked = true;
            }

            header = await MakeAsync(challenges, scopes, cancellationToken);
            if (header is null || (header.Scheme == "Basic" && header.Equals(refused)))
            {
                return null;
            }

            return _headers[scopes] = header;
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private async Task<AuthenticationHeaderValue?> MakeAsync(ImmutableArray<Challenge> challenges, string scopes, CancellationToken cancellationToken)
    {
        if (_credential is RegistryCredential.BearerToken bearer)
        {
            return Bearer(bearer.Secret);
        }

        if (challenges.FirstOrDefault(challenge => challenge.Scheme == "bearer") is { } token)
        {
            _challenge = token;
            return Bearer(await TokenAsync(token, scopes, cancellationToken));
        }

        if (challenges.FirstOrDefault(challenge => challenge.Scheme == "basic") is { } basic && _credential is RegistryCredential.Password password)
        {
            _challenge = basic;
            return Basic(password);
        }

        return null;
    }

    private static AuthenticationHeaderValue Basic(RegistryCredential.Password password) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{password.UserName}:{password.Secret}")));

    private AuthenticationHeaderValue Bearer(string token) =>
        token.Length > 0 && token.All(c => c is > ' ' and < '\x7f') ? new("Bearer", token) : throw Wrong("the token is none");

    private async Task<string> TokenAsync(Challenge challenge, string scopes, CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate(challenge["realm"], UriKind.Absolute, out var realm) || realm.Scheme is not ("http" or "https"))
        {
            throw Wrong("it does not say where");
        }

        if (encrypted && realm.Scheme == Uri.UriSchemeHttp)
        {
            throw Wrong("it wants them sent without encryption");
        }

        ImmutableArray<string> wanted =
        [
            .. scopes.Split(' ').Concat((challenge["scope"] ?? "").Split(' ')).Where(scope => scope.Length > 0).Distinct(StringComparer.Ordinal),
        ];
        if (_credential is RegistryCredential.IdentityToken identity)
        {
            return await ExchangeAsync(realm, challenge, wanted, [new("grant_type", "refresh_token"), new("refresh_token", identity.Secret)], cancellationToken);
        }

        var password = _credential as RegistryCredential.Password;
        using var answer = await transfer.SendAsync(
            new TransferRequest(HttpMethod.Get, Query(realm, challenge, wanted)) { Authorization = password is null ? null : Basic(password) }, cancellationToken);

        // Some services know the newer way alone.
        return answer.Status is 404 or 405 && password is not null
            ? await ExchangeAsync(
                realm, challenge, wanted, [new("grant_type", "password"), new("username", password.UserName), new("password", password.Secret)], cancellationToken)
            : await ReadTokenAsync(answer);
    }

    private async Task<string> ExchangeAsync(
        Uri realm, Challenge challenge, ImmutableArray<string> scopes, KeyValuePair<string, string>[] grant, CancellationToken cancellationToken)
    {
        using var form = new FormUrlEncodedContent(
            [.. grant, new("service", challenge["service"] ?? ""), new("scope", string.Join(' ', scopes)), new("client_id", ClientId)]);
        var body = TransferBody.Of("application/x-www-form-urlencoded", await form.ReadAsByteArrayAsync(cancellationToken));
        using var answer = await transfer.SendAsync(new TransferRequest(HttpMethod.Post, realm) { Body = body }, cancellationToken);
        return await ReadTokenAsync(answer);
    }

    private static Uri Query(Uri realm, Challenge challenge, ImmutableArray<string> scopes)
    {
        var fields = scopes.Select(scope => "scope=" + Uri.EscapeDataString(scope));
        fields = challenge["service"] is { } service ? fields.Prepend("service=" + Uri.EscapeDataString(service)) : fields;
        return new UriBuilder(realm) { Query = string.Join('&', fields.Prepend(realm.Query.TrimStart('?')).Where(field => field.Length > 0)) }.Uri;
    }

    private async Task<string> ReadTokenAsync(TransferAnswer answer)
    {
        if (answer.Status != 200)
        {
            throw answer.Status is 400 or 401 or 403
                ? await RegistryFailure.OfAsync($"log in to {host}", host, answer, Known)
                : answer.Failure($"cannot log in to {host}: its token service answers {answer.StatusText}", hint: null);
        }

        var json = await answer.ReadAllAsync(MaxAnswer);
        try
        {
            return OciJson.Read(json, $"the token of {host}", fields => fields.OptionalString("token") ?? fields.OptionalString("access_token")) ?? throw Wrong("there is no token in the answer");
        }
        catch (MalformedDataException)
        {
            throw Wrong("the answer is not the JSON it should be");
        }
    }

    private BothyException Wrong(string reason) => new($"cannot log in to {host}: the registry asks for a token of its service, but {reason}");
}
