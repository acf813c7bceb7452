using Bothy.Formats.Trees;

namespace Bothy.Inspection.Checks;

/// <summary>How much a finding matters.</summary>
public enum Severity
{
    /// <summary>Worth knowing; nothing is expected to fail.</summary>
    Note,

    /// <summary>Something may fail, or is weaker than it could be.</summary>
    Warning,

    /// <summary>Something cannot work, or breaks a rule.</summary>
    Error,
}

/// <summary>The three questions that a check asks.</summary>
public enum CheckArea
{
    /// <summary>Will it run: loaders, libraries, interpreters.</summary>
    Linkage,

    /// <summary>How well programs are hardened.</summary>
    Hardening,

    /// <summary>Whether the image keeps to rules.</summary>
    Policy,
}

/// <summary>One thing that a check found.</summary>
/// <param name="Area">Which check found it.</param>
/// <param name="Kind">What it is, by a name that stays: <c>missing-library</c>.</param>
/// <param name="Severity">How much it matters.</param>
/// <param name="Path">The file it is about; null where it is about the image.</param>
/// <param name="Package">The package that owns the file, or that it is about; null where there is none.</param>
/// <param name="Reason">What is wrong, in one sentence.</param>
/// <param name="Hint">What can be done; null where that is plain.</param>
public sealed record Finding(CheckArea Area, string Kind, Severity Severity, TreePath? Path, string? Package, string Reason, string? Hint = null)
{
    /// <summary>The file, its package and the reason, in one line.</summary>
    public override string ToString() => $"{(Path is { } path ? $"{path}{(Package is null ? "" : $" ({Package})")}: " : "")}{Reason}";
}
