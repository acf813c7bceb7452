namespace Bothy.Store;

/// <summary>The word in the name of an item that says how it was made, so that one source can have several.</summary>
internal static class ItemKind
{
    /// <summary>Whether <paramref name="kind"/> is fit for a file's name: lower-case letters, digits and dashes.</summary>
    public static bool IsOne(string kind) => kind.Length > 0 && kind.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '-');

    /// <summary>Gives <paramref name="kind"/>, which has to be one.</summary>
    /// <exception cref="ArgumentException">It is not.</exception>
    public static string Check(string kind)
    {
        ArgumentException.ThrowIfNullOrEmpty(kind);
        return IsOne(kind)
            ? kind
            : throw new ArgumentException($"'{kind}' is not a kind of item", nameof(kind));
    }
}
