using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace Bothy.Inspection.Sbom;

/// <summary>A licence that the SPDX list does not have, as an image states it.</summary>
/// <param name="Id">Its identifier in the document, <c>LicenseRef-…</c>; the same name with the same text has the same everywhere.</param>
/// <param name="Name">What the image calls it.</param>
/// <param name="Text">Its text; the name where no text is to be had.</param>
public sealed record ExtractedLicense(string Id, string Name, string Text)
{
    private const int MaxIdName = 60;

    /// <summary>The licence of this name and text.</summary>
    public static ExtractedLicense Of(string name, string? text)
    {
        ArgumentNullException.ThrowIfNull(name);
        string plain = string.Concat(name.Take(MaxIdName).Select(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' ? c : '-')).Trim('-');
        if (text is null && plain == name)
        {
            return new ExtractedLicense($"LicenseRef-{plain}", name, name);
        }

        string mark = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{name}\n{text}")))[..10];
        return new ExtractedLicense(plain.Length == 0 ? $"LicenseRef-{mark}" : $"LicenseRef-{plain}-{mark}", name, text ?? name);
    }
}

/// <summary>What a package says about its licence.</summary>
/// <param name="Expression">An SPDX licence expression (SPDX 2.3, annex D); null where nothing is known.</param>
/// <param name="Extracted">The licences in it that the list does not have.</param>
public sealed record LicenseStatement(string? Expression, ImmutableArray<ExtractedLicense> Extracted)
{
    /// <summary>Nothing is known.</summary>
    public static LicenseStatement None { get; } = new(null, []);
}
