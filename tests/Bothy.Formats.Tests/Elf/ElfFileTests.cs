using System.Globalization;
using System.Text.RegularExpressions;
using Bothy.Formats.Elf;
using FsCheck;
using FsCheck.Fluent;

namespace Bothy.Formats.Tests.Elf;

public sealed class ElfFileTests
{
    private const string Libraries = "/usr/lib/x86_64-linux-gnu";

    [Theory]
    [InlineData("")]
    [InlineData("#!/bin/sh\n")]
    [InlineData("GROUP ( libc.so.6 )\n")]
    [InlineData("\u007fELF")] // shorter than any header
    public void Other_files_are_not_elf(string text) =>
        Assert.False(ElfFile.TryRead(System.Text.Encoding.ASCII.GetBytes(text), "x", out _));

    [Theory]
    [InlineData(4, 3, "a file class of 3; 1 and 2 are known")]
    [InlineData(5, 0, "a byte order of 0; 1 and 2 are known")]
    [InlineData(56, 9, "the program headers reach past the end of the file")]
    public void Damaged_headers_are_malformed(int at, byte value, string problem)
    {
        byte[] bytes = ElfSample.Library("libx.so.1", ["libc.so.6"]);
        bytes[at] = value;
        if (at == 56)
        {
            bytes[33] = 0xff;
        }

        Assert.Equal(problem, Assert.Throws<MalformedDataException>(() => ElfFile.TryRead(bytes, "x", out _)).Problem);
    }

    [Fact]
    public void Reads_a_library_without_section_headers()
    {
        Assert.True(ElfFile.TryRead(ElfSample.Library("libx.so.1", ["libc.so.6", "libm.so.6"]), "x", out var facts));

        Assert.Equal((64, false, ElfMachine.X8664, ElfType.Shared), (facts.Bits, facts.IsBigEndian, facts.Machine, facts.Type));
        Assert.Equal("libx.so.1", facts.SoName);
        Assert.Equal("libc.so.6 libm.so.6", string.Join(" ", facts.Needed));
        Assert.Null(facts.Interpreter);
        Assert.False(facts.IsPositionIndependentExecutable);
    }

    [Fact]
    public void A_stream_that_does_not_seek_reads_the_same()
    {
        byte[] bytes = ElfSample.Library("libx.so.1", ["libc.so.6"]);
        using var pipe = new System.IO.Compression.BrotliStream(new MemoryStream(Compress(bytes)), System.IO.Compression.CompressionMode.Decompress);

        Assert.True(ElfFile.TryRead(pipe, "x", out var facts));
        Assert.Equal("libx.so.1", facts.SoName);
    }

    [Fact]
    public void A_mutated_library_gives_facts_or_a_malformed_data_failure() =>
        CheckMutations(ElfSample.Library("libx.so.1", ["libc.so.6", "libm.so.6"]));

    [RequiresFact(Needs.Judges + ":readelf")]
    public void A_mutated_real_library_with_versions_and_notes_does_too() =>
        CheckMutations(File.ReadAllBytes(Path.Combine(Libraries, "libdl.so.2")));

    [RequiresFact(Needs.Judges + ":readelf")]
    public void Readelf_sees_the_same_in_the_machines_libraries()
    {
        string[] files = Directory.Exists(Libraries) ? [.. Directory.GetFiles(Libraries, "lib*.so*").Order(StringComparer.Ordinal)] : [];
        string[] sample = [.. files.Where((_, i) => i % (1 + (files.Length / 60)) == 0), "/bin/sh", "/usr/bin/env"];
        foreach (string file in sample)
        {
            using var stream = File.OpenRead(file);
            if (ElfFile.TryRead(stream, file, out var facts))
            {
                string shown = Judge.Run("readelf", "-W", "-h", "-d", "-l", "-V", file).Succeeded().Output;
                Assert.Equal(FromReadelf(shown), Describe(facts));
            }
        }
    }

    private static void CheckMutations(byte[] original)
    {
        // The first pages hold the headers, notes, strings and versions of every small library.
        var change = Gen.Choose(0, Math.Min(4096, original.Length) - 1).SelectMany(at => Gen.Choose(0, 255).Select(value => (at, value)));
        Prop.ForAll(change.NonEmptyListOf().ToArbitrary(), changes =>
        {
            byte[] bytes = [.. original];
            foreach (var (at, value) in changes)
            {
                bytes[at] = (byte)value;
            }

            try
            {
                ElfFile.TryRead(bytes, "x", out _);
            }
            catch (MalformedDataException)
            {
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));
    }

    private static byte[] Compress(byte[] bytes)
    {
        using var buffer = new MemoryStream();
        using (var brotli = new System.IO.Compression.BrotliStream(buffer, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true))
        {
            brotli.Write(bytes);
        }

        return buffer.ToArray();
    }

    private static string Describe(ElfFacts facts) => string.Join('\n',
        [
            $"bits {facts.Bits}",
            $"interpreter {facts.Interpreter}",
            $"soname {facts.SoName}",
            $"needed {string.Join(' ', facts.Needed)}",
            $"runpath {facts.RunPath} {facts.RPath}",
            $"stack {facts.HasExecutableStack}",
            $"relro {facts.Relro != ElfRelro.None} now {facts.BindsNow} pie {facts.IsPositionIndependentExecutable}",
            $"defines {string.Join(' ', facts.VersionDefinitions)}",
            .. facts.VersionNeeds.Select(need => $"needs {need.Library}: {string.Join(' ', need.Versions)}"),
        ]);

    private static string FromReadelf(string shown)
    {
        string All(string pattern) => string.Join(' ', Regex.Matches(shown, pattern).Select(match => match.Groups[1].Value));
        string definitions = Regex.Match(shown, @"Version definition section[^\n]*\n(?<table>.*?)(\n\n|\z)", RegexOptions.Singleline | RegexOptions.ExplicitCapture).Groups["table"].Value;
        string needs = Regex.Match(shown, @"Version needs section[^\n]*\n(?<table>.*?)(\n\n|\z)", RegexOptions.Singleline | RegexOptions.ExplicitCapture).Groups["table"].Value;
        return string.Join('\n',
            [
                $"bits {(shown.Contains("ELF64") ? 64 : 32).ToString(CultureInfo.InvariantCulture)}",
                $"interpreter {All(@"interpreter: ([^\]]*)\]")}",
                $"soname {All(@"soname: \[([^\]]*)\]")}",
                $"needed {All(@"Shared library: \[([^\]]*)\]")}",
                $"runpath {All(@"runpath: \[([^\]]*)\]")} {All(@"rpath: \[([^\]]*)\]")}",
                $"stack {!Regex.IsMatch(shown, @"GNU_STACK .* RW ")}",
                $"relro {shown.Contains("GNU_RELRO")} now {Regex.IsMatch(shown, @"BIND_NOW|Flags: NOW")} pie {Regex.IsMatch(shown, @"Flags:.* PIE")}",
                $"defines {string.Join(' ', Regex.Matches(definitions, @"Flags: (?!BASE).*Name: (\S+)").Select(match => match.Groups[1].Value))}",
                .. Regex.Matches(needs, @"File: (?<file>\S+)  Cnt[^\n]*(?<versions>(\n[^\n]*Name: [^\n]*)*)", RegexOptions.ExplicitCapture).Select(match =>
                    $"needs {match.Groups["file"].Value}: {string.Join(' ', Regex.Matches(match.Groups["versions"].Value, @"Name: (\S+)").Select(name => name.Groups[1].Value))}"),
            ]);
    }
}
