namespace Bothy.Store;

/// <summary>Which catalogue: what it was made from, and how that was read.</summary>
internal readonly record struct CatalogueName
{
    public CatalogueName(Digest source, string kind)
    {
        Source = source;
        Kind = ItemKind.Check(kind);
    }

    public Digest Source { get; }

    public string Kind { get; }

    public override string ToString() => $"the files of {Source}";
}
