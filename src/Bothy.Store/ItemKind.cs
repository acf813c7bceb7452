namespace Bothy.Store;

/// <summary>The word in the name of an item that says how it was made, so that one source can have several.</summary>
internal static class ItemKind
{
    /// <summary>Gives <paramref name="kind"/>, which has to be fit for a file's name: lower-case letters, digits and dashes.</summary>
    /// <exception cref="ArgumentException">It is not.</exception>
    public static string Check(string kind)
    {
        ArgumentException.ThrowIfNullOrEmpty(kind);
        return kind.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '-')
            ? kind
            : throw new ArgumentException($"'{kind}' is not a kind of item", nameof(kind));
    }
}
