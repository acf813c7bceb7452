using System.Collections.Immutable;
using System.Text.Json;

namespace Bothy.Oci.Json;

/// <summary>The fields of one JSON object. A field that is null counts as absent, as Go writes empty lists so.</summary>
internal sealed class JsonFields
{
    /// <summary>The most members of one list or map; far more than real images have.</summary>
    private const int MaxMembers = 10_000;

    private readonly JsonElement _object;
    private readonly string _source;
    private readonly string _path;

    public JsonFields(JsonElement element, string source, string path)
    {
        _object = element;
        _source = source;
        _path = path;
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw Malformed(path.Length == 0 ? "not a JSON object" : $"'{path}' is not an object");
        }
    }

    public bool Has(string name) => Find(name) is not null;

    public MalformedDataException Malformed(string problem) => new(_source, 0, problem);

    public string? OptionalString(string name) => Find(name) is { } value ? AsString(value, PathOf(name)) : null;

    public string String(string name) => OptionalString(name) ?? throw Malformed($"'{PathOf(name)}' is missing");

    public long Size(string name)
    {
        if (Find(name) is not { ValueKind: JsonValueKind.Number } value || !value.TryGetInt64(out long number) || number < 0)
        {
            throw Malformed($"'{PathOf(name)}' is missing or not a size");
        }

        return number;
    }

    /// <summary>A size, or 0 where there is none.</summary>
    public long OptionalSize(string name) => Has(name) ? Size(name) : 0;

    public bool Flag(string name) => Find(name) is { ValueKind: JsonValueKind.True };

    /// <summary>Bytes in the standard alphabet, with padding.</summary>
    public byte[] Base64(string name)
    {
        string text = String(name);
        byte[] bytes = new byte[text.Length / 4 * 3];
        return Convert.TryFromBase64String(text, bytes, out int written) ? bytes[..written] : throw Malformed($"'{PathOf(name)}' is not base64");
    }

    /// <summary>The JSON text of a field, as it stands there.</summary>
    public byte[] Raw(string name) => Find(name) is { } value ? System.Text.Encoding.UTF8.GetBytes(value.GetRawText()) : throw Malformed($"'{PathOf(name)}' is missing");

    public Digest Digest(string name) => ToDigest(String(name), PathOf(name));

    public DateTimeOffset? Time(string name)
    {
        if (Find(name) is not { } value || (value.ValueKind == JsonValueKind.String && value.GetString() is ""))
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.String && value.TryGetDateTimeOffset(out var time)
            ? time
            : throw Malformed($"'{PathOf(name)}' is not a time");
    }

    public JsonFields? Object(string name) => Find(name) is { } value ? new JsonFields(value, _source, PathOf(name)) : null;

    public ImmutableArray<string> Strings(string name)
    {
        string path = PathOf(name);
        return [.. Items(name).Select(item => AsString(item, path))];
    }

    public ImmutableArray<Digest> Digests(string name)
    {
        string path = PathOf(name);
        return [.. Items(name).Select(item => ToDigest(AsString(item, path), path))];
    }

    public ImmutableArray<T> Objects<T>(string name, Func<JsonFields, T> read)
    {
        string path = PathOf(name);
        return [.. Items(name).Select((item, i) => read(new JsonFields(item, _source, FormattableString.Invariant($"{path}[{i}]"))))];
    }

    /// <summary>The members of each member, which are all texts, by both names: <c>{"a": {"b": "c"}}</c> has <c>a:b</c>.</summary>
    public ImmutableArray<(string Name, string Value)> MapOfMaps()
    {
        var all = ImmutableArray.CreateBuilder<(string, string)>();
        foreach (var member in _object.EnumerateObject())
        {
            all.AddRange(Map(member.Name).Select(inner => ($"{member.Name}:{inner.Key}", inner.Value)));
            if (all.Count > MaxMembers)
            {
                throw Malformed("too many members");
            }
        }

        return all.ToImmutable();
    }

    /// <summary>Reads a document that is a list of objects.</summary>
    public static ImmutableArray<T> ObjectsOf<T>(JsonElement list, string source, Func<JsonFields, T> read) =>
        list.ValueKind == JsonValueKind.Array && list.GetArrayLength() <= MaxMembers
            ? [.. list.EnumerateArray().Select((item, i) => read(new JsonFields(item, source, FormattableString.Invariant($"[{i}]"))))]
            : throw new MalformedDataException(source, 0, "not a list, or too long");

    public ImmutableSortedDictionary<string, string> Map(string name)
    {
        var map = OciJson.EmptyMap.ToBuilder();
        foreach (var member in Members(name))
        {
            map[member.Name] = AsString(member.Value, PathOf(name));
        }

        return map.ToImmutable();
    }

    /// <summary>A map of whatever values; what is no text stands as its JSON.</summary>
    public ImmutableSortedDictionary<string, string> LooseMap(string name) => Members(name).ToImmutableSortedDictionary(
        member => member.Name,
        member => member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString()! : member.Value.GetRawText(),
        StringComparer.Ordinal);

    public ImmutableSortedSet<string> Set(string name) =>
        Members(name).Select(member => member.Name).ToImmutableSortedSet(StringComparer.Ordinal);

    private List<JsonElement> Items(string name)
    {
        if (Find(name) is not { } value)
        {
            return [];
        }

        return value.ValueKind == JsonValueKind.Array && value.GetArrayLength() <= MaxMembers
            ? [.. value.EnumerateArray()]
            : throw Malformed($"'{PathOf(name)}' is not a list, or too long");
    }

    private List<JsonProperty> Members(string name)
    {
        if (Find(name) is not { } value)
        {
            return [];
        }

        return value.ValueKind == JsonValueKind.Object && value.GetPropertyCount() <= MaxMembers
            ? [.. value.EnumerateObject()]
            : throw Malformed($"'{PathOf(name)}' is not a map, or too long");
    }

    private JsonElement? Find(string name) =>
        _object.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private string PathOf(string name) => _path.Length == 0 ? name : $"{_path}.{name}";

    private string AsString(JsonElement value, string path) =>
        value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Malformed($"'{path}' is not a string");

    private Digest ToDigest(string text, string path) =>
        Bothy.Digest.TryParse(text, null, out var digest) ? digest : throw Malformed($"'{path}' is not a sha256 digest");
}
