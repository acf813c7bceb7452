using System.Security.Cryptography;
using System.Text;

namespace Bothy.Inspection.Sbom;

/// <summary>Names in a document: the same for the same thing, whatever else the document holds, and never given twice.</summary>
internal sealed class BomNames
{
    private readonly HashSet<string> _given = new(StringComparer.Ordinal);

    /// <summary>A name of <paramref name="kind"/>, <paramref name="words"/> for people, and a mark of <paramref name="identity"/>, of which alone nothing else has the same.</summary>
    public string Give(string kind, string words, string identity)
    {
        string plain = string.Concat(words.Take(80).Select(static c => char.IsAsciiLetterOrDigit(c) || c is '.' ? c : '-')).Trim('-');
        return Once(plain.Length == 0 ? $"{kind}-{Mark(identity)}" : $"{kind}-{plain}-{Mark(identity)}");
    }

    /// <summary>The name of a file.</summary>
    public string GiveFile(string path) => Once($"File-{Mark(path)}");

    // The mark has 64 bits; who makes two paths of one mark gets two names all the same.
    private string Once(string name)
    {
        string unique = name;
        for (int i = 2; !_given.Add(unique); i++)
        {
            unique = FormattableString.Invariant($"{name}-{i}");
        }

        return unique;
    }

    private static string Mark(string identity)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(identity), hash);
        return Convert.ToHexStringLower(hash[..8]);
    }
}
