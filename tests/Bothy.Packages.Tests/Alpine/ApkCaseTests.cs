using Xunit.Abstractions;

namespace Bothy.Packages.Tests.Alpine;

/// <summary>
/// apk-tools' own solver cases: repositories, what is installed, a command, and every line that apk prints. They are of apk-tools 3,
/// which differs from 2.14 in a few of them.
/// </summary>
public sealed class ApkCaseTests(ITestOutputHelper output)
{
    private const string Suffix = ".test";

    [RequiresFact(Needs.Data)]
    public void Plans_what_apk_plans_and_says_what_apk_says()
    {
        var failures = new List<string>();
        string[] files = [.. Directory.GetFiles(Path.Combine(RealData.Directory, "apk-solver"), "*" + Suffix).Order(StringComparer.Ordinal)];
        foreach (string file in files)
        {
            var apk = ApkCase.Read(file);
            string answer = apk.Run();
            string name = Path.GetFileNameWithoutExtension(file);
            if (answer.Trim() != apk.Expected.Trim())
            {
                output.WriteLine($"{name}: apk {apk.Arguments}\nwant\n{apk.Expected}\ngot\n{answer}");
                failures.Add(name);
            }
        }

        Assert.Equal(60, files.Length);
        Assert.Empty(failures);
    }
}
