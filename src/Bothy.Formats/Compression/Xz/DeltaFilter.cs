namespace Bothy.Formats.Compression.Xz;

/// <summary>Each byte was stored as the difference to the one <c>distance</c> before it (1 to 256).</summary>
internal sealed class DeltaFilter(int distance) : BlockFilter
{
    private readonly byte[] _last = new byte[distance];
    private int _at;

    public override int Apply(Span<byte> bytes)
    {
        byte[] last = _last;
        int at = _at;
        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] += last[at];
            last[at] = bytes[i];
            at = at + 1 == last.Length ? 0 : at + 1;
        }

        _at = at;
        return bytes.Length;
    }
}
