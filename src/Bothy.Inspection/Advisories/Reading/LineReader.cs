using System.Text;

namespace Bothy.Inspection.Advisories.Reading;

/// <summary>Reads lines of UTF-8 that may not be longer than a limit.</summary>
internal sealed class LineReader(Stream stream, string source, int limit)
{
    private readonly byte[] _buffer = new byte[64 << 10];
    private readonly List<byte> _line = [];
    private int _at;
    private int _filled;
    private long _before;

    /// <summary>The next line without its end; null at the end.</summary>
    /// <exception cref="MalformedDataException">It is longer than the limit.</exception>
    public string? Read()
    {
        _line.Clear();
        while (true)
        {
            if (_at == _filled)
            {
                _before += _filled;
                _at = 0;
                _filled = stream.Read(_buffer);
                if (_filled == 0)
                {
                    return _line.Count == 0 ? null : Text();
                }
            }

            var rest = _buffer.AsSpan(_at, _filled - _at);
            int end = rest.IndexOf((byte)'\n');
            var part = end < 0 ? rest : rest[..end];
            if (_line.Count + part.Length > limit)
            {
                throw Malformed(FormattableString.Invariant($"a line of more than {limit} bytes"));
            }

            _line.AddRange(part);
            _at += part.Length + (end < 0 ? 0 : 1);
            if (end >= 0)
            {
                return Text();
            }
        }
    }

    /// <summary>What to throw about the line.</summary>
    public MalformedDataException Malformed(string problem) => new(source, _before + _at, problem);

    private string Text() => Encoding.UTF8.GetString(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_line)).TrimEnd('\r').TrimStart('\uFEFF');
}
