namespace Bothy.Packages.Alpine;

/// <summary>Finds the stanzas of an index's text: runs of lines without an empty one. The line break at their end is not theirs.</summary>
internal ref struct ApkStanzaSplitter(ReadOnlySpan<byte> text)
{
    /// <summary>The most bytes that the name of a package, or one that packages provide, may have; a longer one is found by nobody.</summary>
    public const int LongestName = 1024;

    private readonly ReadOnlySpan<byte> _text = text;
    private int _next;

    public int Position { get; private set; }

    public int Length { get; private set; }

    /// <summary>The value of <c>C:</c> of <paramref name="stanza"/>; empty where it has none.</summary>
    public static ReadOnlySpan<byte> Identity(ReadOnlySpan<byte> stanza)
    {
        int start = stanza.StartsWith("C:"u8) ? 0 : stanza.IndexOf("\nC:"u8) + 1;
        if (start == 0 && !stanza.StartsWith("C:"u8))
        {
            return [];
        }

        var value = stanza[(start + 2)..];
        int end = value.IndexOfAny((byte)'\n', (byte)'\r');
        return end < 0 ? value : value[..end];
    }

    public bool MoveNext()
    {
        while (_next < _text.Length && _text[_next] == '\n')
        {
            _next++;
        }

        if (_next == _text.Length)
        {
            return false;
        }

        var rest = _text[_next..];
        int end = rest.IndexOf("\n\n"u8);
        (Position, Length) = (_next, end < 0 ? rest.TrimEnd((byte)'\n').Length : end);
        _next += end < 0 ? rest.Length : end + 2;
        return true;
    }
}
