using System.Text.RegularExpressions;

namespace Bothy.Testing;

/// <summary>What a loader says that it loads for a program.</summary>
/// <param name="Libraries">The paths, sorted, links not followed.</param>
/// <param name="Missing">The names that it does not find, sorted; glibc stops at the first.</param>
/// <param name="Error">What it complains of; empty for nothing.</param>
public sealed record LoaderVerdict(IReadOnlyList<string> Libraries, IReadOnlyList<string> Missing, string Error);

/// <summary>Asks the loader of a root directory itself, in a chroot: glibc's and musl's <c>--list</c>, which start nothing.</summary>
public static partial class LoaderJudge
{
    /// <summary>What the loader at <paramref name="loader"/> says of <paramref name="program"/>, both paths inside <paramref name="root"/>.</summary>
    public static LoaderVerdict List(string root, string loader, string program)
    {
        ArgumentNullException.ThrowIfNull(loader);
        var result = Judge.Run("chroot", root, loader, "--list", program);
        var lines = result.Output.Split('\n');
        if (result.ExitCode is 125 or 126)
        {
            throw new InvalidOperationException($"the loader cannot be asked: {result.Error}");
        }

        string error = result.Error.Trim();
        // Where they say what they do not find differs.
        var missing = lines.Select(line => NotFound().Match(line)).Concat($"{result.Output}\n{result.Error}".Split('\n').SelectMany(line => (Match[])[StopsAt().Match(line), MuslNotFound().Match(line)]))
            .Where(match => match.Success)
            .Select(match => match.Groups["name"].Value);
        return new LoaderVerdict(
            [.. lines.Select(line => Library().Match(line)).Where(match => match.Success).Select(match => match.Groups["path"].Value).Order(StringComparer.Ordinal)],
            [.. missing.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            result.ExitCode == 0 && !error.Contains("not found", StringComparison.Ordinal) ? "" : $"{result.ExitCode}: {error}");
    }

    // "	libc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x…)", "	/lib64/ld-linux-x86-64.so.2 (0x…)"
    [GeneratedRegex(@"^\t([^ ]+ => )?(?<path>/[^ ]+) \(0x", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Library();

    [GeneratedRegex(@"^\t(?<name>[^ ]+) => not found", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NotFound();

    // Glibc stops at the first.
    [GeneratedRegex(@"error while loading shared libraries: (?<name>[^:]+): cannot open shared object file", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex StopsAt();

    [GeneratedRegex(@"Error loading shared library (?<name>[^:]+):", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex MuslNotFound();
}
