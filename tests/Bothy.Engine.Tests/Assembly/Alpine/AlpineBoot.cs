using System.Collections.Immutable;
using System.IO.Compression;
using System.Text.RegularExpressions;
using Bothy.Engine.Assembly;
using Bothy.Engine.Assembly.Alpine;
using Bothy.Engine.ImageFiles;
using Bothy.Formats.Tar;
using Bothy.Packages;
using Bothy.Packages.Alpine;

namespace Bothy.Engine.Tests.Assembly.Alpine;

/// <summary>The official repository of the 3.19.1 boot medium, and the real apk to install from it.</summary>
public sealed partial class AlpineBoot : IDisposable
{
    private const string Repository = "/repo";

    private readonly ApkJudge? _judge;
    private readonly Dictionary<string, (PackageContents Contents, ApkPackageFacts Facts)> _packages = new(StringComparer.Ordinal);
    private int _roots;

    public AlpineBoot()
    {
        if (Needs.ReasonToSkip(Needs.Data) is null && Needs.ReasonToSkip(ApkJudge.Need) is null)
        {
            _judge = new ApkJudge();
            Judge.Run("cp", "-r", Path.Combine(RealData.Directory, "alpine", "v3.19.1-boot"), _judge[Repository]).Succeeded();
            ReadPackages();
        }
    }

    /// <summary>The name of every package.</summary>
    public IEnumerable<string> Names => _packages.Keys.Order(StringComparer.Ordinal);

    internal ApkJudge Apk => _judge!;

    private static ImmutableArray<ApkKeyFile> Keys { get; } =
        [.. Directory.Exists(KeyDirectory) ? Directory.GetFiles(KeyDirectory).Select(static file => new ApkKeyFile(Path.GetFileName(file), File.ReadAllText(file))) : []];

    private static string KeyDirectory => Path.Combine(RealData.Directory, "alpine", "keys");

    /// <summary>Installs with the real apk into a new root.</summary>
    /// <returns>The path of the root as the judge sees it, and the names of the packages in the order of their installation.</returns>
    internal (string Root, ImmutableArray<string> Order) Install(bool scripts, params string[] world)
    {
        string root = $"/roots/{++_roots}";
        Directory.CreateDirectory(Apk[root + "/etc/apk/keys"]);
        File.WriteAllText(Apk[root + "/etc/apk/repositories"], Repository + "\n");
        foreach (var key in Keys)
        {
            File.WriteAllText(Apk[$"{root}/etc/apk/keys/{key.Name}"], key.Text);
        }

        // The root itself, and what is written into it, would have the mode that the machine's umask leaves.
        Judge.Run("chmod", "-R", "u=rwX,go=rX", Apk[root]).Succeeded();
        string output = Apk.Apk(["add", "--initdb", "--root", root, "--no-cache", .. scripts ? Array.Empty<string>() : ["--no-scripts"], .. world]).Succeeded().Output;
        return (root, [.. Installed().Matches(output).Select(static match => match.Groups["name"].Value)]);
    }

    /// <summary>Assembles the same.</summary>
    internal AssemblyResult Assemble(ImageSpec image, ImmutableArray<string> order, params string[] world) => Assembler.Assemble(
        new AssemblyRequest([.. order.Select(name => _packages[name].Contents)], [], image)
        {
            Apk = new ApkAssembly
            {
                Architecture = "x86_64",
                Packages = [.. order.Select(name => _packages[name].Facts)],
                World = [.. world.Select(static request => ApkDependency.Parse(request))],
                Repositories = [Repository],
                Keys = Keys,
            },
        },
        CancellationToken.None);

    public void Dispose() => _judge?.Dispose();

    private void ReadPackages()
    {
        string directory = Path.Combine(RealData.Directory, "alpine", "v3.19.1-boot", "x86_64");
        foreach (string stanza in IndexText(Path.Combine(directory, "APKINDEX.tar.gz")).Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
        {
            var fields = stanza.Split('\n').Where(static line => line.Length > 1).ToDictionary(static line => line[0], static line => line[2..]);
            var id = new PackageId(fields['P'], fields['V'], fields['A']);
            byte[] apk = File.ReadAllBytes(Path.Combine(directory, $"{id.Name}-{id.Version}.apk"));
            _packages[id.Name] = (ApkFile.Read(apk, id), new ApkPackageFacts(fields['C'], long.Parse(fields['S'], System.Globalization.CultureInfo.InvariantCulture), null));
        }
    }

    private static string IndexText(string path)
    {
        using var stream = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        var reader = new TarReader(stream, path, TarLimits.Default);
        while (reader.TryReadNext(out var entry))
        {
            if (entry.Name == "APKINDEX")
            {
                using var text = new StreamReader(reader.OpenContent());
                return text.ReadToEnd();
            }
        }

        throw new InvalidOperationException("no index");
    }

    [GeneratedRegex(@"^\(\d+/\d+\) Installing (?<name>[^ @]+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Installed();
}
