using System.Text.Json;
using Bothy.Packages.Alpine;
using Bothy.Packages.Solving;
using Xunit.Abstractions;

namespace Bothy.Packages.Tests.Alpine;

/// <summary>The answers that the real apk gave over the full indexes of Alpine 3.19, recorded.</summary>
public sealed class ApkOracleTests(ITestOutputHelper output)
{
    [RequiresFact(Needs.Data)]
    public void Chooses_what_apk_chooses_in_its_order_and_refuses_what_it_refuses()
    {
        var indexes = new[] { RealApkIndex.Read("main", null), RealApkIndex.Read("community", null) };
        var differences = new List<string>();
        int solved = 0;
        int refused = 0;
        foreach (string line in File.ReadLines(Path.Combine(RealData.Directory, "apk-solver", "oracle-v3.19-main+community-x86_64.jsonl")))
        {
            using var answer = JsonDocument.Parse(line);
            string[] world = [.. answer.RootElement.GetProperty("world").EnumerateArray().Select(item => item.GetString()!)];
            string[] expected = [.. answer.RootElement.GetProperty("install").EnumerateArray().Select(item => $"{item[0].GetString()} {item[1].GetString()}")];
            var request = new ApkSolverRequest { Architecture = "x86_64", World = [.. world.Select(text => ApkDependency.Parse(text))] };
            var resolution = ApkSolver.Solve(new ApkPool(indexes), request, CancellationToken.None);
            bool refuses = answer.RootElement.GetProperty("rc").GetInt32() != 0;
            string[] ours = resolution is Resolution<ApkPackage>.Solved found ? [.. found.Packages.Select(package => $"{package.Package.Name} {package.Package.Version}")] : [];
            if (refuses ? resolution is Resolution<ApkPackage>.Solved : !ours.SequenceEqual(expected))
            {
                differences.Add($"{string.Join(' ', world)}: apk alone has {string.Join(", ", expected.Except(ours))}; we alone {string.Join(", ", ours.Except(expected))}");
            }

            solved += refuses ? 0 : 1;
            refused += refuses ? 1 : 0;
        }

        output.WriteLine($"{solved} solved, {refused} refused, {differences.Count} otherwise");
        Assert.Empty(differences);
        Assert.Equal((278, 40), (solved, refused));
    }
}
