using System.Diagnostics.CodeAnalysis;

namespace Bothy.Transfer;

/// <summary>Reads addresses as people and apt write them.</summary>
public static class TransferAddress
{
    /// <summary>
    /// Reads an absolute address, also <c>file:/srv/mirror</c> with its single slash, which apt takes and <see cref="Uri"/> alone
    /// does not. False for anything without a scheme: a path is not an address.
    /// </summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out Uri? address)
    {
        ArgumentNullException.ThrowIfNull(text);
        const string file = "file:/";
        bool singleSlash = text.StartsWith(file, StringComparison.OrdinalIgnoreCase) && !text.AsSpan(file.Length).StartsWith("/", StringComparison.Ordinal);
        // On Unix a plain path would be taken for a file address.
        address = null;
        return !text.StartsWith('/') && Uri.TryCreate(singleSlash ? "file:///" + text[file.Length..] : text, UriKind.Absolute, out address);
    }
}
