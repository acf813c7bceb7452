using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Bothy.Testing;

/// <summary>Files by which package tools of programming languages say what is there, made by hand or by the platform's own writers.</summary>
public static class LanguageSamples
{
    private const string GoMark = "0w\u00af\u000c\u0092t\b\u0002A\u00e1\u00c1\u0007\u00e6\u00d6\u0018\u00e6";

    /// <summary>The modules of a Go program as its linker lists them: a replaced one, one with a version that is no release.</summary>
    public const string GoModules =
        """
        path	example.org/app/cmd/app
        mod	example.org/app	(devel)	
        dep	github.com/BurntSushi/toml	v1.2.1	h1:9F2/+DoOYIOksmaJFPw1tGFy1eDnIJXg+UHjuD8lTak=
        dep	golang.org/x/text	v0.3.0	h1:g61tztE5qeGQ89tm6NTjjM9VPIm088od1l6aSorWRWg=
        =>	golang.org/x/text	v0.3.8	h1:nAL+RVCQ9uMn3vJZbV+MRnydTJFPf8qqY42YiA6MrqY=
        build	CGO_ENABLED=0

        """;

    /// <summary>The audit data of a Rust program: one crate of it only built it.</summary>
    public const string RustCrates =
        """
        {"packages":[
          {"name":"app","version":"0.1.0","source":"local","dependencies":[1,2],"root":true},
          {"name":"itoa","version":"1.0.5","source":"crates.io"},
          {"name":"serde","version":"1.0.152","source":"crates.io","dependencies":[1]},
          {"name":"cc","version":"1.0.79","source":"crates.io","kind":"build"}]}
        """;

    /// <summary>A Go program of Go 1.18 and later, with its texts behind the header.</summary>
    public static byte[] GoProgram(string version = "go1.22.3", string modules = GoModules)
    {
        var data = new MemoryStream();
        data.Write(GoHeader(flags: 2));
        foreach (byte[] text in new[] { Encoding.UTF8.GetBytes(version), GoText(modules) })
        {
            int left = text.Length;
            do
            {
                data.WriteByte((byte)((left & 0x7F) | (left > 0x7F ? 0x80 : 0)));
                left >>= 7;
            }
            while (left > 0);
            data.Write(text);
        }

        return ElfSectionSample.Program((".go.buildinfo", data.ToArray()));
    }

    /// <summary>A Go program from before Go 1.18, with pointers to its texts.</summary>
    public static byte[] OldGoProgram(string version = "go1.16.15", string modules = GoModules)
    {
        byte[] text = GoText(modules);
        byte[] data = new byte[32 + 32 + version.Length + text.Length];
        GoHeader(flags: 0).CopyTo(data, 0);
        long address = ElfSectionSample.LoadAddress + ElfSectionSample.FirstSection;
        data[14] = 8;
        BinaryPrimitives.WriteInt64LittleEndian(data.AsSpan(16), address + 32);
        BinaryPrimitives.WriteInt64LittleEndian(data.AsSpan(24), address + 48);
        BinaryPrimitives.WriteInt64LittleEndian(data.AsSpan(32), address + 64);
        BinaryPrimitives.WriteInt64LittleEndian(data.AsSpan(40), version.Length);
        BinaryPrimitives.WriteInt64LittleEndian(data.AsSpan(48), address + 64 + version.Length);
        BinaryPrimitives.WriteInt64LittleEndian(data.AsSpan(56), text.Length);
        Encoding.ASCII.GetBytes(version).CopyTo(data, 64);
        text.CopyTo(data, 64 + version.Length);
        return ElfSectionSample.Program((".go.buildinfo", data));
    }

    /// <summary>A Rust program with audit data.</summary>
    public static byte[] RustProgram(string crates = RustCrates) => ElfSectionSample.Program((".dep-v0", Zlib(Encoding.UTF8.GetBytes(crates))));

    /// <summary>Bytes in zlib's format.</summary>
    public static byte[] Zlib(byte[] bytes)
    {
        var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            zlib.Write(bytes);
        }

        return packed.ToArray();
    }

    /// <summary>A jar of these files, written by the platform.</summary>
    public static byte[] Jar(params (string Name, byte[] Content)[] files)
    {
        var jar = new MemoryStream();
        using (var zip = new ZipArchive(jar, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in files)
            {
                var entry = zip.CreateEntry(name, name.EndsWith(".jar", StringComparison.Ordinal) ? CompressionLevel.NoCompression : CompressionLevel.Optimal);
                entry.LastWriteTime = new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
                using var stream = entry.Open();
                stream.Write(content);
            }
        }

        return jar.ToArray();
    }

    /// <summary>A jar that Maven built.</summary>
    public static byte[] MavenJar(string group, string artifact, string version, params (string Name, byte[] Content)[] more) => Jar(
    [
        ("META-INF/MANIFEST.MF", Encoding.UTF8.GetBytes($"Manifest-Version: 1.0\r\nImplementation-Title: {artifact}\r\nImplementation-Version: {version}\r\n\r\n")),
        ($"META-INF/maven/{group}/{artifact}/pom.properties", Encoding.UTF8.GetBytes($"#Created by Apache Maven\nversion={version}\ngroupId={group}\nartifactId={artifact}\n")),
        .. more,
    ]);

    private static byte[] GoHeader(byte flags)
    {
        byte[] header = new byte[32];
        header[0] = 0xFF;
        " Go buildinf:"u8.CopyTo(header.AsSpan(1));
        header[15] = flags;
        return header;
    }

    private static byte[] GoText(string modules) => [.. Encoding.Latin1.GetBytes(GoMark), .. Encoding.UTF8.GetBytes(modules.ReplaceLineEndings("\n")), .. Encoding.Latin1.GetBytes(GoMark)];
}
