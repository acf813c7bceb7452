using System.Collections.Frozen;
using System.Reflection;
using System.Text.RegularExpressions;

namespace Bothy.Inspection.Sbom;

/// <summary>The identifiers of the SPDX License List, and the other names under which people and distributions know the same licences.</summary>
internal static partial class LicenseIdentifiers
{
    private static readonly Lazy<(FrozenDictionary<string, string> Licenses, FrozenDictionary<string, string> Exceptions)> Lists = new(Load);

    // What Debian's machine-readable copyright format, Python's classifiers and manifests of jars say; only names that mean one licence.
    private static readonly FrozenDictionary<string, string> Others = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
    {
        ["Expat"] = "MIT",
        ["MIT/X11"] = "MIT",
        ["MIT License"] = "MIT",
        ["The MIT License"] = "MIT",
        ["http://www.opensource.org/licenses/mit-license.php"] = "MIT",
        ["https://opensource.org/licenses/MIT"] = "MIT",
        ["Apache 2"] = "Apache-2.0",
        ["Apache 2.0"] = "Apache-2.0",
        ["Apache License 2.0"] = "Apache-2.0",
        ["Apache License, Version 2.0"] = "Apache-2.0",
        ["Apache License Version 2.0"] = "Apache-2.0",
        ["ASL 2.0"] = "Apache-2.0",
        ["http://www.apache.org/licenses/LICENSE-2.0"] = "Apache-2.0",
        ["http://www.apache.org/licenses/LICENSE-2.0.txt"] = "Apache-2.0",
        ["https://www.apache.org/licenses/LICENSE-2.0"] = "Apache-2.0",
        ["https://www.apache.org/licenses/LICENSE-2.0.txt"] = "Apache-2.0",
        ["Artistic"] = "Artistic-1.0",
        ["Boost"] = "BSL-1.0",
        ["CC0"] = "CC0-1.0",
        ["ISC License"] = "ISC",
        ["ISC License (ISCL)"] = "ISC",
        ["Mozilla Public License 2.0 (MPL 2.0)"] = "MPL-2.0",
        ["MPL 2.0"] = "MPL-2.0",
        ["Perl"] = "(Artistic-1.0-Perl OR GPL-1.0-or-later)",
        ["PSF-2"] = "PSF-2.0",
        ["Python Software Foundation License"] = "PSF-2.0",
        ["The Unlicense (Unlicense)"] = "Unlicense",
        ["GNU General Public License v2 (GPLv2)"] = "GPL-2.0-only",
        ["GNU General Public License v2 or later (GPLv2+)"] = "GPL-2.0-or-later",
        ["GNU General Public License v3 (GPLv3)"] = "GPL-3.0-only",
        ["GNU General Public License v3 or later (GPLv3+)"] = "GPL-3.0-or-later",
        ["GNU Lesser General Public License v2 or later (LGPLv2+)"] = "LGPL-2.0-or-later",
        ["GNU Lesser General Public License v3 (LGPLv3)"] = "LGPL-3.0-only",
        ["GNU Lesser General Public License v3 or later (LGPLv3+)"] = "LGPL-3.0-or-later",
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>The identifier, or the expression, that <paramref name="name"/> means; null where it is none that is known.</summary>
    public static string? Find(string name)
    {
        if (Others.TryGetValue(name, out string? other))
        {
            return other;
        }

        if (Gnu().Match(name) is { Success: true } gnu)
        {
            return Gnu(gnu);
        }

        var known = Lists.Value.Licenses;
        bool orLater = name.EndsWith('+');
        string plain = orLater ? name[..^1] : name;
        string? found = known.GetValueOrDefault(plain) ?? known.GetValueOrDefault($"{plain}.0");
        return found is not null && orLater ? $"{found}+" : found;
    }

    /// <summary>The identifier of an exception; null where it is none that is known.</summary>
    public static string? FindException(string name) => Lists.Value.Exceptions.GetValueOrDefault(name);

    // The list has two identifiers for each version of GNU's licences and deprecates the bare one, which Debian uses, and older versions of the list used, for "only".
    private static string? Gnu(Match match)
    {
        string family = match.Groups["family"].Value.ToUpperInvariant();
        string number = match.Groups["version"].Value;
        string version = number.Contains('.', StringComparison.Ordinal) ? number : $"{number}.0";
        string invariants = match.Groups["niv"].Success ? "-no-invariants" : "";
        string later = match.Groups["later"].Success ? "or-later" : "only";
        return Lists.Value.Licenses.GetValueOrDefault($"{family}-{version}{invariants}-{later}");
    }

    [GeneratedRegex("^(?<family>AGPL|LGPL|GPL|GFDL)(?<niv>-NIV)?(-|v| v| )?(?<version>[1-3](\\.[0-9])?)(?<later>\\+|-or-later| or later)?(-only)?$", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Gnu();

    private static (FrozenDictionary<string, string> Licenses, FrozenDictionary<string, string> Exceptions) Load()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("spdx-identifiers.txt")!;
        using var reader = new StreamReader(stream);
        string[] lines = reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        int dashes = Array.IndexOf(lines, "---");
        return (ByName(lines[1..dashes]), ByName(lines[(dashes + 1)..]));

        static FrozenDictionary<string, string> ByName(string[] identifiers) =>
            identifiers.ToFrozenDictionary(static identifier => identifier, StringComparer.OrdinalIgnoreCase);
    }
}
