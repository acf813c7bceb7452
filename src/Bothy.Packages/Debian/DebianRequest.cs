using System.Diagnostics.CodeAnalysis;

namespace Bothy.Packages.Debian;

/// <summary>
/// One entry of the packages asked for, as apt-get(8) takes it: <c>name</c>, <c>name:arch</c>, <c>name=version</c> (the version may
/// end in <c>*</c>) or <c>name/suite</c> (a suite or a codename).
/// </summary>
public sealed record DebianRequest
{
    private DebianRequest(string text, string name)
    {
        Text = text;
        Name = name;
    }

    /// <summary>The request as it was written.</summary>
    public string Text { get; }

    /// <summary>The name asked for.</summary>
    public string Name { get; }

    /// <summary>The architecture asked for; null where none was named.</summary>
    public string? Architecture { get; private init; }

    /// <summary>The version asked for, perhaps with a <c>*</c> at its end; null where none was named.</summary>
    public string? Version { get; private init; }

    /// <summary>The suite or codename asked for; null where none was named.</summary>
    public string? Suite { get; private init; }

    /// <summary>Reads a request.</summary>
    /// <exception cref="BothyException"><paramref name="text"/> is not one.</exception>
    public static DebianRequest Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParse(text, out var request) ? request : throw new BothyException($"cannot read package '{text}': it is not the name of a package")
        {
            Hint = "Write name, name:architecture, name=version, name=version* or name/suite.",
        };
    }

    /// <summary>Reads a request where <paramref name="text"/> is one.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out DebianRequest? request)
    {
        request = null;
        int end = text?.AsSpan().IndexOfAny('=', '/') ?? -1;
        string rest = end < 0 ? "" : text![(end + 1)..];
        string[] named = (end < 0 ? text ?? "" : text![..end]).Split(':');
        if (named.Length > 2 || named.Any(part => !IsName(part)) || (end >= 0 && rest.Length == 0) || rest.Any(char.IsWhiteSpace))
        {
            return false;
        }

        request = new DebianRequest(text!, named[0])
        {
            Architecture = named.Length == 2 ? named[1] : null,
            Version = end >= 0 && text![end] == '=' ? rest : null,
            Suite = end >= 0 && text![end] == '/' ? rest : null,
        };
        return true;
    }

    /// <summary>Whether <paramref name="package"/> has the name, version and suite asked for.</summary>
    public bool Admits(DebianPackage package)
    {
        ArgumentNullException.ThrowIfNull(package);
        return package.Name == Name
            && (Version is null || AdmitsVersion(package.Version.Text))
            && (Suite is null || package.Origin.Suite == Suite || package.Origin.Codename == Suite);
    }

    /// <summary>The request as it was written.</summary>
    public override string ToString() => Text;

    private bool AdmitsVersion(string version) =>
        Version!.EndsWith('*') ? version.StartsWith(Version[..^1], StringComparison.Ordinal) : version == Version;

    private static bool IsName(string text) =>
        text.Length > 0 && char.IsAsciiLetterOrDigit(text[0]) && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '+' or '-' or '_');
}
