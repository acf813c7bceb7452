using System.Text.RegularExpressions;
using Bothy.StartProfile;

// bench/profile.sh says what for. LOG... are what DOTNET_JitStdOutFile wrote with DOTNET_JitDisasmSummary=1.
if (args is not [var output, .. { Length: > 0 } logs])
{
    Console.Error.WriteLine("usage: Bothy.StartProfile OUTPUT LOG...");
    return 2;
}

// Fully optimised at their first call are those that crossgen never compiles.
var line = new Regex(@"^ *\d+: JIT compiled (?<name>.+) \[(?:Tier0|Instrumented Tier0|Tier-0 switched to FullOpts)", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
var names = logs.SelectMany(File.ReadLines)
    .Select(text => line.Match(text))
    .Where(match => match.Success)
    .Select(match => match.Groups["name"].Value)
    .Distinct(StringComparer.Ordinal)
    .Order(StringComparer.Ordinal)
    .ToList();
var profile = new ProfileWriter(new KnownTypes());
var missing = names.Where(name => !profile.TryAdd(JitName.Parse(name))).ToList();
File.WriteAllBytes(output, profile.Finish());
Console.Error.WriteLine(FormattableString.Invariant($"{names.Count - missing.Count} of {names.Count} methods"));
missing.ForEach(name => Console.Error.WriteLine($"  not found: {name}"));
return 0;
