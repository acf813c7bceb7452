using System.Collections.Immutable;
using System.Text.Json;
using Bothy.Inspection.Matching;

namespace Bothy.Inspection.Scans;

/// <summary>Reads an earlier report, as <c>bothy scan --format json</c> printed it, for what it found.</summary>
public static class BaselineReader
{
    /// <summary>The most bytes of a report.</summary>
    public const int MaxBytes = 64 << 20;

    private static readonly string[] Lists = ["vulnerabilities", "suppressed", "known"];

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 32 };

    /// <summary>What the report in <paramref name="content"/> found, suppressed or not.</summary>
    /// <param name="name">What to call it in messages and reports.</param>
    /// <param name="content">The report.</param>
    /// <exception cref="MalformedDataException">It is no such report.</exception>
    public static ScanBaseline Read(string name, ReadOnlyMemory<byte> content)
    {
        try
        {
            using var json = JsonDocument.Parse(content, Options);
            var found = ImmutableHashSet.CreateBuilder<BaselineFinding>();
            foreach (string list in Lists)
            {
                if (Field(json.RootElement, list, JsonValueKind.Array) is { } findings)
                {
                    found.UnionWith(findings.EnumerateArray().Select(finding => new BaselineFinding(Text(finding, "id", name), Text(finding, "source", name))));
                }
                else if (list == Lists[0])
                {
                    throw new MalformedDataException(name, 0, $"it has no list '{list}', so it is no report of 'bothy scan --format json'");
                }
            }

            return new ScanBaseline(name, found.ToImmutable());
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            // Half of a surrogate pair, escaped, is JSON and no text: only asking for the text finds it.
            throw new MalformedDataException(name, 0, $"it is not JSON: {failure.Message}");
        }
    }

    private static string Text(JsonElement finding, string field, string name) =>
        Field(finding, field, JsonValueKind.String)?.GetString() ?? throw new MalformedDataException(name, 0, $"a finding has no text '{field}'");

    private static JsonElement? Field(JsonElement element, string name, JsonValueKind kind) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == kind ? value : null;
}
