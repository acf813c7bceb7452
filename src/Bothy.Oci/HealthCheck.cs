using System.Collections.Immutable;
using System.Text.Json;
using Bothy.Oci.Json;

namespace Bothy.Oci;

/// <summary>
/// How a runtime finds out whether a container still works: Docker's extension of the configuration (Docker Image Specification v1.2, "Healthcheck"), which
/// image-spec reserves the name of.
/// </summary>
public sealed record HealthCheck
{
    /// <summary>What is run: <c>NONE</c>, <c>CMD</c> and words, or <c>CMD-SHELL</c> and a line; empty where only the times are other than those of an image below.</summary>
    public ImmutableArray<string> Test { get; init; } = [];

    /// <summary>The time between two checks, in nanoseconds; 0 for the runtime's own.</summary>
    public long Interval { get; init; }

    /// <summary>How long a check may take, in nanoseconds; 0 for the runtime's own.</summary>
    public long Timeout { get; init; }

    /// <summary>How long failures do not count at the start, in nanoseconds; 0 for the runtime's own.</summary>
    public long StartPeriod { get; init; }

    /// <summary>The time between two checks at the start, in nanoseconds; 0 for the runtime's own.</summary>
    public long StartInterval { get; init; }

    /// <summary>How many failures in a row make a container unhealthy; 0 for the runtime's own.</summary>
    public long Retries { get; init; }

    /// <summary>One line for people: what is run, and each time that is given.</summary>
    public override string ToString() => string.Join(' ', Words().Where(static word => word.Length > 0));

    internal static HealthCheck Read(JsonFields fields) => new()
    {
        Test = fields.Strings("Test"),
        Interval = fields.OptionalSize("Interval"),
        Timeout = fields.OptionalSize("Timeout"),
        StartPeriod = fields.OptionalSize("StartPeriod"),
        StartInterval = fields.OptionalSize("StartInterval"),
        Retries = fields.OptionalSize("Retries"),
    };

    internal void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("Healthcheck");
        writer.WriteOptional("Test", Test);
        foreach (var (name, value) in Numbers())
        {
            if (value != 0)
            {
                writer.WriteNumber(name, value);
            }
        }

        writer.WriteEndObject();
    }

    private IEnumerable<string> Words() => Test.Concat(Numbers().Select(static number => number switch
    {
        (_, 0) => "",
        ("Retries", var times) => FormattableString.Invariant($"retries={times}"),
        var (name, nanoseconds) => FormattableString.Invariant($"{char.ToLowerInvariant(name[0])}{name[1..]}={nanoseconds / 1e9}s"),
    }));

    private IEnumerable<(string Name, long Value)> Numbers() =>
        [("Interval", Interval), ("Timeout", Timeout), ("StartPeriod", StartPeriod), ("StartInterval", StartInterval), ("Retries", Retries)];
}
