using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Bothy.Testing;

/// <summary>Debian's <c>docker-registry</c> on the loopback interface, on a port and a directory of its own. It knows the classic protocol, without referrers.</summary>
public sealed class DockerRegistry : IDisposable
{
    /// <summary>The user of a registry with users.</summary>
    public const string User = "ali";

    /// <summary>The user's password.</summary>
    public const string Password = "open sesame";

    // What 'htpasswd -nbB' makes of the two; bcrypt is the one kind that docker-registry takes.
    private const string PasswordLine = User + ":$2b$05$abcdefghijklmnopqrstuupx2xBUC4954936wVIjyyPHmUBFu0wCW\n";

    private readonly TemporaryDirectory _directory = new();
    private readonly Process _process;

    /// <summary>Starts the registry, and waits until it answers.</summary>
    public DockerRegistry(bool users = false)
    {
        int port = FreePort();
        Host = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");
        File.WriteAllText(_directory["htpasswd"], PasswordLine);
        File.WriteAllText(_directory["config.yml"], Configuration(users));
        var start = new ProcessStartInfo(Needs.Find("docker-registry") ?? throw new InvalidOperationException("docker-registry is not installed"), ["serve", _directory["config.yml"]])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["OTEL_TRACES_EXPORTER"] = "none";
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, _) => { };
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        WaitUntilItAnswers(port);
    }

    /// <summary>Its name in references: the address and the port.</summary>
    public string Host { get; }

    /// <inheritdoc />
    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _directory.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private string Configuration(bool users) => $$"""
        version: 0.1
        log: { level: error }
        storage: { filesystem: { rootdirectory: {{_directory["storage"]}} } }
        http: { addr: '{{Host}}', secret: of-a-test }
        {{(users ? $"auth: {{ htpasswd: {{ realm: test, path: {_directory["htpasswd"]} }} }}" : "")}}

        """;

    private void WaitUntilItAnswers(int port)
    {
        var patience = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                using var client = new TcpClient();
                client.Connect(IPAddress.Loopback, port);
                return;
            }
            catch (SocketException) when (!_process.HasExited && patience.Elapsed < TimeSpan.FromSeconds(60))
            {
                Thread.Sleep(20);
            }
        }
    }
}
