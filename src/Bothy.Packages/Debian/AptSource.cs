using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Bothy.Packages.Debian;

/// <summary>What is wrong with a source line, and where.</summary>
/// <param name="Column">The column of the offending word, counted from 1.</param>
/// <param name="Reason">The reason, in lower case and without a full stop.</param>
public sealed record AptSourceProblem(int Column, string Reason);

/// <summary>
/// A Debian repository as apt's one-line format names it (sources.list(5)): <c>deb [option=value …] [URI] SUITE [COMPONENT …]</c>.
/// Unlike apt's own, the line may leave the URI out: then the machine's mirror is used, see <see cref="MachineApt"/>.
/// </summary>
public sealed record AptSource
{
    /// <summary>The line as it was written.</summary>
    public required string Text { get; init; }

    /// <summary>The root of the archive, with a slash at its end; null where the line leaves it out.</summary>
    public required Uri? Uri { get; init; }

    /// <summary>The suite or codename, or a path ending in a slash (<c>./</c>) for an archive without <c>dists</c>.</summary>
    public required string Suite { get; init; }

    /// <summary>The components; empty where <see cref="Suite"/> is a path.</summary>
    public required ImmutableArray<string> Components { get; init; }

    /// <summary>The keyring files of <c>signed-by</c>, as written: the only keys that may sign this source. Empty: the default ones.</summary>
    public ImmutableArray<string> SignedBy { get; init; } = [];

    /// <summary>The architectures that the source is limited to; empty: not limited.</summary>
    public ImmutableArray<string> Architectures { get; init; } = [];

    /// <summary>False where the line says <c>check-valid-until=no</c>, as one does for an archive of the past.</summary>
    public bool CheckValidUntil { get; init; } = true;

    /// <summary>Whether the suite is a path to an archive without <c>dists</c> and components.</summary>
    public bool IsFlat => Suite.EndsWith('/');

    /// <summary>Whether packages of <paramref name="architecture"/> may come from this source.</summary>
    public bool Serves(string architecture) => Architectures.IsEmpty || Architectures.Contains(architecture, StringComparer.Ordinal);

    /// <summary>Reads a line.</summary>
    /// <exception cref="BothyException">The line is not a source that can be used; the message has the column.</exception>
    public static AptSource Parse(string text) =>
        TryParse(text, out var source, out var problem)
            ? source
            : throw new BothyException(FormattableString.Invariant($"cannot read the source '{text}': {problem.Reason} (at column {problem.Column})"));

    /// <summary>Reads a line, or says what is wrong with it.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out AptSource? source, [NotNullWhen(false)] out AptSourceProblem? problem)
    {
        ArgumentNullException.ThrowIfNull(text);
        try
        {
            source = new AptSourceParser(text).Parse();
            problem = null;
            return true;
        }
        catch (AptSourceParser.ProblemException failure)
        {
            source = null;
            problem = failure.Problem;
            return false;
        }
    }

    /// <summary>Reads the root of an archive as sources name it: <c>http</c>, <c>https</c> or <c>file</c>.</summary>
    internal static Uri? ReadUri(string text, out string? reason)
    {
        string scheme = text[..Math.Max(0, text.IndexOf(':'))];
        reason = scheme switch
        {
            "http" or "https" or "file" => null,
            "" => $"'{text}' is not a URI",
            _ => $"'{scheme}:' is not supported: want http, https or file",
        };
        if (reason is not null)
        {
            return null;
        }

        // Without the slash a relative reference would take the place of the last segment. 'file:/x' is apt's usual spelling of file:///x.
        string root = text.TrimEnd('/') + "/";
        if (scheme == "file" && !root.StartsWith("file://", StringComparison.Ordinal))
        {
            root = "file://" + root["file:".Length..];
        }

        if (Uri.TryCreate(root, UriKind.Absolute, out var uri) && uri.Query.Length == 0 && uri.Fragment.Length == 0 && (uri.IsFile || uri.Host.Length > 0))
        {
            return uri;
        }

        reason = $"'{text}' is not the root of an archive";
        return null;
    }
}
