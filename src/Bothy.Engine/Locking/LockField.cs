using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Bothy.Packages.Alpine;

namespace Bothy.Engine.Locking;

/// <summary>A value of a lock that knows its path, <c>architectures.amd64.packages[3].size</c>, so that a mistake can be found.</summary>
internal readonly struct LockField(JsonElement element, string path)
{
    /// <summary>Where it is.</summary>
    public string Path => path;

    /// <summary>A field that must be there.</summary>
    public LockField this[string name] =>
        Find(name) ?? throw Problem($"'{name}' is missing");

    /// <summary>A field that need not be there.</summary>
    public LockField? Find(string name) =>
        element.TryGetProperty(name, out var value) ? new LockField(value, path.Length == 0 ? name : $"{path}.{name}") : null;

    /// <summary>This value, which must be an object without other fields than these.</summary>
    public LockField Object(params ReadOnlySpan<string> names)
    {
        Expect(JsonValueKind.Object, "an object");
        foreach (var property in element.EnumerateObject())
        {
            if (!names.Contains(property.Name))
            {
                throw Problem($"unknown field '{property.Name}'");
            }
        }

        return this;
    }

    /// <summary>The fields of an object, whatever their names.</summary>
    public IEnumerable<KeyValuePair<string, LockField>> Fields()
    {
        Expect(JsonValueKind.Object, "an object");
        string start = path;
        return element.EnumerateObject().Select(property => KeyValuePair.Create(property.Name, new LockField(property.Value, $"{start}.{property.Name}")));
    }

    /// <summary>The items of an array.</summary>
    public ImmutableArray<T> List<T>(Func<LockField, T> read)
    {
        Expect(JsonValueKind.Array, "an array");
        string start = path;
        return [.. element.EnumerateArray().Select((item, index) => read(new LockField(item, FormattableString.Invariant($"{start}[{index}]"))))];
    }

    /// <summary>A text that is not empty.</summary>
    public string Text()
    {
        string text = AnyText();
        return text.Length > 0 ? text : throw Problem("it is empty");
    }

    /// <summary>A text.</summary>
    public string AnyText()
    {
        Expect(JsonValueKind.String, "a string");
        return element.GetString()!;
    }

    /// <summary>A count of bytes.</summary>
    public long Size()
    {
        Expect(JsonValueKind.Number, "a number");
        return element.TryGetInt64(out long size) && size >= 0 ? size : throw Problem($"{element.GetRawText()} is not a count of bytes");
    }

    /// <summary>The value true: what is false is left out.</summary>
    public bool True()
    {
        Expect(JsonValueKind.True, "true");
        return true;
    }

    /// <summary>The name of a file in a directory, which leads nowhere else.</summary>
    public string FileName()
    {
        string text = Text();
        return text[0] != '.' && text.AsSpan().IndexOfAny('/', '\0') < 0 ? text : throw Problem($"'{text}' is not the name of a file");
    }

    /// <summary>A digest.</summary>
    public Digest Digest()
    {
        string text = AnyText();
        return Bothy.Digest.TryParse(text, null, out var digest) ? digest : throw Problem($"'{text}' is not a digest");
    }

    /// <summary>The identity of an apk package.</summary>
    public ApkChecksum ApkChecksum()
    {
        string text = AnyText();
        return Packages.Alpine.ApkChecksum.TryParse(text, null, out var checksum) ? checksum : throw Problem($"'{text}' is not a checksum of apk");
    }

    /// <summary>A date.</summary>
    public DateTimeOffset Date()
    {
        string text = AnyText();
        return DateTimeOffset.TryParseExact(text, LockReader.DateFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date)
            ? date
            : throw Problem($"'{text}' is not a date such as 2026-01-31T12:00:00Z");
    }

    /// <summary>An address with a file name at its end.</summary>
    public Uri Url()
    {
        string text = AnyText();
        bool isUrl = Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" or "file" && !text.EndsWith('/');
        return isUrl && url!.UserInfo.Length == 0 ? url : throw Problem("it is not the address of a file");
    }

    /// <summary>The failure to report about this value.</summary>
    public MalformedLockException Problem(string problem) => new(path, problem);

    private void Expect(JsonValueKind kind, string words)
    {
        if (element.ValueKind != kind)
        {
            throw Problem($"want {words}, not {Words(element.ValueKind)}");
        }
    }

    private static string Words(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "a truth value",
    };
}

/// <summary>A mistake inside a lock; becomes the failure that the user sees, with the file's name.</summary>
internal sealed class MalformedLockException(string path, string problem) : Exception
{
    /// <inheritdoc />
    public override string Message => path.Length == 0 ? problem : $"{path}: {problem}";
}
