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
        writer.WriteEndObject();
    }
}
