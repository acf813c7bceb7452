using System.Text.Json;
using Bothy.Cli.Commands;
using Bothy.Formats.Text;
using Bothy.Oci.Signing;

namespace Bothy.Cli.Rendering;

/// <summary>Says what the signatures of images came to.</summary>
internal static class SignatureReport
{
    /// <summary>What is good, for people.</summary>
    public static void Summarise(IReadOnlyList<VerifiedImage> images, string key, Terminal terminal)
    {
        foreach (var image in images)
        {
            foreach (var good in image.Good)
            {
                string annotations = string.Concat(good.Annotations.Select(each => $", {VisibleText.Of(each.Key)}={VisibleText.Of(each.Value)}"));
                string log = good.HasLogEntry ? "a log entry is beside it and was not looked at" : "no log entry";
                terminal.Line($"{image.Digest}: good signature of {key} ({good.Place}{annotations}; {log})");
            }
        }
    }

    /// <summary>That nothing is good, with the check that each signature failed.</summary>
    public static void Refuse(VerifiedImage image, string name, string? predicateType, Terminal terminal)
    {
        string what = $"cannot verify {name} ({image.Digest})";
        if (image.Verdicts.IsEmpty)
        {
            terminal.Failure(
                predicateType is null ? $"{what}: it has no signature" : $"{what}: it has no statement of the type {predicateType}",
                predicateType is null ? "'bothy sign' makes one." : "'bothy attest' makes one.");
            return;
        }

        var bad = image.Verdicts.OfType<SignatureVerdict.Bad>().ToList();
        terminal.Failure($"{what}: {string.Join("\n  ", bad.Select(each => $"{each.Place}: {VisibleText.Of(each.Reason)}"))}", hint: null);
    }

    /// <summary>What is good, as JSON.</summary>
    public static string Json(IReadOnlyList<VerifiedImage> images) => JsonText.Of(writer =>
    {
        writer.WriteStartObject();
        writer.WriteStartArray("images");
        foreach (var image in images)
        {
            writer.WriteStartObject();
            writer.WriteString("digest", image.Digest.ToString());
            writer.WriteStartArray("verified");
            foreach (var good in image.Good)
            {
                Write(writer, good);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    });

    private static void Write(Utf8JsonWriter writer, SignatureVerdict.Good good)
    {
        writer.WriteStartObject();
        writer.WriteString("place", good.Place);
        writer.WriteString("name", good.Name);
        writer.WriteStartObject("annotations");
        foreach (var (key, value) in good.Annotations)
        {
            writer.WriteString(key, value);
        }

        writer.WriteEndObject();
        writer.WriteBoolean("log", good.HasLogEntry);
        if (good.Statement is { } statement)
        {
            writer.WriteString("predicateType", statement.PredicateType);
            writer.WritePropertyName("predicate");
            using var predicate = JsonDocument.Parse(statement.Predicate);
            predicate.RootElement.WriteTo(writer);
        }

        writer.WriteEndObject();
    }
}
