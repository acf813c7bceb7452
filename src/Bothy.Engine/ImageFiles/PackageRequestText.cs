using System.Buffers;
using System.Text.RegularExpressions;

namespace Bothy.Engine.ImageFiles;

/// <summary>
/// The shape of a package request, of either world: <c>name</c>, <c>name:arch</c>, <c>name=version</c> (with a trailing
/// <c>*</c>), <c>name/suite</c>, apk's <c>name&lt;version</c>, <c>name~version</c>, <c>name@tag</c>, <c>so:name</c>,
/// <c>!name</c>, and slices as <c>name_slice</c>. What it means is for the package rooms to say.
/// </summary>
internal static partial class PackageRequestText
{
    private const int Longest = 300;

    private static readonly SearchValues<char> AfterName = SearchValues.Create("=<>~/@");

    /// <summary>Why <paramref name="text"/> is no request, or null.</summary>
    public static string? Problem(string text)
    {
        if (text.Length > Longest)
        {
            return $"a package request is longer than {Longest} characters";
        }

        if (text.Any(char.IsWhiteSpace))
        {
            bool spacedOperator = text.AsSpan().IndexOfAny("=<>~") >= 0;
            return spacedOperator
                ? $"'{text}' holds a space; write the version directly after the name: name=version"
                : $"'{text}' holds a space; write one package an entry";
        }

        return Shape().IsMatch(text)
            ? null
            : $"'{text}' is not a package request: want name, name=version, name:arch or name/suite";
    }

    /// <summary>Why <paramref name="text"/> is no name of a package, or null.</summary>
    public static string? NameProblem(string text) => NameShape().IsMatch(text) ? null : $"'{text}' is not the name of a package";

    /// <summary>The name of the package that <paramref name="request"/> asks for; <c>so:name</c> and its like name none and stay as they are.</summary>
    public static string NameOf(string request)
    {
        int end = request.AsSpan().IndexOfAny(AfterName);
        string wanted = end < 0 ? request : request[..end];
        int colon = wanted.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 || wanted[..colon] is "so" or "cmd" or "pc" || wanted[..colon].EndsWith("-intf", StringComparison.Ordinal) ? wanted : wanted[..colon];
    }

    // Each part begins with a character that the part before it cannot hold, so matching does not backtrack beyond one of them.
    // NonBacktracking would say so too, but cannot be generated: it is built anew in every run.
    [GeneratedRegex(
        @"\A!?(?:(?:so|cmd|pc|ocaml\d?-intf):)?[A-Za-z0-9][A-Za-z0-9+._-]*(?::[a-z0-9-]+)?(?:(?:[<>]=?|~=?|=~?|><)[A-Za-z0-9][A-Za-z0-9+.~:_-]*\*?)?(?:/[A-Za-z0-9][A-Za-z0-9._-]*(?:/[A-Za-z0-9._-]+)?)?(?:@[A-Za-z0-9._-]+)?\z",
        RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Shape();

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9+._-]*\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NameShape();
}
