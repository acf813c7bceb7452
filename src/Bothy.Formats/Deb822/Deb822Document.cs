using System.Collections.Immutable;
using System.Text;

namespace Bothy.Formats.Deb822;

/// <summary>
/// A small document of control paragraphs (Debian Policy 5.1, deb822(5)): a <c>Release</c> file, the <c>control</c> of a
/// package, apt's <c>*.sources</c>. Lines that begin with <c>#</c> are comments, lines of blanks separate paragraphs,
/// carriage returns before a line feed are dropped, bytes that are not UTF-8 become U+FFFD.
/// </summary>
public sealed class Deb822Document
{
    /// <summary>The largest document read, in bytes.</summary>
    public const int MaxLength = 32 << 20;

    internal static readonly char[] Blanks = [' ', '\t', '\r'];

    private Deb822Document(ImmutableArray<Deb822Paragraph> paragraphs) => Paragraphs = paragraphs;

    /// <summary>The paragraphs that have fields, in their order.</summary>
    public ImmutableArray<Deb822Paragraph> Paragraphs { get; }

    /// <summary>Reads a document; <paramref name="source"/> is its name for messages.</summary>
    /// <exception cref="MalformedDataException">It does not follow the format, has a field twice in a paragraph, or is larger than <see cref="MaxLength"/>.</exception>
    public static Deb822Document Parse(ReadOnlySpan<byte> bytes, string source) => Parse(bytes, new Reading(source, passedOver: null));

    private static Deb822Document Parse(ReadOnlySpan<byte> bytes, Reading reading)
    {
        if (bytes.Length > MaxLength)
        {
            throw new MalformedDataException(reading.Source, MaxLength, FormattableString.Invariant($"the document is larger than {MaxLength} bytes"));
        }

        int offset = 0;
        while (offset < bytes.Length)
        {
            int length = bytes[offset..].IndexOf((byte)'\n');
            int end = length < 0 ? bytes.Length : offset + length;
            reading.Take(bytes[offset..end], offset);
            offset = end + 1;
        }

        return new Deb822Document(reading.Finish());
    }

    /// <summary>
    /// Reads what can be read of a document, as of a database that others wrote: a paragraph that does not follow the format is left out, and <paramref name="passedOver"/> is told
    /// the line that it begins at, and why.
    /// </summary>
    /// <param name="bytes">The document.</param>
    /// <param name="source">Its name for messages.</param>
    /// <param name="passedOver">Told of each paragraph that is left out.</param>
    /// <exception cref="MalformedDataException">It is larger than <see cref="MaxLength"/>.</exception>
    public static Deb822Document ParsePart(ReadOnlySpan<byte> bytes, string source, Action<int, MalformedDataException> passedOver)
    {
        ArgumentNullException.ThrowIfNull(passedOver);
        return Parse(bytes, new Reading(source, passedOver));
    }

    /// <summary>The document as it is written, an empty line between two paragraphs.</summary>
    public override string ToString() => string.Join('\n', Paragraphs);

    // Without anybody to be told of a paragraph that cannot be read, it is the document that cannot.
    private sealed class Reading(string source, Action<int, MalformedDataException>? passedOver)
    {
        private readonly ImmutableArray<Deb822Paragraph>.Builder _paragraphs = ImmutableArray.CreateBuilder<Deb822Paragraph>();
        private readonly List<Deb822Field> _fields = [];
        private readonly HashSet<string> _names = new(StringComparer.OrdinalIgnoreCase);
        private readonly StringBuilder _value = new();
        private string? _name;
        private int _line;
        private int _begin;
        private int _first;
        private bool _isBad;

        public string Source => source;

        public void Take(ReadOnlySpan<byte> bytes, int offset)
        {
            _line++;
            if (passedOver is null)
            {
                TakeLine(bytes, offset);
                return;
            }

            if (bytes.ContainsAnyExcept(" \t\r"u8))
            {
                _first = _first == 0 ? _line : _first;
            }
            else
            {
                (_first, _isBad) = (0, false);
            }

            try
            {
                if (!_isBad)
                {
                    TakeLine(bytes, offset);
                }
            }
            catch (MalformedDataException failure)
            {
                _isBad = true;
                DropParagraph();
                passedOver(_first, failure);
            }
        }

        private void TakeLine(ReadOnlySpan<byte> bytes, int offset)
        {
            if (bytes.Contains((byte)0))
            {
                throw Malformed(offset, "a NUL byte");
            }

            if (bytes.Length > 0 && bytes[0] == '#')
            {
                return;
            }

            string line = Encoding.UTF8.GetString(bytes).TrimEnd(Blanks);
            if (line.Length == 0)
            {
                EndParagraph();
            }
            else if (line[0] is ' ' or '\t')
            {
                Continue(line, offset);
            }
            else
            {
                Begin(line, offset);
            }
        }

        public ImmutableArray<Deb822Paragraph> Finish()
        {
            EndParagraph();
            return _paragraphs.ToImmutable();
        }

        private void Continue(string line, int offset)
        {
            if (_name is null)
            {
                throw Malformed(offset, "the line continues a field, but there is none before it");
            }

            _value.Append('\n').Append(line);
        }

        private void Begin(string line, int offset)
        {
            EndField();
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            string name = colon < 0 ? "" : line[..colon].TrimEnd(Blanks);
            if (!Deb822Field.IsName(name))
            {
                throw Malformed(offset, "the line is not a field ('Name: value')");
            }

            if (!_names.Add(name))
            {
                throw Malformed(offset, $"the field {name} comes twice in one paragraph");
            }

            if (_fields.Count == 0)
            {
                _begin = _line;
            }

            _name = name;
            _value.Append(line.AsSpan(colon + 1).Trim(Blanks));
        }

        private void EndField()
        {
            if (_name is not null)
            {
                _fields.Add(new Deb822Field(_name, _value.ToString()));
                _value.Clear();
                _name = null;
            }
        }

        private void EndParagraph()
        {
            EndField();
            if (_fields.Count > 0)
            {
                _paragraphs.Add(new Deb822Paragraph(_fields, _begin));
                DropParagraph();
            }
        }

        private void DropParagraph()
        {
            _fields.Clear();
            _names.Clear();
            _value.Clear();
            _name = null;
        }

        private MalformedDataException Malformed(int offset, string problem) =>
            new(source, offset, FormattableString.Invariant($"line {_line}: {problem}"));
    }
}
