using System.Collections.Immutable;
using Bothy.Oci;

namespace Bothy.Inspection.StructureTests;

/// <summary>Compares how containers start with what a test expects.</summary>
internal sealed class MetadataCheck(ContainerConfig container, IReadOnlyDictionary<string, string> environment)
{
    public IEnumerable<string> Of(StructureTest.Metadata test) =>
    [
        .. Values("variable", test.Environment, environment),
        .. test.UnboundEnvironment.Where(environment.ContainsKey).Select(static name => $"the variable {name} is set"),
        .. Values("label", test.Labels, container.Labels),
        .. test.ExposedPorts.Where(port => !Exposes(port)).Select(static port => $"port {port} is not exposed"),
        .. test.UnexposedPorts.Where(Exposes).Select(static port => $"port {port} is exposed"),
        .. test.Volumes.Where(volume => !container.Volumes.Contains(volume)).Select(static volume => $"{volume} is not a volume"),
        .. test.UnmountedVolumes.Where(container.Volumes.Contains).Select(static volume => $"{volume} is a volume"),
        .. Words("entrypoint", test.Entrypoint, container.Entrypoint),
        .. Words("command", test.Cmd, container.Cmd),
        .. Text("working directory", test.WorkingDirectory, container.WorkingDir),
        .. Text("user", test.User, container.User),
    ];

    private static IEnumerable<string> Values(string what, ImmutableArray<ExpectedValue> expected, IReadOnlyDictionary<string, string> actual) => expected
        .Select(one => !actual.TryGetValue(one.Key, out string? value) ? $"the {what} {one.Key} is not set"
            : one.Pattern is { } pattern ? pattern.Matches(value) ? null : $"the {what} {one.Key} is '{value}', which does not match '{pattern}'"
            : value == one.Value ? null
            : $"the {what} {one.Key} is '{value}', not '{one.Value}'")
        .OfType<string>();

    private static IEnumerable<string> Words(string what, ImmutableArray<string>? expected, ImmutableArray<string> actual) =>
        expected is { } words && !words.SequenceEqual(actual, StringComparer.Ordinal) ? [$"the {what} is [{string.Join(", ", actual)}], not [{string.Join(", ", words)}]"] : [];

    private static IEnumerable<string> Text(string what, string? expected, string? actual) =>
        string.IsNullOrEmpty(expected) || expected == actual ? [] : [$"the {what} is '{actual}', not '{expected}'"];

    // "8080" is the port of whatever protocol.
    private bool Exposes(string port) => container.ExposedPorts.Any(exposed => exposed == port || exposed.Split('/')[0] == port);
}
