namespace Bothy.Store;

/// <summary>Which catalogue: what it was made from, and how that was read.</summary>
internal readonly record struct CatalogueName
{
    public CatalogueName(Digest source, string kind)
    {
        ArgumentException.ThrowIfNullOrEmpty(kind);
        if (!kind.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '-'))
        {
            throw new ArgumentException($"'{kind}' is not a kind of catalogue", nameof(kind));
        }

        Source = source;
        Kind = kind;
    }

    public Digest Source { get; }

    public string Kind { get; }

    public override string ToString() => $"the files of {Source}";
}
