using System.Buffers;
using System.Collections.Immutable;

namespace Bothy.Packages.Debian;

/// <summary>
/// The grammar of <see cref="AptSource"/>: words with their columns, options first. Lines of the machine's own configuration
/// (<paramref name="machine"/>) are read for their URI and keys alone, so their other options do not matter.
/// </summary>
internal sealed class AptSourceParser(string text, bool machine = false)
{
    private static readonly SearchValues<char> NotInNames = SearchValues.Create("?#%\\:[]");

    private int _at;

    public AptSource Parse()
    {
        ReadType();
        var options = ReadOptions();
        var uri = ReadUri();
        var (suite, suiteColumn) = NextWord() ?? throw Problem(text.Length + 1, "it names no suite");
        CheckSuite(suite, suiteColumn);
        var components = ReadComponents();
        bool flat = suite.EndsWith('/');
        if (flat && components.Length > 0)
        {
            throw Problem(suiteColumn, $"the suite '{suite}' is a path, which takes no components");
        }

        if (flat && uri is null)
        {
            throw Problem(suiteColumn, $"the suite '{suite}' is a path, which needs a URI before it");
        }

        if (!flat && components.IsEmpty)
        {
            throw Problem(text.Length + 1, $"it names no component of '{suite}', such as main");
        }

        return options with { Uri = uri, Suite = suite, Components = components };
    }

    private void ReadType()
    {
        var (type, column) = NextWord() ?? throw Problem(1, "it is empty");
        switch (type)
        {
            case "deb":
                return;
            case "deb-src":
                throw Problem(column, "'deb-src' names source packages, which no image is built from");
            default:
                throw Problem(column, $"it starts with '{type}': want 'deb'");
        }
    }

    private AptSource ReadOptions()
    {
        var source = new AptSource { Text = text, Uri = null, Suite = "", Components = [] };
        SkipSpace();
        if (_at >= text.Length || text[_at] != '[')
        {
            return source;
        }

        int open = _at++;
        int close = text.IndexOf(']', open);
        if (close < 0)
        {
            throw Problem(open + 1, "the options are not closed by ']'");
        }

        while (NextWord(close) is var (option, column))
        {
            source = WithOption(source, option, column);
        }

        _at = close + 1;
        return source;
    }

    private AptSource WithOption(AptSource source, string option, int column)
    {
        int equals = option.IndexOf('=');
        if (equals <= 0 || equals == option.Length - 1)
        {
            throw Problem(column, $"the option '{option}' is not of the form name=value");
        }

        string name = option[..equals].ToLowerInvariant();
        string value = option[(equals + 1)..];
        if (machine && name is not ("signed-by" or "arch"))
        {
            return source;
        }

        switch (name)
        {
            case "signed-by":
                return source with { SignedBy = [.. source.SignedBy, .. List(value)] };
            case "arch":
                return source with { Architectures = [.. source.Architectures, .. List(value)] };
            case "check-valid-until":
                return source with { CheckValidUntil = Flag(name, value, column) };
            case "trusted" or "allow-insecure" or "allow-weak" or "allow-downgrade-to-insecure":
                return !Flag(name, value, column)
                    ? source
                    : throw Problem(column, $"'{option}' would accept an index that nobody signed; name the key with signed-by instead");
            case "check-date":
                return Flag(name, value, column)
                    ? source
                    : throw Problem(column, $"'{option}' would accept an index from the future; correct the clock instead");
            // What these change in apt is never fetched here, or always is.
            case "lang" or "target" or "pdiffs" or "by-hash":
                return source;
            default:
                throw Problem(column, $"the option '{name}' is not known: want signed-by, arch or check-valid-until");
        }
    }

    private Uri? ReadUri()
    {
        SkipSpace();
        int start = _at;
        if (NextWord() is not var (word, column))
        {
            return null;
        }

        if (!word.Contains(':'))
        {
            _at = start;
            return null;
        }

        return AptSource.ReadUri(word, out string? reason) ?? throw Problem(column, reason!);
    }

    // The suite becomes part of the URIs that are fetched, and of nothing outside the archive.
    private static void CheckSuite(string suite, int column)
    {
        bool leaves = suite.StartsWith('/') || suite.Split('/').Contains("..", StringComparer.Ordinal);
        if (leaves || suite.AsSpan().ContainsAny(NotInNames))
        {
            throw Problem(column, $"'{suite}' is not the name of a suite or component");
        }
    }

    private ImmutableArray<string> ReadComponents()
    {
        var components = ImmutableArray.CreateBuilder<string>();
        while (NextWord() is var (word, column))
        {
            CheckSuite(word, column);
            if (components.Contains(word))
            {
                throw Problem(column, $"the component '{word}' stands there twice");
            }

            components.Add(word);
        }

        return components.ToImmutable();
    }

    private (string Word, int Column)? NextWord() => NextWord(text.Length);

    private (string Word, int Column)? NextWord(int end)
    {
        SkipSpace();
        int start = _at;
        while (_at < end && text[_at] is not (' ' or '\t'))
        {
            _at++;
        }

        return _at >= end && start >= end || start == _at ? null : (text[start.._at], start + 1);
    }

    private void SkipSpace()
    {
        while (_at < text.Length && text[_at] is ' ' or '\t')
        {
            _at++;
        }
    }

    private static string[] List(string value) => value.Split(',', StringSplitOptions.RemoveEmptyEntries);

    private static bool Flag(string name, string value, int column) => value.ToLowerInvariant() switch
    {
        "yes" or "true" or "1" or "on" or "force" => true,
        "no" or "false" or "0" or "off" => false,
        _ => throw Problem(column, $"'{value}' is not a value of '{name}': want yes or no"),
    };

    private static ProblemException Problem(int column, string reason) => new(new AptSourceProblem(column, reason));

    /// <summary>Carries a problem out of the grammar; never leaves this room.</summary>
    internal sealed class ProblemException(AptSourceProblem problem) : Exception(problem.Reason)
    {
        public AptSourceProblem Problem => problem;
    }
}
