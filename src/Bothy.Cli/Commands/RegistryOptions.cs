using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Bothy.Engine;
using Bothy.Oci.Registry;
using Bothy.Oci.Registry.Credentials;
using Bothy.Oci.Sources;
using Bothy.Transfer;

namespace Bothy.Cli.Commands;

/// <summary>How registries are reached: the options <c>--plain-http</c> and <c>--ca-file</c>, and what the machine says.</summary>
internal sealed class RegistryOptions
{
    private readonly Option<bool> _plainHttp = new("--plain-http") { Description = "Speak with registries without encryption; those of this machine may always be." };

    private readonly Option<string[]> _authorities = new("--ca-file")
    {
        Description = "A PEM file of certificate authorities that registries may be signed by.",
        HelpName = "FILE",
    };

    /// <summary>Declares the options on <paramref name="command"/>.</summary>
    public RegistryOptions(Command command)
    {
        command.Add(_plainHttp);
        command.Add(_authorities);
    }

    /// <summary>A client of registries; nothing is connected, and no credential read, before it is needed.</summary>
    /// <exception cref="BothyException">A file of certificate authorities cannot be read.</exception>
    public RegistryClient Open(ParseResult arguments, Surroundings surroundings, bool offline = false)
    {
        var settings = Settings(surroundings);
        return new RegistryClient(
            settings with
            {
                PlainHttp = arguments.GetValue(_plainHttp),
                Transfer = settings.Transfer with
                {
                    Offline = offline,
                    AuthorityFiles = [.. (arguments.GetValue(_authorities) ?? []).Select(file => Path.Combine(surroundings.WorkingDirectory, file))],
                },
            },
            surroundings.Time);
    }

    /// <summary>A client of registries where nothing else is asked for.</summary>
    public static RegistryClient Open(Surroundings surroundings, bool offline = false)
    {
        var settings = Settings(surroundings);
        return new RegistryClient(settings with { Transfer = settings.Transfer with { Offline = offline } }, surroundings.Time);
    }

    /// <summary>Who we are towards registries, by the files of docker and podman.</summary>
    public static RegistryCredentials Credentials(Surroundings surroundings) =>
        RegistryCredentials.FromEnvironment(surroundings.Environment, PodmanDirectory(surroundings));

    /// <summary>What opening an image needs.</summary>
    public static ImageAccess Access(Surroundings surroundings, RegistryClient client) => new(
        surroundings.Variable("TMPDIR") ?? Path.GetTempPath(),
        reference => new RegistrySource(client, reference));

    private static RegistrySettings Settings(Surroundings surroundings) => new()
    {
        Credentials = Credentials(surroundings),
        CertificateDirectories = CertificateDirectories(surroundings),
        Transfer = new TransferSettings { UserAgent = $"bothy/{Tool.Version}", Proxy = ProxySettings.FromEnvironment(surroundings.Environment) },
    };

    // containers-certs.d(5)
    private static ImmutableArray<string> CertificateDirectories(Surroundings surroundings) =>
    [
        .. surroundings.Variable("HOME") is { } home ? [Path.Combine(home, ".config/containers/certs.d")] : (string[])[],
        Path.Combine(surroundings.MachineRoot, "etc/containers/certs.d"),
        Path.Combine(surroundings.MachineRoot, "etc/docker/certs.d"),
    ];

    // Where podman keeps its logins where there is no XDG_RUNTIME_DIR, as for root (containers-auth.json(5)).
    private static string? PodmanDirectory(Surroundings surroundings)
    {
        string status = Path.Combine(surroundings.MachineRoot, "proc/self/status");
        string? user = File.Exists(status) ? File.ReadLines(status).FirstOrDefault(line => line.StartsWith("Uid:", StringComparison.Ordinal)) : null;
        return int.TryParse(user?.Split('\t', StringSplitOptions.RemoveEmptyEntries).ElementAtOrDefault(1), CultureInfo.InvariantCulture, out int id)
            ? Path.Combine(surroundings.MachineRoot, string.Create(CultureInfo.InvariantCulture, $"run/containers/{id}"))
            : null;
    }
}
