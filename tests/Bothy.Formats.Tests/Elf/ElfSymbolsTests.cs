using System.Text.RegularExpressions;
using Bothy.Formats.Elf;
using Bothy.Formats.Trees;

namespace Bothy.Formats.Tests.Elf;

/// <summary>Symbols and the properties that are told by them, judged by readelf and by Debian's hardening-check on what the machine has installed.</summary>
public sealed class ElfSymbolsTests
{
    private static readonly string[] Directories =
        ["/usr/bin", "/usr/sbin", "/usr/lib/x86_64-linux-gnu", "/usr/lib/gcc/x86_64-linux-gnu/12", "/usr/lib/git-core", "/usr/libexec"];

    [RequiresFact(Needs.Judges + ":readelf")]
    public void Readelf_lists_the_same_symbols()
    {
        var kinds = new HashSet<bool>();
        foreach (var (file, facts) in Sample(80))
        {
            string[] lines = Judge.Run("readelf", "-W", "--dyn-syms", file).Succeeded().Output.Split('\n');
            var symbols = lines
                .Select(line => Regex.Match(line, @"^ *\d+: \S+ +\S+ (\S+) +(?<bind>\S+) +\S+ +(\[[^\]]*\] +)?(?<section>\S+) (?<name>[^@\s]+)", RegexOptions.ExplicitCapture))
                .Where(match => match.Success)
                .Select(match => (Bind: match.Groups["bind"].Value, IsUndefined: match.Groups["section"].Value == "UND", Name: match.Groups["name"].Value))
                .ToList();

            var missing = symbols.Where(symbol => symbol is { IsUndefined: true, Bind: "GLOBAL" }).Select(symbol => symbol.Name).ToList();
            Assert.Equal((file, string.Join(' ', missing)), (file, string.Join(' ', facts.UndefinedSymbols)));
            var defined = symbols.Where(symbol => !symbol.IsUndefined && symbol.Bind != "LOCAL").Select(symbol => symbol.Name).ToList();
            Assert.All(defined, name => Assert.True(facts.DefinedSymbols.Contains(name), $"{file}: {name}"));
            Assert.Equal((file, defined.Count), (file, facts.DefinedSymbols.Count));
            Assert.False(facts.DefinedSymbols.Contains("no_such_symbol_anywhere"));
            kinds.Add(facts.IsProgram);
        }

        Assert.Equal(2, kinds.Count);
    }

    [RequiresFact(Needs.Judges + ":readelf")]
    public void Kept_facts_are_read_back_as_they_were()
    {
        foreach (var (file, facts) in Sample(80))
        {
            byte[] kept = ElfFactsForm.Write(facts);
            var again = ElfFactsForm.Read(kept, file);

            Assert.Equal(kept, ElfFactsForm.Write(again));
            Assert.Equal(facts.DefinedSymbols.Hashes.ToArray(), again.DefinedSymbols.Hashes.ToArray());
            Assert.Equal(facts.UndefinedSymbols, again.UndefinedSymbols.AsEnumerable());
            Assert.Equal((facts.Interpreter, facts.SoName, facts.Relro, facts.Fortify, facts.HasStackProtector), (again.Interpreter, again.SoName, again.Relro, again.Fortify, again.HasStackProtector));
            Assert.Throws<MalformedDataException>(() => ElfFactsForm.Read(kept.AsMemory(0, kept.Length - 1), file));
        }
    }

    [Fact]
    public void Damaged_kept_facts_are_malformed_or_other_facts()
    {
        Assert.True(ElfFile.TryRead(ElfSample.Library("libx.so.1", ["libc.so.6"]), "x", out var facts));
        byte[] kept = ElfFactsForm.Write(facts);
        var random = new Random(1);
        for (int i = 0; i < 2000; i++)
        {
            try
            {
                ElfFactsForm.Read(Mutation.Of(kept, random), "x");
            }
            catch (MalformedDataException)
            {
            }
        }
    }

    [RequiresFact(Needs.Judges + ":readelf")]
    public void Mutated_programs_and_libraries_give_facts_or_a_malformed_data_failure()
    {
        var random = new Random(20261121);
        foreach (string file in (string[])["/usr/bin/env", "/usr/lib/x86_64-linux-gnu/libdl.so.2", "/usr/lib/x86_64-linux-gnu/libz.so.1"])
        {
            byte[] good = File.ReadAllBytes(file);
            for (int i = 0; i < 700; i++)
            {
                byte[] bytes = Mutation.Of(good, random);
                // Anywhere in the file, and then once more where the tables are.
                bytes.AsSpan(0, Math.Min(bytes.Length, 1)).Fill(0x7f);
                for (int j = 0; j < 4 && bytes.Length > 4096; j++)
                {
                    bytes[random.Next(4096)] = (byte)random.Next(256);
                }

                try
                {
                    ElfFile.TryRead(bytes, file, out _);
                }
                catch (MalformedDataException)
                {
                }
            }
        }
    }

    [RequiresFact(Needs.Judges + ":hardening-check")]
    public void Hardening_check_says_the_same_of_200_programs_and_libraries()
    {
        var sample = Sample(200).ToList();
        Assert.Equal(200, sample.Count);
        string output = Judge.Run("hardening-check", ["--nocfprotection", .. sample.Select(one => one.File)]).Output;
        var said = Regex.Split(output, @"^(?=/)", RegexOptions.Multiline).Where(text => text.Length > 0).ToDictionary(text => text[..text.IndexOf(":\n", StringComparison.Ordinal)]);
        var protectors = new HashSet<bool?>();
        var fortified = new HashSet<ElfFortify>();
        foreach (var (file, facts) in sample)
        {
            string text = said[file];
            bool? protector = Line(text, "Stack protected") switch { "yes" => true, "no, not found!" => false, _ => null };
            var fortify = Line(text, "Fortify Source functions") switch
            {
                "yes" => ElfFortify.All,
                "yes (some protected functions found)" => ElfFortify.Some,
                "no, only unprotected functions found!" => ElfFortify.None,
                _ => ElfFortify.Unknown,
            };

            Assert.Equal((file, protector), (file, facts.HasStackProtector));
            Assert.Equal((file, fortify), (file, facts.Fortify));
            Assert.Equal((file, Line(text, "Read-only relocations") == "yes"), (file, facts.Relro != ElfRelro.None));
            Assert.Equal((file, Line(text, "Immediate binding") == "yes"), (file, facts.BindsNow));
            protectors.Add(protector);
            fortified.Add(fortify);
        }

        Assert.True(protectors.Count >= 2 && fortified.Count >= 3, "the sample must have good and bad ones");
    }

    [RequiresFact(Needs.Judges + ":readelf")]
    public void Readelf_says_the_same_of_the_hardening_of_200_programs_and_libraries()
    {
        foreach (var (file, facts) in Sample(200))
        {
            string shown = Judge.Run("readelf", "-W", "-h", "-d", "-l", file).Succeeded().Output;
            bool now = Regex.IsMatch(shown, @"BIND_NOW|Flags: NOW");
            string Path(string kind) => Regex.Match(shown, kind + @": \[([^\]]*)\]").Groups[1].Value;

            Assert.Equal((file, Regex.IsMatch(shown, @"Flags:.* PIE")), (file, facts.IsPositionIndependentExecutable));
            Assert.Equal((file, shown.Contains("GNU_RELRO") ? now ? ElfRelro.Full : ElfRelro.Partial : ElfRelro.None), (file, facts.Relro));
            Assert.Equal((file, !Regex.IsMatch(shown, @"GNU_STACK .* RW ")), (file, facts.HasExecutableStack));
            Assert.Equal((file, shown.Contains("TEXTREL")), (file, facts.HasTextRelocations));
            Assert.Equal((file, Path("Library rpath"), Path("Library runpath")), (file, facts.RPath ?? "", facts.RunPath ?? ""));
        }
    }

    [RequiresFact(Needs.Judges + ":gcc")]
    public void What_a_compiler_was_told_is_seen()
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory["a.c"], "#include <stdio.h>\n#include <string.h>\nint main(int n, char **v) { char b[40]; strcpy(b, v[n-1]); return puts(b); }\n");
        ElfFacts Compile(params string[] flags)
        {
            Judge.Run("gcc", ["-o", directory["a"], directory["a.c"], .. flags]).Succeeded();
            return FileContent.Of(File.ReadAllBytes(directory["a"])).ReadElf("a")!;
        }

        var hard = Compile("-O2", "-D_FORTIFY_SOURCE=2", "-fstack-protector-strong", "-fPIE", "-pie", "-Wl,-z,relro,-z,now");
        Assert.Equal((true, true, ElfRelro.Full, false), (hard.IsPositionIndependentExecutable, hard.HasStackProtector, hard.Relro, hard.HasExecutableStack));
        Assert.NotEqual(ElfFortify.None, hard.Fortify);

        var soft = Compile("-O0", "-U_FORTIFY_SOURCE", "-fno-stack-protector", "-no-pie", "-Wl,-z,norelro,-z,execstack");
        Assert.Equal((false, false, ElfRelro.None, true), (soft.IsPositionIndependentExecutable, soft.HasStackProtector, soft.Relro, soft.HasExecutableStack));
        Assert.Equal(ElfFortify.None, soft.Fortify);
        Assert.Equal(["puts", "strcpy"], soft.UndefinedSymbols.Where(name => !name.StartsWith('_')).Order());

        // A static program has its C library in it, whose functions check themselves.
        Assert.True(Compile("-static").HasStackProtector);
        Assert.Null(Compile("-static", "-s").HasStackProtector);
    }

    private static string Line(string text, string name) => Regex.Match(text, $"^ {name}: (.*)$", RegexOptions.Multiline).Groups[1].Value;

    private static List<(string File, ElfFacts Facts)> Sample(int count)
    {
        var found = new List<(string File, ElfFacts Facts)>();
        string[] files =
        [
            .. Directories.Where(Directory.Exists).SelectMany(Directory.GetFiles)
                // objdump, which hardening-check runs, takes a second for three megabytes.
                .Where(file => new FileInfo(file) is { LinkTarget: null, Length: < 600_000 })
                .OrderBy(file => Digest.Of(System.Text.Encoding.UTF8.GetBytes(file)).ToString(), StringComparer.Ordinal),
        ];
        foreach (string file in files)
        {
            using var stream = File.OpenRead(file);
            if (found.Count < count && ElfFile.TryRead(stream, file, out var facts) && facts.IsDynamic)
            {
                found.Add((file, facts));
            }
        }

        return found;
    }
}
