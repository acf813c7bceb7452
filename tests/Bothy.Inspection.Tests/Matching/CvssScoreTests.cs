using Bothy.Inspection.Matching;
using Bothy.Inspection.Matching.Cvss;

namespace Bothy.Inspection.Tests.Matching;

/// <summary>Scores as those who publish vulnerabilities give them.</summary>
public sealed class CvssScoreTests
{
    [Theory]
    // The three worked examples of the guide to version 2 (3.3).
    [InlineData("AV:N/AC:L/Au:N/C:N/I:N/A:C", "2.0", 7.8, SeverityLevel.High)] // CVE-2002-0392
    [InlineData("AV:N/AC:L/Au:N/C:C/I:C/A:C", "2.0", 10.0, SeverityLevel.High)] // CVE-2003-0818
    [InlineData("AV:L/AC:H/Au:N/C:C/I:C/A:C", "2.0", 6.2, SeverityLevel.Medium)] // CVE-2003-0062
    [InlineData("(AV:N/AC:L/Au:N/C:P/I:P/A:P)", "2.0", 7.5, SeverityLevel.High)] // in brackets, as NVD writes it
    [InlineData("AV:N/AC:M/Au:N/C:N/I:P/A:N", "2.0", 4.3, SeverityLevel.Medium)] // CVE-2013-1937
    [InlineData("AV:L/AC:L/Au:N/C:N/I:N/A:N", "2.0", 0.0, SeverityLevel.Low)] // no impact
    [InlineData("AV:N/AC:L/Au:N/C:N/I:N/A:C/E:F/RL:OF/RC:C", "2.0", 7.8, SeverityLevel.High)] // temporal metrics do not change the base score

    // Examples of FIRST's example documents for 3.0 and 3.1, and vectors of well-known vulnerabilities with NVD's scores.
    [InlineData("CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", "3.0", 6.1, SeverityLevel.Medium)] // CVE-2013-1937
    [InlineData("CVSS:3.0/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N", "3.0", 6.4, SeverityLevel.Medium)] // CVE-2013-0375
    [InlineData("CVSS:3.0/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N", "3.0", 3.1, SeverityLevel.Low)] // CVE-2014-3566
    [InlineData("CVSS:3.0/AV:N/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H", "3.0", 9.9, SeverityLevel.Critical)] // CVE-2012-1516
    [InlineData("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", "3.1", 10.0, SeverityLevel.Critical)] // CVE-2021-44228
    [InlineData("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "3.1", 9.8, SeverityLevel.Critical)] // CVE-2019-14697
    [InlineData("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", "3.1", 7.5, SeverityLevel.High)] // CVE-2014-0160
    [InlineData("CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H", "3.1", 7.8, SeverityLevel.High)] // CVE-2021-4034
    [InlineData("CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N", "3.1", 1.6, SeverityLevel.Low)]
    [InlineData("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", "3.1", 0.0, SeverityLevel.Negligible)]
    [InlineData("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:U/RL:O/RC:U", "3.1", 9.8, SeverityLevel.Critical)]

    // FIRST's user guide and examples for 4.0, and the ends of its scale.
    [InlineData("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H", "4.0", 10.0, SeverityLevel.Critical)]
    [InlineData("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", "4.0", 9.3, SeverityLevel.Critical)]
    [InlineData("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:L/VI:L/VA:L/SC:N/SI:N/SA:N", "4.0", 6.9, SeverityLevel.Medium)]
    [InlineData("CVSS:4.0/AV:L/AC:L/AT:P/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", "4.0", 7.3, SeverityLevel.High)] // CVE-2022-41741
    [InlineData("CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:P/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", "4.0", 7.7, SeverityLevel.High)] // CVE-2020-3549
    [InlineData("CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:P/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:U", "4.0", 5.2, SeverityLevel.Medium)] // the same, unreported
    [InlineData("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:L/VA:L/SC:N/SI:N/SA:N/E:A", "4.0", 8.8, SeverityLevel.High)] // CVE-2014-0160's neighbour in the macro vector
    [InlineData("CVSS:4.0/AV:P/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:X", "4.0", 7.0, SeverityLevel.High)]
    [InlineData("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N", "4.0", 0.0, SeverityLevel.Negligible)]
    public void Is_computed_as_published(string vector, string version, double score, SeverityLevel severity)
    {
        Assert.True(CvssScore.TryOf(vector, out var found), vector);
        Assert.Equal((version, score, severity), (found.Version, found.Score, found.Severity));
        Assert.Equal(vector, found.Vector);
    }

    [Theory]
    [InlineData("")]
    [InlineData("7.5")]
    [InlineData("CVSS:3.1")]
    [InlineData("CVSS:3.1/")]
    [InlineData("CVSS:3.2/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H")] // there is no such version
    [InlineData("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H")] // A is missing
    [InlineData("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/A:N")] // A twice
    [InlineData("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:X")] // no such value
    [InlineData("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/ZZ:N")] // no such metric
    [InlineData("CVSS:3.1/av:n/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H")] // lower case
    [InlineData("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N")] // SA is missing
    [InlineData("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:S/SA:N")] // safety is a modified value only
    [InlineData("AV:N/AC:L/Au:N/C:P/I:P")]
    public void What_is_no_vector_has_no_score(string vector) => Assert.False(CvssScore.TryOf(vector, out _));

    [Fact]
    public void The_newest_version_counts_and_of_it_the_highest()
    {
        var score = CvssScore.Newest(
        [
            "AV:N/AC:L/Au:N/C:C/I:C/A:C",
            "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N",
            "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H",
            "CVSS:9.9/AV:N",
        ]);

        Assert.Equal(("3.1", 7.8), (score?.Version, score?.Score));
        Assert.Null(CvssScore.Newest([]));
        Assert.Null(CvssScore.Newest(["high"]));
    }
}
