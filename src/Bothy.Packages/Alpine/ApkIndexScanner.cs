using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Bothy.Packages.Indexes;

namespace Bothy.Packages.Alpine;

/// <summary>
/// Looks through the text of an index once for its stanzas and the names in them. Of a stanza is kept: where it is in the text
/// (8 bytes, little-endian), and its lines as they are, but for those that list the files of an installed package.
/// </summary>
internal sealed class ApkIndexScanner(ApkIndexOrigin origin, bool installed, IndexKeeper? keeper)
{
    /// <summary>Where the lines of a stanza begin.</summary>
    public const int LinesAt = sizeof(long);

    private const int LongestText = 512 * 1024 * 1024;

    private readonly CompactIndexBuilder _index = new(ApkIndex.Tables, keeper);
    private readonly HashSet<ApkChecksum> _identities = [];
    private readonly ArrayBufferWriter<byte> _stanza = new(4096);

    public ApkIndex Scan(ReadOnlySpan<byte> text)
    {
        if (text.Length > LongestText)
        {
            throw Malformed(LongestText, "it is larger than 512 MiB");
        }

        var splitter = new ApkStanzaSplitter(text);
        while (splitter.MoveNext())
        {
            var lines = text.Slice(splitter.Position, splitter.Length);

            // Two packages cannot have the same identity; apk takes the first and does not see the other.
            if (!ApkChecksum.TryParse(Encoding.UTF8.GetString(ApkStanzaSplitter.Identity(lines)), null, out var identity) || _identities.Add(identity))
            {
                Add(lines, splitter.Position);
            }
        }

        return new ApkIndex(_index.Finish([]), origin);
    }

    /// <summary>The name that the lines of a package say first.</summary>
    public static ReadOnlySpan<byte> NameIn(ReadOnlySpan<byte> lines)
    {
        foreach (var range in lines.Split((byte)'\n'))
        {
            if (lines[range].StartsWith("P:"u8))
            {
                return lines[range][2..];
            }
        }

        return [];
    }

    private static bool IsOfFiles(ReadOnlySpan<byte> line) => line[0] is (byte)'F' or (byte)'M' or (byte)'R' or (byte)'a' or (byte)'Z';

    private void Add(ReadOnlySpan<byte> lines, int position)
    {
        Keep(lines, position);
        var stanza = _stanza.WrittenSpan;
        if (stanza.Length > IndexFormat.LongestStanza || !_index.TryAdd(stanza))
        {
            throw Malformed(position, "a package's stanza is longer than 1 MiB");
        }

        bool named = false;
        int at = LinesAt;
        foreach (var range in stanza[LinesAt..].Split((byte)'\n'))
        {
            var line = stanza[LinesAt..][range];
            switch (line.IsEmpty ? 0 : line[0])
            {
                case (byte)'P' when !named && line.Length - 2 <= ApkStanzaSplitter.LongestName:
                    AddNames(ApkIndex.NameTable, line[2..], at + 2);
                    named = true;
                    break;
                case (byte)'p':
                    AddNames(ApkIndex.ProvidedTable, line[2..], at + 2);
                    break;
                case (byte)'i':
                    AddNames(ApkIndex.ConditionTable, line[2..], at + 2);
                    break;
            }

            at += line.Length + 1;
        }

        if (!named)
        {
            throw Malformed(position, "a package lacks a name");
        }
    }

    private void Keep(ReadOnlySpan<byte> lines, int position)
    {
        _stanza.ResetWrittenCount();
        BinaryPrimitives.WriteInt64LittleEndian(_stanza.GetSpan(LinesAt), position);
        _stanza.Advance(LinesAt);
        foreach (var range in lines.Split((byte)'\n'))
        {
            var line = lines[range];
            if (line.Length < 2 || line[1] != ':')
            {
                throw Malformed(position, "a line is not a letter, a colon and a value");
            }

            if (!installed || !IsOfFiles(line))
            {
                _stanza.Write(line);
                _stanza.Write("\n"u8);
            }
        }
    }

    // A word is a name up to what bounds its version; a conflict among conditions triggers nothing.
    private void AddNames(int table, ReadOnlySpan<byte> words, int at)
    {
        foreach (var range in words.Split((byte)' '))
        {
            var word = words[range];
            int end = word.IndexOfAny("<>=~@"u8);
            word = end < 0 ? word : word[..end];
            if (!word.IsEmpty && word[0] != '!' && word.Length <= ApkStanzaSplitter.LongestName)
            {
                _index.AddName(table, word, at + range.Start.Value);
            }
        }
    }

    private MalformedDataException Malformed(long offset, string problem) => new($"the package index {origin}", offset, problem);
}
