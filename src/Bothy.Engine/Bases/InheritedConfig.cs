using System.Collections.Immutable;
using Bothy.Formats.Text;
using Bothy.Oci;

namespace Bothy.Engine.Bases;

/// <summary>How the configuration of an image goes on from that of the image it is built on: as with a Dockerfile's <c>FROM</c>.</summary>
internal static class InheritedConfig
{
    /// <summary><paramref name="own"/> over <paramref name="below"/>: what it says wins, and a new entrypoint leaves the inherited arguments behind, which were made for another program.</summary>
    public static ContainerConfig Over(ContainerConfig? below, ContainerConfig own) => below is null ? own : new ContainerConfig
    {
        User = own.User ?? below.User,
        Env = Environment(below.Env, own.Env),
        Entrypoint = own.Entrypoint.IsEmpty ? below.Entrypoint : own.Entrypoint,
        Cmd = own.Cmd.IsEmpty && own.Entrypoint.IsEmpty ? below.Cmd : own.Cmd,
        WorkingDir = own.WorkingDir ?? below.WorkingDir,
        StopSignal = own.StopSignal ?? below.StopSignal,
        HealthCheck = own.HealthCheck ?? below.HealthCheck,
        Shell = own.Shell.IsEmpty ? below.Shell : own.Shell,
        Labels = below.Labels.SetItems(own.Labels),
        Volumes = below.Volumes.Union(own.Volumes),
        ExposedPorts = below.ExposedPorts.Union(own.ExposedPorts),
    };

    /// <summary>
    /// What of <paramref name="below"/> an image on top does not do, in sentences: a Dockerfile's <c>ONBUILD</c> instructions are for <c>docker build</c>, which would run them.
    /// </summary>
    public static ImmutableArray<string> Unheeded(string name, ContainerConfig below) => below.OnBuild.IsEmpty
        ? []
        : [$"the base {name} has instructions for a Dockerfile's build on top of it, which are not followed and are not in the image: {string.Join("; ", below.OnBuild.Select(static instruction => $"ONBUILD {VisibleText.Of(instruction)}"))}"];

    /// <summary>How the layers below came to be. Where that does not say it of each layer, one line does for all that it says.</summary>
    public static IEnumerable<HistoryEntry> History(ImageConfig below) =>
        below.History.Count(static entry => !entry.EmptyLayer) == below.DiffIds.Length
            ? below.History
            : below.DiffIds.Select(_ => new HistoryEntry { Created = below.Created, Comment = "of the base, which does not say how" });

    private static ImmutableArray<string> Environment(ImmutableArray<string> below, ImmutableArray<string> own)
    {
        var left = own.ToDictionary(NameOf, StringComparer.Ordinal);
        var all = below.Select(variable => left.Remove(NameOf(variable), out string? mine) ? mine : variable).ToList();
        return [.. all, .. own.Where(variable => left.ContainsKey(NameOf(variable)))];
    }

    private static string NameOf(string variable) => variable.Split('=', 2)[0];
}
