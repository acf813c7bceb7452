namespace Bothy.Packages.Alpine;

/// <summary>How a dependency bounds a version: any of the ways named may hold. Written as any mixture of <c>&lt; &gt; = ~</c>.</summary>
[Flags]
public enum ApkOperator
{
    /// <summary>Any version will do: the dependency names none.</summary>
    Any = 0,

    /// <summary><c>&lt;</c></summary>
    Earlier = 1,

    /// <summary><c>=</c></summary>
    Equal = 2,

    /// <summary><c>&gt;</c></summary>
    Later = 4,

    /// <summary><c>~</c>: as far as the bound goes, which includes <see cref="Equal"/>.</summary>
    Fuzzy = 8,

    /// <summary><c>&gt;&lt;</c>: not a version but the identity of a package.</summary>
    Checksum = Earlier | Later,
}
