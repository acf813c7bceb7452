using System.Collections.Immutable;
using System.Text;
using System.Text.Json;

namespace Bothy.Inspection.Advisories.Reading;

/// <summary>
/// Reads JSON (RFC 8259) from a stream token by token, so that a document of any size takes no more memory than its longest string. Whatever is
/// wrong with it is malformed data. What readers do not ask for they <see cref="Skip"/>.
/// </summary>
internal sealed class JsonTokens
{
    /// <summary>How deep a document may be nested; the deepest published records need a dozen levels.</summary>
    public const int MaxDepth = 64;

    /// <summary>The longest string or number, in bytes.</summary>
    public const int MaxToken = 4 << 20;

    private readonly Stream _stream;
    private readonly string _source;
    private readonly RecentTexts _recent;
    private byte[] _buffer;
    private int _at;
    private int _filled;
    private bool _ended;
    private long _before;
    private JsonReaderState _state = new(new JsonReaderOptions { MaxDepth = MaxDepth });
    private int _valueAt;
    private int _valueLength;
    private bool _escaped;

    /// <summary>Reads <paramref name="stream"/>, which stays the caller's.</summary>
    public JsonTokens(Stream stream, string source)
        : this(stream, new byte[64 << 10], 0, source, new RecentTexts())
    {
    }

    /// <summary>Reads a document in memory, one of many.</summary>
    public JsonTokens(byte[] document, string source, RecentTexts recent)
        : this(Stream.Null, document, document.Length, source, recent)
    {
    }

    private JsonTokens(Stream stream, byte[] buffer, int filled, string source, RecentTexts recent)
    {
        _stream = stream;
        _buffer = buffer;
        _filled = filled;
        _source = source;
        _recent = recent;
        if (filled == 0)
        {
            Fill();
        }
        if (Rest.StartsWith("\uFEFF"u8))
        {
            _at += 3;
        }
    }

    /// <summary>What the token is.</summary>
    public JsonTokenType Kind { get; private set; }

    /// <summary>How deep it lies.</summary>
    public int Depth { get; private set; }

    private ReadOnlySpan<byte> Rest => _buffer.AsSpan(_at, _filled - _at);

    private ReadOnlySpan<byte> Value => _buffer.AsSpan(_valueAt, _valueLength);

    /// <summary>Goes on to the next token; false at the end of the document.</summary>
    /// <exception cref="MalformedDataException">What comes is no JSON, too long or too deep.</exception>
    public bool Read()
    {
        try
        {
            while (true)
            {
                var reader = new Utf8JsonReader(Rest, _ended, _state);
                if (reader.Read())
                {
                    Kind = reader.TokenType;
                    Depth = reader.CurrentDepth;
                    _escaped = reader.ValueIsEscaped;
                    _valueLength = reader.ValueSpan.Length;

                    // The quotes of a text are no part of it.
                    _valueAt = _at + (int)reader.TokenStartIndex + (Kind is JsonTokenType.String or JsonTokenType.PropertyName ? 1 : 0);
                    Advance(reader);
                    return true;
                }

                Advance(reader);
                if (_ended)
                {
                    return false;
                }

                Fill();
            }
        }
        catch (JsonException failure)
        {
            throw Malformed(failure.Message.StartsWith("The maximum configured depth", StringComparison.Ordinal) ? "it is nested too deeply" : "not the JSON it should be");
        }
    }

    /// <summary>Whether the token is this text.</summary>
    public bool Is(ReadOnlySpan<byte> text) => !_escaped ? Value.SequenceEqual(text) : Text() == Encoding.UTF8.GetString(text);

    /// <summary>The text of a string or a name.</summary>
    /// <exception cref="MalformedDataException">It is not Unicode.</exception>
    public string Text()
    {
        var value = Value;
        if (_escaped || value.ContainsAnyInRange((byte)0x80, (byte)0xff))
        {
            return Decode();
        }

        return _recent.Ascii(value);
    }

    /// <summary>Reads the value that follows, which is a text, or null for none.</summary>
    public string? OptionalText(string what)
    {
        Next();
        return Kind switch
        {
            JsonTokenType.String => Text(),
            JsonTokenType.Null => null,
            _ => throw Malformed($"{what} is not a text"),
        };
    }

    /// <summary>Reads the value that follows, which is a text.</summary>
    public string RequiredText(string what) => OptionalText(what) ?? throw Malformed($"{what} is missing");

    /// <summary>Reads the value that follows, which is a time, in whole seconds; null for none.</summary>
    public DateTimeOffset? Time(string what) => OptionalText(what) is not { Length: > 0 } text
        ? null
        : DateTimeOffset.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal, out var time)
            ? new DateTimeOffset(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerSecond), TimeSpan.Zero)
            : throw Malformed($"{what} is not a time");

    /// <summary>Reads the list of texts that follows; null counts as empty.</summary>
    public ImmutableArray<string> Texts(string what, int most)
    {
        var texts = ImmutableArray.CreateBuilder<string>();
        foreach (var _ in Items(what))
        {
            if (texts.Count == most)
            {
                throw Malformed($"{what} has too many members");
            }

            texts.Add(Kind == JsonTokenType.String ? Text() : throw Malformed($"{what} has a member that is not a text"));
        }

        return texts.ToImmutable();
    }

    /// <summary>Goes through the object that follows: at each step the token is the name of a member, whose value is to be read or skipped. Null counts as empty.</summary>
    public IEnumerable<bool> Members(string what)
    {
        Next();
        return Kind switch
        {
            JsonTokenType.StartObject => MembersHere(what),
            JsonTokenType.Null => [],
            _ => throw Malformed($"{what} is not an object"),
        };
    }

    /// <summary>Goes through the object whose start is the token.</summary>
    public IEnumerable<bool> MembersHere(string what)
    {
        if (Kind != JsonTokenType.StartObject)
        {
            throw Malformed($"{what} is not an object");
        }

        int depth = Depth;
        while (true)
        {
            Next();
            if (Kind == JsonTokenType.EndObject && Depth == depth)
            {
                yield break;
            }

            yield return true;
        }
    }

    /// <summary>Goes through the list that follows: at each step the token begins a member. Null counts as empty.</summary>
    public IEnumerable<bool> Items(string what)
    {
        Next();
        return Kind switch
        {
            JsonTokenType.StartArray => ItemsHere(),
            JsonTokenType.Null => [],
            _ => throw Malformed($"{what} is not a list"),
        };
    }

    /// <summary>Goes through the list whose start is the token.</summary>
    public IEnumerable<bool> ItemsHere()
    {
        int depth = Depth;
        while (true)
        {
            Next();
            if (Kind == JsonTokenType.EndArray && Depth == depth)
            {
                yield break;
            }

            yield return true;
        }
    }

    /// <summary>Passes over the value of the member whose name is the token.</summary>
    public void Skip()
    {
        Next();
        SkipHere();
    }

    /// <summary>Passes over the rest of the value that the token begins.</summary>
    public void SkipHere()
    {
        if (Kind is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
        {
            return;
        }

        int depth = Depth;
        do
        {
            Next();
        }
        while (Depth > depth || Kind is not (JsonTokenType.EndObject or JsonTokenType.EndArray));
    }

    /// <summary>Goes on to a token that has to be there.</summary>
    public void Next()
    {
        if (!Read())
        {
            throw Malformed("it ends too early");
        }
    }

    /// <summary>Makes sure that nothing follows.</summary>
    public void End()
    {
        if (Read())
        {
            throw Malformed("something follows its end");
        }
    }

    /// <summary>What to throw about the token.</summary>
    public MalformedDataException Malformed(string problem) => new(_source, _before + _at, problem);

    private void Advance(in Utf8JsonReader reader)
    {
        _at += (int)reader.BytesConsumed;
        _state = reader.CurrentState;
    }

    private string Decode()
    {
        try
        {
            // The bytes between the quotes alone, as a document of their own.
            var reader = new Utf8JsonReader(_buffer.AsSpan(_valueAt - 1, _valueLength + 2));
            reader.Read();
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Malformed("a string that is not Unicode");
        }
    }

    private void Fill()
    {
        if (_at > 0)
        {
            Rest.CopyTo(_buffer);
            _before += _at;
            _filled -= _at;
            _at = 0;
        }

        if (_filled == _buffer.Length)
        {
            if (_buffer.Length >= MaxToken)
            {
                throw Malformed(FormattableString.Invariant($"a string or number of more than {MaxToken} bytes"));
            }

            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        int read = _stream.Read(_buffer, _filled, _buffer.Length - _filled);
        _filled += read;
        _ended = read == 0;
    }
}
