using System.Text;
using Bothy.Inspection.Sbom;

namespace Bothy.Inspection.Tests.Sbom;

public sealed class LicenseExpressionsTests
{
    [Theory]
    [InlineData("MIT", "MIT")]
    [InlineData("mit", "MIT")] // identifiers match in any case (SPDX 2.3, annex D.2)
    [InlineData("GPL-2.0-only AND MIT", "GPL-2.0-only AND MIT")]
    [InlineData("MIT or (Apache-2.0 and BSD-2-Clause)", "MIT OR (Apache-2.0 AND BSD-2-Clause)")]
    [InlineData("GPL-2.0-or-later WITH GCC-exception-3.1", "GPL-2.0-or-later WITH GCC-exception-3.1")]
    [InlineData("GPL-2.0", "GPL-2.0-only")] // deprecated by the list
    [InlineData("GPL-2.0+", "GPL-2.0-or-later")]
    [InlineData("LGPLv2.1+", "LGPL-2.1-or-later")]
    [InlineData("Apache-2.0+", "Apache-2.0+")]
    [InlineData("Apache License, Version 2.0", "Apache-2.0")]
    [InlineData("https://www.apache.org/licenses/LICENSE-2.0.txt", "Apache-2.0")]
    [InlineData("GNU Lesser General Public License v2 or later (LGPLv2+)", "LGPL-2.0-or-later")]
    [InlineData("Python Software Foundation License", "PSF-2.0")]
    [InlineData("custom", "LicenseRef-custom")]
    [InlineData("MIT AND custom", "MIT AND LicenseRef-custom")]
    [InlineData("MIT AND LicenseRef-mine", "MIT AND LicenseRef-mine")]
    [InlineData("GPL-2.0-only WITH my-exception", "LicenseRef-GPL-2.0-only-WITH-my-exception-2cd3ba2d10")]
    [InlineData("MIT AND", "LicenseRef-MIT-AND-0c1d1a5d5c")]
    [InlineData("(MIT", "LicenseRef-MIT-c1bdb2e5a5")]
    [InlineData("BSD (3-clause)", "LicenseRef-BSD--3-clause-c0e5fd2d9b")]
    [InlineData("GPL-2.0 MIT", "LicenseRef-GPL-2.0-MIT-7b1b9a8d1e")] // a list says neither AND nor OR
    [InlineData("GPL-9.0-only", "LicenseRef-GPL-9.0-only")]
    [InlineData("", null)]
    [InlineData("UNLICENSED", null)]
    [InlineData("NOASSERTION", null)]
    public void What_is_stated_becomes_an_expression_or_a_licence_of_its_own(string stated, string? expected)
    {
        string? expression = LicenseExpressions.Of(stated).Expression;

        // The mark at the end of a made-up name says that another name or text has another one; which is of no interest.
        Assert.Equal(WithoutMark(expected), WithoutMark(expression));
    }

    [Fact]
    public void What_is_not_on_the_list_is_declared_with_its_text()
    {
        var license = LicenseExpressions.Of("My Licence\nDo what you like.\n");

        var extracted = Assert.Single(license.Extracted);
        Assert.Equal(license.Expression, extracted.Id);
        Assert.Equal(("My Licence", "My Licence\nDo what you like."), (extracted.Name, extracted.Text));
    }

    [Fact]
    public void A_debian_copyright_file_says_all_its_licences_at_once()
    {
        var license = Read(
            """
            Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
            Upstream-Name: x

            Files: *
            Copyright: 2020 A
            License: GPL-2+ or Artistic-2.0, and BSD-3-clause

            Files: b
            Copyright: 2020 B
            License: Expat

            Files: c
            Copyright: 2020 C
            License: GPL-3+ with Bison exception

            Files: d
            Copyright: 2020 D
            License: public-domain
             Nobody owns this.
             .
             Really.

            Files: e
            Copyright: 2020 E
            License: GPL-2+ with OpenSSL exception

            Files: f
            Copyright: 2020 F
            License: GFDL-NIV-1.3+ and LGPL-2.1

            License: GPL-2+ with OpenSSL exception
             With that exception.

            License: Expat
             Permission is hereby granted.

            """);

        Assert.Matches(
            @"^\(GPL-2\.0-or-later OR Artistic-2\.0\) AND BSD-3-Clause AND MIT AND GPL-3\.0-or-later WITH Bison-exception-2\.2 AND LicenseRef-public-domain-[0-9a-f]{10} AND LicenseRef-GPL-2--with-OpenSSL-exception-[0-9a-f]{10} AND GFDL-1\.3-no-invariants-or-later AND LGPL-2\.1-only$",
            license.Expression);
        Assert.Equal(["Nobody owns this.\n\nReally.", "With that exception."], license.Extracted.Select(static one => one.Text));
    }

    [Theory]
    [InlineData("This package was debianized by somebody.\n\nLicense:\n\n GPL\n")] // for people
    [InlineData("Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n no field\nx\n")]
    [InlineData("Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\nFiles: *\nCopyright: me\n")]
    public void Where_nothing_is_stated_for_programs_nothing_is_said(string text) => Assert.Null(Read(text).Expression);

    [Fact]
    public void Damaged_copyright_files_make_no_trouble()
    {
        byte[] good = Encoding.UTF8.GetBytes(
            "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\nFiles: *\nLicense: GPL-2+ or (MIT, and Perl) and BSD with x exception\n\nFiles: a\nLicense: b\n text\n .\n more\n");
        var random = new Random(5);
        for (int i = 0; i < 3000; i++)
        {
            DebianCopyright.Read(Mutation.Of(good, random), "test");
            LicenseExpressions.Of(Encoding.Latin1.GetString(Mutation.Of("(MIT OR Apache-2.0+) AND GPL-2.0-only WITH GCC-exception-3.1"u8.ToArray(), random)));
        }

        Assert.NotNull(LicenseExpressions.Of(new string('(', 3000) + "MIT").Expression);
        Assert.NotNull(Read($"Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\nFiles: *\nLicense: {string.Join(" and ", Enumerable.Repeat("a or b,", 5000))}\n").Expression);
    }

    private static LicenseStatement Read(string text) => DebianCopyright.Read(Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\n")), "test");

    private static string? WithoutMark(string? expression) =>
        expression is null ? null : System.Text.RegularExpressions.Regex.Replace(expression, "-[0-9a-f]{10}$", "-MARK", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1));
}
