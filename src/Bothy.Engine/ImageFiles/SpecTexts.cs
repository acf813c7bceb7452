using System.Collections.Frozen;
using System.Globalization;
using System.Security.Cryptography;
using Bothy.Formats.Trees;

namespace Bothy.Engine.ImageFiles;

/// <summary>The small formats of an image file. Each check answers with the reason why a text is refused, or null.</summary>
internal static class SpecTexts
{
    private const int LongestAccountName = 32;

    private static readonly string[] Protocols = ["tcp", "udp", "sctp"];

    // signal(7), the standard ones of x86 and arm.
    private static readonly FrozenSet<string> Signals = new[]
    {
        "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM", "TERM", "STKFLT", "CHLD",
        "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS", "RTMIN", "RTMAX",
    }.Select(static name => "SIG" + name).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>A path from the image's root.</summary>
    public static string? AbsolutePath(string text) =>
        text.Length == 0 ? "is empty"
        : text[0] != '/' ? $"must be an absolute path, not '{text}'"
        : text.Split('/').Contains("..", StringComparer.Ordinal) ? $"must not hold '..': '{text}'"
        : TreePath.TryParseRooted(text, out _) ? null
        : $"is not a path: '{text}'";

    /// <summary>A pattern over paths from the image's root.</summary>
    public static string? Pattern(string text) =>
        text[0] != '/' ? $"a pattern must begin with '/', not '{text}'"
        : text.Split('/').Contains("..", StringComparer.Ordinal) ? $"a pattern must not hold '..': '{text}'"
        : null;

    /// <summary>A user's or group's name.</summary>
    public static string? AccountName(string text)
    {
        bool isName = text.Length is > 0 and <= LongestAccountName
            && text[0] is not ('-' or '.')
            && text.All(static character => char.IsAsciiLetterOrDigit(character) || character is '_' or '-' or '.' or '$')
            && !text.All(char.IsAsciiDigit);
        return isName ? null : $"must be a name of letters, digits, '_', '-' and '.', not '{text}'";
    }

    /// <summary>The name of an environment variable.</summary>
    public static string? VariableName(string text) => text.Contains('=', StringComparison.Ordinal) ? "must not hold '='" : null;

    /// <summary>The name of a label or an annotation, which may be anything.</summary>
    public static string? LabelName(string text) => text.Any(char.IsControl) ? "holds a control character" : null;

    /// <summary>The name of a file in a directory.</summary>
    public static string? FileName(string text) =>
        text.All(static character => char.IsAsciiLetterOrDigit(character) || character is '_' or '-' or '.') && text[0] != '.'
            ? null
            : $"must be a file name of letters, digits, '_', '-' and '.', not '{text}'";

    /// <summary>One certificate in PEM.</summary>
    public static string? Certificate(string text)
    {
        if (!PemEncoding.TryFind(text, out var first) || !text.AsSpan()[first.Label].SequenceEqual("CERTIFICATE"))
        {
            return "must be a certificate in PEM";
        }

        return PemEncoding.TryFind(text.AsSpan()[first.Location.End..], out _) ? "must be one certificate, not several" : null;
    }

    /// <summary>A port with its protocol, tcp where it has none.</summary>
    public static PortSpec? Port(string text, out string? reason)
    {
        string[] parts = text.Split('/');
        string protocol = parts.Length == 2 ? parts[1] : "tcp";
        bool isNumber = int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number is >= 1 and <= 65535;
        reason = parts.Length <= 2 && isNumber && Protocols.Contains(protocol, StringComparer.Ordinal)
            ? null
            : $"'{text}' is not a port: want 1 to 65535 and tcp, udp or sctp, such as 8080/tcp";
        return reason is null ? new PortSpec(number, protocol) : null;
    }

    /// <summary>A signal's name with <c>SIG</c>, or its number.</summary>
    public static string? Signal(string text, out string? reason)
    {
        reason = null;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number is >= 1 and <= 64)
        {
            return number.ToString(CultureInfo.InvariantCulture);
        }

        string upper = text.ToUpperInvariant();
        string name = upper.StartsWith("SIG", StringComparison.Ordinal) ? upper : "SIG" + upper;
        if (Signals.Contains(name) || IsRealTime(name))
        {
            return name;
        }

        reason = $"'{text}' is not a signal{SpecFindings.Suggestion(name, Signals.Order(StringComparer.Ordinal))}";
        return null;
    }

    private static bool IsRealTime(string name)
    {
        bool counted = name.StartsWith("SIGRTMIN+", StringComparison.Ordinal) || name.StartsWith("SIGRTMAX-", StringComparison.Ordinal);
        return counted && int.TryParse(name.AsSpan(9), NumberStyles.None, CultureInfo.InvariantCulture, out int offset) && offset is >= 1 and <= 30;
    }
}
