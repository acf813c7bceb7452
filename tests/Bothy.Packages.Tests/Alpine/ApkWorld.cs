using System.Security.Cryptography;
using System.Text;
using Bothy.Packages.Alpine;
using Bothy.Packages.Solving;

namespace Bothy.Packages.Tests.Alpine;

/// <summary>
/// Small repositories in short: a package a line, <c>name version | D: … | p: …</c>. A line <c>@tag</c>, or <c>@</c> alone, begins the
/// next repository.
/// </summary>
internal static class ApkWorld
{
    /// <summary>The repositories' tags and the texts of their indexes.</summary>
    public static IReadOnlyList<(string? Tag, string Text)> Repositories(string packages)
    {
        var repositories = new List<(string? Tag, StringBuilder Text)> { (null, new StringBuilder()) };
        foreach (string line in packages.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (line.StartsWith('@'))
            {
                repositories.Add((line.Length > 1 ? line[1..] : null, new StringBuilder()));
                continue;
            }

            string[] parts = line.Split('|', StringSplitOptions.TrimEntries);
            string identity = Convert.ToBase64String(Sha1(line));
            repositories[^1].Text.Append($"C:Q1{identity}\nP:{parts[0].Split(' ')[0]}\nV:{parts[0].Split(' ')[1]}\nS:1\nI:1\n");
            repositories[^1].Text.Append(string.Concat(parts.Skip(1).Select(part => part.Replace(": ", ":", StringComparison.Ordinal) + "\n"))).Append('\n');
        }

        return [.. repositories.Select(repository => (repository.Tag, repository.Text.ToString()))];
    }

    public static ApkPool Pool(string packages) => new(Repositories(packages)
        .Select((repository, i) => ApkIndex.Read(Encoding.UTF8.GetBytes(repository.Text), new ApkIndexOrigin($"repository {i}", "x86_64", repository.Tag))));

    public static Resolution<ApkPackage> Solve(string packages, string world, params string[] omit) =>
        ApkSolver.Solve(Pool(packages), new ApkSolverRequest { Architecture = "x86_64", World = ApkDependency.ParseAll(world), Omit = [.. omit] }, CancellationToken.None);

    /// <summary>The packages, <c>name-version</c> with blanks between, in order of installation; or why there are none, line by line.</summary>
    public static string Answer(string packages, string world, params string[] omit) => Solve(packages, world, omit) switch
    {
        Resolution<ApkPackage>.Solved solved => string.Join(' ', solved.Packages.Select(package => package.Package)),
        Resolution<ApkPackage>.Unsolvable unsolvable => string.Join('\n', unsolvable.Chain) + (unsolvable.Suggestion is { } suggestion ? "\n" + suggestion : ""),
        _ => throw new InvalidOperationException(),
    };

#pragma warning disable CA5350 // A package's identity is a SHA-1.
    private static byte[] Sha1(string text) => SHA1.HashData(Encoding.UTF8.GetBytes(text));
#pragma warning restore CA5350
}
