using System.Collections.Immutable;
using Bothy.Oci;

namespace Bothy.Inspection.Comparison;

/// <summary>A field of the configuration that is not the same in all images.</summary>
/// <param name="Field">Its name in the image format; <c>Env.PATH</c> for one variable, <c>Labels.KEY</c> for one label.</param>
/// <param name="Values">Its value in each image; null where it has none.</param>
public sealed record ConfigChange(string Field, ImmutableArray<string?> Values)
{
    /// <summary>The fields that differ, by name.</summary>
    public static ImmutableArray<ConfigChange> Between(IReadOnlyList<(Platform Platform, ContainerConfig Container)> images)
    {
        ArgumentNullException.ThrowIfNull(images);
        var fields = images.Select(static image => Fields(image.Platform, image.Container)).ToList();
        return
        [
            .. fields.SelectMany(static image => image.Keys)
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal)
                .Select(name => new ConfigChange(name, [.. fields.Select(image => image.GetValueOrDefault(name))]))
                .Where(static change => change.Values.Distinct(StringComparer.Ordinal).Skip(1).Any()),
        ];
    }

    private static Dictionary<string, string> Fields(Platform platform, ContainerConfig container)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal) { ["Platform"] = platform.ToString() };
        Add("User", container.User);
        Add("WorkingDir", container.WorkingDir);
        Add("StopSignal", container.StopSignal);
        Add("Healthcheck", container.HealthCheck?.ToString());
        Add("OnBuild", string.Join("; ", container.OnBuild));
        Add("Shell", Words(container.Shell));
        Add("Entrypoint", Words(container.Entrypoint));
        Add("Cmd", Words(container.Cmd));
        Add("ExposedPorts", string.Join(' ', container.ExposedPorts));
        Add("Volumes", string.Join(' ', container.Volumes));
        foreach (string variable in container.Env)
        {
            int equals = variable.IndexOf('=', StringComparison.Ordinal);
            fields[$"Env.{(equals < 0 ? variable : variable[..equals])}"] = equals < 0 ? "" : variable[(equals + 1)..];
        }

        foreach (var (key, value) in container.Labels)
        {
            fields[$"Labels.{key}"] = value;
        }

        return fields;

        void Add(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value))
            {
                fields[name] = value;
            }
        }
    }

    /// <summary>Words as they are typed: those with blanks, or with nothing, in quotes.</summary>
    public static string Words(ImmutableArray<string> words) =>
        string.Join(' ', words.Select(static word => word.Length == 0 || word.Any(char.IsWhiteSpace) ? $"'{word}'" : word));
}
