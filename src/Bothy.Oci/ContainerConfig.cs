using System.Collections.Immutable;
using System.Text.Json;
using Bothy.Oci.Json;

namespace Bothy.Oci;

/// <summary>How a container of an image starts, where nobody says otherwise (image-spec, config.md).</summary>
public sealed record ContainerConfig
{
    private static readonly ImmutableSortedSet<string> None = ImmutableSortedSet.Create<string>(StringComparer.Ordinal);

    /// <summary>The user, by name or number, with <c>:group</c> or without; null for root.</summary>
    public string? User { get; init; }

    /// <summary>Ports such as <c>8080/tcp</c>.</summary>
    public ImmutableSortedSet<string> ExposedPorts { get; init; } = None;

    /// <summary>The environment, <c>NAME=value</c>, in order.</summary>
    public ImmutableArray<string> Env { get; init; } = [];

    /// <summary>The program and its first arguments.</summary>
    public ImmutableArray<string> Entrypoint { get; init; } = [];

    /// <summary>The arguments after those, or the program where there is no entrypoint.</summary>
    public ImmutableArray<string> Cmd { get; init; } = [];

    /// <summary>Directories whose content outlives a container.</summary>
    public ImmutableSortedSet<string> Volumes { get; init; } = None;

    /// <summary>The directory to start in; null for the root.</summary>
    public string? WorkingDir { get; init; }

    /// <summary>Free text by key.</summary>
    public ImmutableSortedDictionary<string, string> Labels { get; init; } = OciJson.EmptyMap;

    /// <summary>The signal that asks the program to end, such as <c>SIGTERM</c>; null for the runtime's default.</summary>
    public string? StopSignal { get; init; }

    /// <summary>How its health is checked (Docker's extension); null where nothing is said.</summary>
    public HealthCheck? HealthCheck { get; init; }

    /// <summary>The instructions of a Dockerfile that a build on top of the image is to begin with (Docker's extension).</summary>
    public ImmutableArray<string> OnBuild { get; init; } = [];

    /// <summary>The shell that lines of a Dockerfile are run by (Docker's extension); empty for the default.</summary>
    public ImmutableArray<string> Shell { get; init; } = [];

    internal static ContainerConfig Read(JsonFields fields) => new()
    {
        User = fields.OptionalString("User"),
        ExposedPorts = fields.Set("ExposedPorts"),
        Env = fields.Strings("Env"),
        Entrypoint = fields.Strings("Entrypoint"),
        Cmd = fields.Strings("Cmd"),
        Volumes = fields.Set("Volumes"),
        WorkingDir = fields.OptionalString("WorkingDir"),
        Labels = fields.Map("Labels"),
        StopSignal = fields.OptionalString("StopSignal"),
        HealthCheck = fields.Object("Healthcheck") is { } check ? Oci.HealthCheck.Read(check) : null,
        OnBuild = fields.Strings("OnBuild"),
        Shell = fields.Strings("Shell"),
    };

    internal void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteOptional("User", User);
        writer.WriteOptionalSet("ExposedPorts", ExposedPorts);
        writer.WriteOptional("Env", Env);
        writer.WriteOptional("Entrypoint", Entrypoint);
        writer.WriteOptional("Cmd", Cmd);
        writer.WriteOptionalSet("Volumes", Volumes);
        writer.WriteOptional("WorkingDir", WorkingDir);
        writer.WriteOptional("Labels", Labels);
        writer.WriteOptional("StopSignal", StopSignal);
        HealthCheck?.Write(writer);
        writer.WriteOptional("OnBuild", OnBuild);
        writer.WriteOptional("Shell", Shell);
        writer.WriteEndObject();
    }
}
