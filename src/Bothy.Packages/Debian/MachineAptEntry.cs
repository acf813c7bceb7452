using System.Collections.Immutable;

namespace Bothy.Packages.Debian;

/// <summary>One suite of one archive that the machine's apt configuration names.</summary>
public sealed record MachineAptEntry
{
    /// <summary>The root of the archive, with a slash at its end.</summary>
    public required Uri Uri { get; init; }

    /// <summary>The suite.</summary>
    public required string Suite { get; init; }

    /// <summary>The components.</summary>
    public required ImmutableArray<string> Components { get; init; }

    /// <summary>The files of the keys that may sign it, absolute paths on the machine; empty: the machine's default ones.</summary>
    public ImmutableArray<string> SignedBy { get; init; } = [];

    /// <summary>The armoured key that the entry itself contains; null where it has none.</summary>
    public string? EmbeddedKey { get; init; }

    /// <summary>The file that names it.</summary>
    public required string File { get; init; }

    internal SuiteName Name => SuiteName.Of(Suite);
}
