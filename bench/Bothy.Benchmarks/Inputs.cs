using System.Globalization;
using System.Text;

namespace Bothy.Benchmarks;

/// <summary>What the benchmarks read: files of the directory that <c>BOTHY_BENCH_DATA</c> names, else bytes made here, the same in every run.</summary>
internal static class Inputs
{
    /// <summary>The file <paramref name="name"/> of the directory; null where there is none.</summary>
    public static byte[]? File(string name)
    {
        string? directory = Environment.GetEnvironmentVariable("BOTHY_BENCH_DATA");
        string path = Path.Combine(directory ?? "", name);
        return string.IsNullOrEmpty(directory) || !System.IO.File.Exists(path) ? null : System.IO.File.ReadAllBytes(path);
    }

    /// <summary>Bytes that compress to about a third, as programs do: words of a small vocabulary between random ones.</summary>
    public static byte[] Content(int length)
    {
        var random = new Random(1);
        byte[][] words = [.. Enumerable.Range(0, 4096).Select(_ => Bytes(random, random.Next(3, 24)))];
        var content = new MemoryStream(length + 24);
        while (content.Length < length)
        {
            content.Write(random.Next(6) == 0 ? Bytes(random, 8) : words[random.Next(words.Length) * random.Next(words.Length) / words.Length]);
        }

        return content.ToArray()[..length];
    }

    /// <summary>The text of an index in which <c>python3</c> needs, over some steps, a few dozen of <paramref name="count"/> packages.</summary>
    public static byte[] Index(int count)
    {
        var text = new StringBuilder();
        for (int i = 0; i < count; i++)
        {
            string name = i == 0 ? "python3" : Name(i);
            string depends = 3 * i + 3 < count ? $"Depends: {Name(2 * i + 1)} (>= 1.0), {Name(2 * i + 2)} | {Name(3 * i + 3)}\n" : "";
            text.Append(CultureInfo.InvariantCulture, $"Package: {name}\nVersion: 1.{i % 90}-1\nInstalled-Size: {i}\nMaintainer: Somebody <somebody@example.test>\nArchitecture: amd64\n")
                .Append(i > 40 ? "" : depends)
                .Append(CultureInfo.InvariantCulture, $"Description: a package that stands for one of {count} others\nHomepage: https://{name}.example/\nSection: libs\nPriority: optional\n")
                .Append(CultureInfo.InvariantCulture, $"Filename: pool/main/{name}/{name}_1.{i % 90}-1_amd64.deb\nSize: {1000 + i}\nSHA256: {i:x64}\n\n");
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>The text of an apk index in which <c>app</c> needs, over some steps, a few dozen of <paramref name="count"/> packages.</summary>
    public static byte[] ApkIndex(int count)
    {
        var text = new StringBuilder();
        for (int i = 0; i < count; i++)
        {
            string name = i == 0 ? "app" : Name(i);
            string depends = i <= 40 && 2 * i + 2 < count ? $"D:so:lib{2 * i + 1}.so.1 {Name(2 * i + 2)}>=1.0\n" : "";
            text.Append(CultureInfo.InvariantCulture, $"C:Q1{Convert.ToBase64String(System.Security.Cryptography.SHA1.HashData(Encoding.UTF8.GetBytes(name)))}\nP:{name}\nV:1.{i % 90}-r0\nA:x86_64\n")
                .Append(CultureInfo.InvariantCulture, $"S:{1000 + i}\nI:{2000 + i}\nT:a package that stands for one of {count} others\nU:https://{name}.example/\nL:MIT\no:{name}\n")
                .Append(CultureInfo.InvariantCulture, $"m:Somebody <somebody@example.test>\nt:1700000000\nc:0123456789abcdef0123456789abcdef01234567\n{depends}p:so:lib{i}.so.1=1.0 cmd:{name}=1.{i % 90}-r0\n\n");
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>A document of at least so many bytes of the shape of Debian's security tracker: packages with some vulnerabilities each, in six releases.</summary>
    public static void Tracker(Stream output, long length)
    {
        string[] releases = ["bullseye", "bookworm", "trixie", "forky", "sid", "buster"];
        string[] words = ["overflow", "in", "the", "parser", "of", "an", "attacker", "can", "cause", "denial", "service", "via", "crafted", "input", "before", "version"];
        var random = new Random(2);
        using var writer = new StreamWriter(output, new UTF8Encoding(false), 1 << 16, leaveOpen: true);
        writer.Write('{');
        for (int package = 0; output.Position < length; package++)
        {
            writer.Write(FormattableString.Invariant($"{(package == 0 ? "" : ", ")}\"{Name(package)}\": {{"));
            int count = random.Next(1, 40);
            for (int i = 0; i < count; i++)
            {
                string description = string.Join(' ', Enumerable.Range(0, 40).Select(_ => words[random.Next(words.Length)]));
                writer.Write(FormattableString.Invariant($"{(i == 0 ? "" : ", ")}\"CVE-20{random.Next(10, 26)}-{random.Next(1000, 60000)}\": {{\"description\": \"{description}\", \"scope\": \"remote\", \"releases\": {{"));
                for (int release = 0; release < releases.Length; release++)
                {
                    string name = releases[release];
                    string version = FormattableString.Invariant($"{random.Next(9)}.{random.Next(40)}.{random.Next(9)}-{random.Next(1, 5)}");
                    string state = random.Next(4) == 0 ? "\"status\": \"open\", \"nodsa\": \"Minor issue\", \"nodsa_reason\": \"\"" : $"\"status\": \"resolved\", \"fixed_version\": \"{version}\"";
                    writer.Write($"{(release == 0 ? "" : ", ")}\"{name}\": {{{state}, \"repositories\": {{\"{name}\": \"{version}\", \"{name}-security\": \"{version}+deb{release}u1\"}}, \"urgency\": \"not yet assigned\"}}");
                }

                writer.Write("}}");
            }

            writer.Write('}');
        }

        writer.Write('}');
    }

    private static string Name(int number) => FormattableString.Invariant($"library{number}");

    private static byte[] Bytes(Random random, int length)
    {
        byte[] bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }
}
