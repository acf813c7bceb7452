using System.Collections.Immutable;
using System.Net;

namespace Bothy.Transfer;

/// <summary>
/// User names and passwords by server, as apt's <c>auth.conf</c> and netrc files list them:
/// <c>machine [scheme://]host[:port][/path] login USER password PASSWORD</c>.
/// </summary>
/// <remarks>
/// As in apt, a machine without a scheme is meant for https alone, so that no password crosses the network in the clear
/// unless its line says <c>http://</c>. See apt_auth.conf(5).
/// </remarks>
public sealed class NetrcCredentials
{
    private readonly ImmutableArray<Machine> _machines;

    private NetrcCredentials(ImmutableArray<Machine> machines) => _machines = machines;

    /// <summary>No credentials.</summary>
    public static NetrcCredentials None { get; } = new([]);

    /// <summary>Reads a file's text. Comments start with <c>#</c>; an entry without login or password is left out.</summary>
    public static NetrcCredentials Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var machines = ImmutableArray.CreateBuilder<Machine>();
        string? host = null, login = null, password = null;
        foreach (var (key, value) in Fields(text))
        {
            switch (key)
            {
                case "machine":
                    Finish();
                    host = value;
                    break;
                case "login":
                    login = value;
                    break;
                case "password":
                    password = value;
                    break;
                default:
                    break;
            }
        }

        Finish();
        return new(machines.ToImmutable());

        void Finish()
        {
            if (host is not null && login is not null && password is not null && Machine.TryParse(host, login, password) is { } machine)
            {
                machines.Add(machine);
            }

            (host, login, password) = (null, null, null);
        }
    }

    /// <summary>These credentials, then <paramref name="others"/> for servers that these do not name.</summary>
    public NetrcCredentials Then(NetrcCredentials others)
    {
        ArgumentNullException.ThrowIfNull(others);
        return new(_machines.AddRange(others._machines));
    }

    /// <summary>What to say to the server of <paramref name="address"/>; the first entry that fits.</summary>
    internal NetworkCredential? Find(Uri address) =>
        _machines.FirstOrDefault(machine => machine.Fits(address))?.Credential;

    private static IEnumerable<(string Key, string Value)> Fields(string text)
    {
        string[] words = text.Split('\n')
            .Select(line => line.TrimStart().StartsWith('#') ? "" : line)
            .SelectMany(line => line.Split((char[])[' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries))
            .ToArray();
        for (int i = 0; i < words.Length; i++)
        {
            if (words[i] is "machine" or "login" or "password" or "account" && i + 1 < words.Length)
            {
                yield return (words[i], words[++i]);
            }
            else if (words[i] == "default")
            {
                // netrc's entry for every host: apt ignores it, and a password for everyone is one for an attacker.
                yield return ("machine", "");
            }
        }
    }

    private sealed record Machine(string? Scheme, string Host, int? Port, string Path, NetworkCredential Credential)
    {
        public static Machine? TryParse(string text, string login, string password)
        {
            int scheme = text.IndexOf("://", StringComparison.Ordinal);
            string rest = scheme < 0 ? text : text[(scheme + 3)..];
            int slash = rest.IndexOf('/', StringComparison.Ordinal);
            string path = slash < 0 ? "" : rest[slash..];
            // Any scheme without a port of its own; one letter would be a drive.
            return Uri.TryCreate("machine://" + (slash < 0 ? rest : rest[..slash]), UriKind.Absolute, out var server) && server.Host.Length > 0
                ? new Machine(scheme < 0 ? null : text[..scheme].ToLowerInvariant(), server.Host, server.Port < 0 ? null : server.Port, path, new NetworkCredential(login, password))
                : null;
        }

        public bool Fits(Uri address) =>
            address.Scheme == (Scheme ?? Uri.UriSchemeHttps)
            && string.Equals(address.Host, Host, StringComparison.OrdinalIgnoreCase)
            && (Port is not { } port || address.Port == port)
            && address.AbsolutePath.StartsWith(Path, StringComparison.Ordinal);
    }
}
