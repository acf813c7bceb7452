using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Bothy.Testing;

/// <summary>Who may do what in a <see cref="TestRegistry"/>: passwords, and tokens by scope (distribution's token and oauth2 protocols).</summary>
internal sealed class TestRegistryTokens(TestRegistryOptions options)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Granted> _tokens = new(StringComparer.Ordinal);

    /// <summary>How many tokens were given away.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _tokens.Count;
            }
        }
    }

    /// <summary>Whether the request may do <paramref name="action"/> in <paramref name="repository"/>.</summary>
    public bool Allows(HttpRequest request, string repository, string action)
    {
        string header = request.Headers.Authorization.ToString();
        if (options.User is null)
        {
            return true;
        }

        if (!options.Tokens)
        {
            return IsUser(header);
        }

        lock (_gate)
        {
            return header.StartsWith("Bearer ", StringComparison.Ordinal)
                && _tokens.TryGetValue(header["Bearer ".Length..], out var granted)
                && granted.UsesLeft-- > 0
                && (repository.Length == 0 || granted.Scopes.Contains($"{repository}:{action}"));
        }
    }

    /// <summary>What a request that is not allowed is told to come back with.</summary>
    public string Challenge(string origin, string repository, string action)
    {
        string scope = repository.Length == 0 ? "" : $",scope=\"repository:{repository}:{(action == "push" ? "pull,push" : action)}\"";
        return options.Tokens ? $"Bearer realm=\"{origin}/token\",service=\"test registry\"{scope}" : "Basic realm=\"test registry\"";
    }

    /// <summary>The token service.</summary>
    public async Task AnswerAsync(HttpContext context)
    {
        var form = context.Request.HasFormContentType ? await context.Request.ReadFormAsync() : null;
        bool known = form is null
            ? IsUser(context.Request.Headers.Authorization.ToString())
            : (form["grant_type"] == "refresh_token" && options.IdentityToken is { } identity && form["refresh_token"] == identity)
                || (form["grant_type"] == "password" && form["username"] == options.User && form["password"] == options.Password);
        bool anonymous = form is null && context.Request.Headers.Authorization.Count == 0;
        if (!known && !(anonymous && options.AnonymousPull))
        {
            context.Response.StatusCode = 401;
            return;
        }

        var scopes = form is null ? context.Request.Query["scope"] : form["scope"];
        var granted = scopes
            .SelectMany(scope => (scope ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Select(scope => scope.Split(':'))
            .Where(parts => parts is ["repository", _, _])
            .SelectMany(parts => parts[2].Split(',').Where(action => known || action == "pull").Select(action => $"{parts[1]}:{action}"));
        string token;
        lock (_gate)
        {
            token = string.Create(CultureInfo.InvariantCulture, $"secret-token-{_tokens.Count}");
            _tokens.Add(token, new Granted([.. granted], options.TokenUses));
        }

        await context.Response.WriteAsync($$"""{"{{(form is null ? "token" : "access_token")}}":"{{token}}","expires_in":300}""");
    }

    private bool IsUser(string header) =>
        header == "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{options.User}:{options.Password}"));

    private sealed class Granted(HashSet<string> scopes, int uses)
    {
        public HashSet<string> Scopes => scopes;

        public int UsesLeft { get; set; } = uses;
    }
}
