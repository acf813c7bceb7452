using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Bothy.Formats.Text;

namespace Bothy.Oci.Registry.Credentials;

/// <summary>
/// A program <c>docker-credential-NAME</c> that keeps credentials elsewhere. Names and secrets go over its standard input and output, never
/// over its command line (docker-credential-helpers, README).
/// </summary>
internal sealed class CredentialHelper(string name, IReadOnlyDictionary<string, string> environment)
{
    private const int MaxAnswer = 1 << 20;

    // What a helper says where it knows nothing; it exits with 1 as for every failure.
    private const string NotFound = "credentials not found";

    private string Program => "docker-credential-" + name;

    /// <summary>The credential of a server; null where the helper has none.</summary>
    /// <exception cref="BothyException">The helper is missing, fails, or answers something else.</exception>
    public async Task<RegistryCredential?> GetAsync(string server, CancellationToken cancellationToken)
    {
        var (code, output) = await RunAsync("get", server, cancellationToken);
        if (code != 0)
        {
            return output.Contains(NotFound, StringComparison.OrdinalIgnoreCase) ? null : throw Failed("ask", server, output);
        }

        try
        {
            var answer = JsonNode.Parse(output);
            return ((string?)answer?["Username"], (string?)answer?["Secret"]) switch
            {
                ("<token>", { } secret) => new RegistryCredential.IdentityToken(secret),
                ({ Length: > 0 } user, { } secret) => new RegistryCredential.Password(user, secret),
                _ => null,
            };
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            // What it said instead may be half a secret.
            throw new BothyException($"cannot ask {Program} for the credentials of {server}: its answer is not the JSON it should be");
        }
    }

    /// <summary>Gives the helper a password to keep.</summary>
    /// <exception cref="BothyException">The helper is missing or fails.</exception>
    public async Task StoreAsync(string server, RegistryCredential.Password password, CancellationToken cancellationToken)
    {
        var entry = new JsonObject { ["ServerURL"] = server, ["Username"] = password.UserName, ["Secret"] = password.Secret };
        var (code, output) = await RunAsync("store", entry.ToJsonString(), cancellationToken);
        if (code != 0)
        {
            throw Failed("give", server, output.Replace(password.Secret, "…", StringComparison.Ordinal));
        }
    }

    /// <summary>Has the helper forget a server. False where it knew nothing of it.</summary>
    /// <exception cref="BothyException">The helper is missing or fails.</exception>
    public async Task<bool> EraseAsync(string server, CancellationToken cancellationToken)
    {
        if (await GetAsync(server, cancellationToken) is null)
        {
            return false;
        }

        var (code, output) = await RunAsync("erase", server, cancellationToken);
        return code == 0 ? true : throw Failed("ask", server, output);
    }

    private BothyException Failed(string deed, string server, string output) =>
        new($"cannot {deed} {Program} {(deed == "ask" ? "for" : "to keep")} the credentials of {server}: {VisibleText.Of(output.Trim() is { Length: > 0 and <= 500 } said ? said : "it failed")}");

    private async Task<(int Code, string Output)> RunAsync(string verb, string input, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(Find(), [verb])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Clear();
        foreach (var (variable, value) in environment)
        {
            start.Environment[variable] = value;
        }

        using var process = Start(start);
        try
        {
            var errors = process.StandardError.BaseStream.CopyToAsync(Stream.Null, cancellationToken);
            try
            {
                await process.StandardInput.BaseStream.WriteAsync(Encoding.UTF8.GetBytes(input), cancellationToken);
                process.StandardInput.Close();
            }
            catch (IOException)
            {
                // It has seen enough; its exit code tells.
            }

            string output = await ReadAsync(process.StandardOutput.BaseStream, cancellationToken);
            await errors;
            await process.WaitForExitAsync(cancellationToken);
            return (process.ExitCode, output);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    private async Task<string> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[MaxAnswer + 1];
        int count = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        return count <= MaxAnswer ? Encoding.UTF8.GetString(buffer, 0, count) : throw new BothyException($"cannot ask {Program}: its answer has no end");
    }

    private Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception failure)
        {
            throw new BothyException($"cannot run {Program}: {failure.Message}", failure);
        }
    }

    // A configuration may be somebody else's: its helper is looked for by name alone, never by path.
    private string Find() =>
        (name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
            ? environment.GetValueOrDefault("PATH", "").Split(':', StringSplitOptions.RemoveEmptyEntries).Select(directory => System.IO.Path.Combine(directory, Program)).FirstOrDefault(File.Exists)
            : null)
        ?? throw new BothyException($"cannot run {VisibleText.Of(Program)}, which is said to keep the credentials: it is not installed")
        {
            Hint = "Install it, or take it out of 'credsStore' and 'credHelpers' in docker's config.json.",
        };
}
