using System.Text;

namespace Bothy.Store;

/// <summary>Which derived result: the digest of what it was made from, and how it was made.</summary>
internal readonly record struct ResultName
{
    public ResultName(Digest key, string kind)
    {
        Key = key;
        Kind = ItemKind.Check(kind);
    }

    public Digest Key { get; }

    public string Kind { get; }

    /// <summary>What the checksum covers before the content, so that no result is taken for another.</summary>
    public byte[] Prefix => Encoding.ASCII.GetBytes($"{Key} {Kind}\n");

    public override string ToString() => $"the {Kind} of {Key}";
}
