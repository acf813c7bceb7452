using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Bothy.Engine.Building;
using Bothy.Formats.Text;
using Bothy.Formats.Trees;
using Bothy.Inspection.Graph;
using Bothy.Inspection.Why;
using Bothy.Packages;

namespace Bothy.Cli.Rendering;

/// <summary>An answer with all that is printed of it.</summary>
/// <param name="Answer">The answer.</param>
/// <param name="Source">Where it was read from, in words to stand after "from".</param>
/// <param name="Layers">How many layers the image has; 0 where it has none yet.</param>
/// <param name="Fresh">What solving again without each request would change.</param>
internal sealed record Explained(WhyAnswer Answer, string Source, int Layers, IReadOnlyDictionary<GraphRequest, FreshDifference> Fresh);

/// <summary>Prints why something is in an image.</summary>
internal static class WhyReport
{
    private const int MostNames = 6;
    private const int MostWhole = 3;

    /// <summary>For people.</summary>
    public static string Text(Explained explained)
    {
        var text = new StringBuilder();
        var subject = explained.Answer.Subject;
        foreach (var place in subject.Places)
        {
            text.Append(CultureInfo.InvariantCulture, $"/{VisibleText.Of(place.Path.Value)}{Target(place.Entry)}: {Came(place)}{LayerText(explained, place.Layer is { } layer ? [layer] : [])}\n");
        }

        if (!subject.NeededBy.IsEmpty)
        {
            text.Append(CultureInfo.InvariantCulture, $"needed by files of {Names(subject.NeededBy)}\n");
        }

        // Of a directory with much in it, or what is made of much, only of whom: each of them can be asked about.
        bool isCrowded = subject.Places is [{ Entry.Kind: EntryKind.Directory } or { MadeOf.Length: > 0 }, ..] && explained.Answer.Packages.Length > MostWhole;
        text.Append(isCrowded ? "\n" : "");
        foreach (var package in explained.Answer.Packages)
        {
            text.Append(text.Length > 0 && !isCrowded ? "\n" : "");
            if (isCrowded)
            {
                text.Append(CultureInfo.InvariantCulture, $"{package.Package}: {Names([.. package.Requests.Select(static one => one.Request.Text)])}\n");
            }
            else
            {
                Append(text, package, explained);
            }
        }

        if (!subject.Others.IsEmpty)
        {
            text.Append(CultureInfo.InvariantCulture, $"\nof the same name: {Names(subject.Others)}\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"\nfrom {explained.Source}");
        return text.ToString();
    }

    /// <summary>For programs.</summary>
    public static string Json(Explained explained) => JsonText.Of(writer =>
    {
        writer.WriteStartObject();
        WriteFields(writer, explained);
        writer.WriteEndObject();
    });

    /// <summary>The fields of an answer.</summary>
    public static void WriteFields(Utf8JsonWriter writer, Explained explained)
    {
        var (answer, source) = (explained.Answer, explained.Source);
        writer.WriteString("kind", answer.Subject.Kind.ToString().ToLowerInvariant());
        writer.WriteString("name", answer.Subject.Name);
        writer.WriteString("source", answer.Source switch
        {
            GraphSource.BuildRecord => "build-record",
            GraphSource.AttachedLock => "attached-lock",
            GraphSource.LockFile => "lock",
            _ => "inferred",
        });
        writer.WriteString("sourceText", source);
        List(writer, "places", answer.Subject.Places, place =>
        {
            writer.WriteString("path", "/" + place.Path.Value);
            writer.WriteString("kind", place.Entry.Kind.ToString().ToLowerInvariant());
            Optional(writer, "target", place.Entry.LinkTarget);
            writer.WriteNumber("size", place.Entry.Content?.Length ?? 0);
            Optional(writer, "package", (place.Origin as Origin.Package)?.Name);
            Optional(writer, "effect", (place.Origin as Origin.Effect)?.Name);
            if (!place.MadeOf.IsEmpty)
            {
                Texts(writer, "madeOf", [.. place.MadeOf.Select(static id => id.Name).Distinct(StringComparer.Ordinal)]);
            }

            Optional(writer, "localFile", (place.Origin as Origin.LocalFile)?.Source);
            Optional(writer, "imageFileKey", (place.Origin as Origin.ImageFile)?.Key);
            Optional(writer, "layer", place.Layer);
        });
        Texts(writer, "neededBy", answer.Subject.NeededBy);
        Texts(writer, "others", answer.Subject.Others);
        List(writer, "packages", answer.Packages, package => Write(writer, package, explained.Fresh));
    }

    private static void Append(StringBuilder text, PackageAnswer package, Explained explained)
    {
        string size = package.IsOmitted ? "omitted: it counts as installed and brings no file"
            : package.Files == 0 && explained.Answer.Source == GraphSource.Inferred ? "its database lists no files"
            : $"{ByteSize.Text(package.Bytes)} in {Files(package.Files)}";
        text.Append(CultureInfo.InvariantCulture, $"{package.Package}: {size}{LayerText(explained, package.Layers)}\n");
        if (!package.Slices.IsEmpty)
        {
            text.Append(CultureInfo.InvariantCulture, $"  in part: {string.Join(", ", package.Slices)}\n");
        }

        if (package.Requests.IsEmpty)
        {
            text.Append("nothing recorded leads to it\n");
        }

        foreach (var one in package.Requests)
        {
            text.Append(CultureInfo.InvariantCulture, $"  {Words(one.Request)}\n");
            foreach (var chain in one.Chains.Where(static chain => !chain.IsEmpty))
            {
                text.Append(CultureInfo.InvariantCulture, $"    {string.Join(" → ", chain.Select(static edge => edge.From.Name).Append(package.Package.Name))}\n");
                foreach (var edge in chain)
                {
                    text.Append(CultureInfo.InvariantCulture, $"      {Words(edge)}\n");
                }
            }

            if (one.ChainCount > one.Chains.Length)
            {
                text.Append(CultureInfo.InvariantCulture, $"    and {one.ChainCount - one.Chains.Length} more ways as short\n");
            }

            text.Append(CultureInfo.InvariantCulture, $"    without it: {Words(one.Cost, package.Package)}\n");
            text.Append(CultureInfo.InvariantCulture, $"    solved again without it: {Words(explained.Fresh[one.Request], one.Cost)}\n");
        }

        if (package.Together is { } together)
        {
            text.Append(CultureInfo.InvariantCulture, $"  without all of these: {Words(together, package.Package)}\n");
        }
    }

    private static string Came(SubjectPlace place) => place.Origin switch
    {
        Origin.Package package => $"of {package.Name}, {ByteSize.Text(place.Entry.Content?.Length ?? 0)}",
        Origin.Effect slice when slice.Name.StartsWith("slice ", StringComparison.Ordinal) => $"made by the {slice.Name}, {ByteSize.Text(place.Entry.Content?.Length ?? 0)}",
        Origin.Effect effect => $"made by the effect '{effect.Name}'{MadeOf(effect, place.MadeOf)}, {ByteSize.Text(place.Entry.Content?.Length ?? 0)}",
        Origin.LocalFile file => $"the local file '{file.Source}', {ByteSize.Text(place.Entry.Content?.Length ?? 0)}",
        Origin.ImageFile file => $"asked for by '{file.Key}' of the image file, {ByteSize.Text(place.Entry.Content?.Length ?? 0)}",
        _ when place.Entry.Kind == EntryKind.Directory => "a directory, there for what is in it",
        _ => $"of no package that its databases know, {ByteSize.Text(place.Entry.Content?.Length ?? 0)}",
    };

    // What a package's script did by itself is called after it.
    private static string MadeOf(Origin.Effect effect, ImmutableArray<PackageId> packages) =>
        packages.IsEmpty || (packages is [var only] && effect.Name.EndsWith($" {only.Name}", StringComparison.Ordinal)) ? "" : $" of {Names([.. packages.Select(static id => id.Name).Distinct(StringComparer.Ordinal)])}";

    private static string Target(TreeEntry entry) => entry.LinkTarget is { } target ? $" → {VisibleText.Of(target)}" : "";

    private static string LayerText(Explained explained, ImmutableArray<int> layers) => layers.IsEmpty || explained.Layers == 0
        ? ""
        : string.Create(CultureInfo.InvariantCulture, $", layer{(layers.Length > 1 ? "s" : "")} {string.Join(", ", layers.Select(static layer => layer + 1))} of {explained.Layers}");

    private static string Words(GraphRequest request) => request.Kind switch
    {
        RequestKind.ImageFile => $"asked for as '{request.Text}' by the image file",
        RequestKind.World => $"asked for as '{request.Text}' by the image's world",
        RequestKind.Base => $"in the image that it is built on, {request.Text}",
        _ => $"{request.Text}: no other package needs {(request.Packages.Length > 1 ? "them" : "it")}, so somebody must have asked",
    };

    private static string Words(PackageEdge edge) => edge switch
    {
        { Kind: EdgeKind.InstallIf } => $"{edge.To.Name} comes by itself where there is {string.Join(" and ", edge.Relation.Split(' '))}",
        { Kind: EdgeKind.Essential } => edge.Relation,
        { Provides: { } provides } => $"{edge.From.Name} {edge.Field} {edge.Relation}: {edge.To.Name} provides {provides}",
        { IsChoice: true } => $"{edge.From.Name} {edge.Field} {edge.Relation}: {edge.Alternative} was taken",
        _ => $"{edge.From.Name} {edge.Field} {edge.Relation}",
    };

    private static string Words(RemovalCost cost, PackageId package)
    {
        string leaving = cost.Leaving.Length switch
        {
            0 => "nothing leaves",
            1 => $"{cost.Leaving[0].Name} leaves",
            _ => string.Create(CultureInfo.InvariantCulture, $"{cost.Leaving.Length} packages leave ({Names([.. cost.Leaving.Select(static id => id.Name)])})"),
        };
        string size = cost.Leaving.IsEmpty ? "" : $", {ByteSize.Text(cost.Bytes)} in {Files(cost.Files)}";
        return leaving + size + (cost.Leaves ? "" : $"; {package.Name} stays");
    }

    private static string Words(FreshDifference fresh, RemovalCost cost)
    {
        if (fresh.NotComputed is { } reason)
        {
            return $"not computed: {reason}";
        }

        // Versions may be newer than the image's.
        bool isSame = fresh.Coming.IsEmpty && fresh.Leaving.Select(static id => id.Name).SequenceEqual(cost.Leaving.Select(static id => id.Name), StringComparer.Ordinal);
        string leaving = fresh.Leaving.IsEmpty ? "nothing leaves" : $"{Names([.. fresh.Leaving.Select(static id => id.Name)])} would leave";
        return isSame ? "the same" : leaving + (fresh.Coming.IsEmpty ? "" : $", {Names([.. fresh.Coming.Select(static id => id.Name)])} would come");
    }

    private static string Files(int count) => string.Create(CultureInfo.InvariantCulture, $"{count} {(count == 1 ? "file" : "files")}");

    private static string Names(ImmutableArray<string> names) => names.Length <= MostNames
        ? string.Join(", ", names)
        : string.Create(CultureInfo.InvariantCulture, $"{string.Join(", ", names.Take(MostNames - 1))} and {names.Length - MostNames + 1} more");

    private static void Write(Utf8JsonWriter writer, PackageAnswer package, IReadOnlyDictionary<GraphRequest, FreshDifference> fresh)
    {
        Write(writer, package.Package);
        writer.WriteBoolean("omitted", package.IsOmitted);
        if (!package.Slices.IsEmpty)
        {
            Texts(writer, "slices", package.Slices);
        }

        writer.WriteNumber("files", package.Files);
        writer.WriteNumber("bytes", package.Bytes);
        writer.WriteStartArray("layers");
        foreach (int layer in package.Layers)
        {
            writer.WriteNumberValue(layer);
        }

        writer.WriteEndArray();
        List(writer, "requests", package.Requests, one =>
        {
            writer.WriteString("request", one.Request.Text);
            writer.WriteString("by", one.Request.Kind switch
            {
                RequestKind.ImageFile => "image-file",
                RequestKind.World => "world",
                RequestKind.Base => "base",
                _ => "nobody-known",
            });
            writer.WriteStartArray("chains");
            foreach (var chain in one.Chains)
            {
                writer.WriteStartArray();
                foreach (var edge in chain)
                {
                    writer.WriteStartObject();
                    writer.WriteString("from", edge.From.Name);
                    writer.WriteString("to", edge.To.Name);
                    writer.WriteString("field", edge.Field);
                    writer.WriteString("relation", edge.Relation);
                    writer.WriteString("alternative", edge.Alternative);
                    Optional(writer, "provides", edge.Provides);
                    writer.WriteEndObject();
                }

                writer.WriteEndArray();
            }

            writer.WriteEndArray();
            writer.WriteNumber("chainCount", one.ChainCount);
            Write(writer, "without", one.Cost);
            writer.WriteStartObject("solvedAgain");
            Optional(writer, "notComputed", fresh[one.Request].NotComputed);
            List(writer, "leaving", fresh[one.Request].Leaving, id => Write(writer, id));
            List(writer, "coming", fresh[one.Request].Coming, id => Write(writer, id));
            writer.WriteEndObject();
        });
        if (package.Together is { } together)
        {
            Write(writer, "withoutAll", together);
        }
    }

    private static void Write(Utf8JsonWriter writer, string name, RemovalCost cost)
    {
        writer.WriteStartObject(name);
        writer.WriteNumber("bytes", cost.Bytes);
        writer.WriteNumber("files", cost.Files);
        writer.WriteBoolean("leaves", cost.Leaves);
        List(writer, "packages", cost.Leaving, id => Write(writer, id));
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, PackageId id)
    {
        writer.WriteString("name", id.Name);
        writer.WriteString("version", id.Version);
        writer.WriteString("arch", id.Architecture);
    }

    private static void List<T>(Utf8JsonWriter writer, string name, IEnumerable<T> items, Action<T> write)
    {
        writer.WriteStartArray(name);
        foreach (var item in items)
        {
            writer.WriteStartObject();
            write(item);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void Texts(Utf8JsonWriter writer, string name, IEnumerable<string> texts)
    {
        writer.WriteStartArray(name);
        foreach (string text in texts)
        {
            writer.WriteStringValue(text);
        }

        writer.WriteEndArray();
    }

    private static void Optional(Utf8JsonWriter writer, string name, string? value)
    {
        if (value is not null)
        {
            writer.WriteString(name, value);
        }
    }

    private static void Optional(Utf8JsonWriter writer, string name, int? value)
    {
        if (value is { } number)
        {
            writer.WriteNumber(name, number);
        }
    }
}
