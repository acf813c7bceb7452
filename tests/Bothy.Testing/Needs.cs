using System.Net.Sockets;

namespace Bothy.Testing;

/// <summary>
/// What a test may need of the machine beyond the SDK. A test that names a need is skipped, with the reason, where it is missing;
/// where <c>BOTHY_REQUIRE</c> (comma-separated) names the need, it runs and fails instead.
/// </summary>
public static class Needs
{
    /// <summary>Real packages, indexes and images in <c>../shared/data</c>.</summary>
    public const string Data = "data";

    /// <summary>The Debian mirror that the machine's own apt configuration names.</summary>
    public const string Network = "network";

    /// <summary>podman, runc, skopeo and umoci, run as root.</summary>
    public const string Containers = "containers";

    /// <summary>What <see cref="Containers"/> needs, and control groups that systemd can make its own in a container.</summary>
    public const string Systemd = "systemd";

    /// <summary>A program of the base system to compare with, written <c>judges:xz</c>; required by <c>judges</c>.</summary>
    public const string Judges = "judges";

    /// <summary>Chromium, to look at pages with.</summary>
    public const string Browser = "browser";

    /// <summary>cosign, which Debian's stable releases do not have.</summary>
    public const string Cosign = "cosign";

    private static readonly string[] ContainerPrograms = ["podman", "runc", "skopeo", "umoci"];

    private static readonly Lazy<string?> NetworkProblem = new(ProbeNetwork);

    /// <summary>Why <paramref name="need"/> is not met and the test is to be skipped; null where it is met or required.</summary>
    public static string? ReasonToSkip(string need)
    {
        string category = need.Split(':')[0];
        string[] required = (Environment.GetEnvironmentVariable("BOTHY_REQUIRE") ?? "").Split(',', StringSplitOptions.TrimEntries);
        return required.Contains(category, StringComparer.Ordinal) ? null : Problem(need);
    }

    /// <summary>The full path of <paramref name="program"/>, or null where the machine has none.</summary>
    public static string? Find(string program) =>
        $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/sbin"
            .Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Select(directory => Path.Combine(directory, program))
            .FirstOrDefault(File.Exists);

    private static string? Problem(string need) => need.Split(':') switch
    {
        [Data] => Directory.Exists(RealData.Directory) ? null : "there is no ../shared/data beside the project",
        [Network] => NetworkProblem.Value,
        [Containers] when Environment.UserName != "root" => "containers are run as root here",
        [Containers] => ContainerPrograms.FirstOrDefault(program => Find(program) is null) is { } missing ? $"{missing} is not installed" : null,
        [Systemd] => Problem(Containers) ?? (Directory.Exists("/sys/fs/cgroup/systemd") || File.Exists("/sys/fs/cgroup/cgroup.controllers") ? null : "the machine has no control groups for systemd"),
        [SbomJudge.Need] => SbomJudge.Problem(),
        [Browser] => Find("chromium") is null ? "chromium is not installed" : null,
        [Cosign] => Find(Cosign) is null ? "cosign is not installed" : null,
        [Judges, var program] => Find(program) is null ? $"{program} is not installed" : null,
        _ => throw new ArgumentException($"no such need: {need}", nameof(need)),
    };

    // Only whether something answers; what it answers is for the tests to find out.
    private static string? ProbeNetwork()
    {
        string? proxy = Environment.GetEnvironmentVariable("http_proxy");
        var target = !string.IsNullOrEmpty(proxy) ? new Uri(proxy) : MachineMirror();
        if (target is null)
        {
            return "the machine's apt configuration names no mirror";
        }

        try
        {
            using var client = new TcpClient();
            return client.ConnectAsync(target.Host, target.Port).Wait(TimeSpan.FromSeconds(3)) ? null : $"{target.Host} does not answer";
        }
        catch (AggregateException failure)
        {
            return $"{target.Host} cannot be reached: {failure.InnerException?.Message}";
        }
    }

    private static Uri? MachineMirror() =>
        new[] { "/etc/apt/sources.list", "/etc/apt/sources.list.d/debian.sources" }
            .Where(File.Exists)
            .SelectMany(File.ReadLines)
            .Where(line => !line.TrimStart().StartsWith('#'))
            .SelectMany(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(word => word.StartsWith("http", StringComparison.Ordinal))
            .Select(word => new Uri(word))
            .FirstOrDefault();
}
