namespace Bothy.Packages.Debian;

/// <summary>How a relation compares versions.</summary>
public enum RelationOperator
{
    /// <summary>Any version will do: the relation names none.</summary>
    Any,

    /// <summary><c>&lt;&lt;</c></summary>
    Earlier,

    /// <summary><c>&lt;=</c>, and the legacy <c>&lt;</c></summary>
    EarlierOrEqual,

    /// <summary><c>=</c></summary>
    Equal,

    /// <summary><c>&gt;=</c>, and the legacy <c>&gt;</c></summary>
    LaterOrEqual,

    /// <summary><c>&gt;&gt;</c></summary>
    Later,
}
