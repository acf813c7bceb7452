using System.Text.Json;

namespace Bothy.EndToEnd.Tests;

/// <summary>
/// The digests of layers of Debian's own packages. An archive whose packages move on cannot be pinned, so these are of a suite that has had its last
/// point release; its updates and security fixes, which go on, are left out.
/// </summary>
[Collection(RealImages.Name)]
public sealed class GoldenDebianTests : IDisposable
{
    private const string LastRelease = "12.15 of 2026-07-11T10:16:37Z";

    private readonly TemporaryDirectory _output = new();

    public void Dispose() => _output.Dispose();

    // A change here changes the digests of all images: it needs a new name of the contract and a line in the changelog, not new digests alone.
    [RequiresTheory(Needs.Network)]
    [InlineData("python", "amd64", "", "6ded05144d5123e44593aaf1d2c2c39f5957381e10197eed165cc973ffd91be6")]
    [InlineData("python", "arm64", "", "cbc362161465d5e96ce1f837821d01198c28b30aba4ff3a76b8f70c37d754929")]
    [InlineData(
        "python",
        "amd64",
        "layering: {strategy: origin, budget: 3}\ncompression: estargz\n",
        "08a1657beff86d42ae370da5bcccef8b1c82a1183f2723d6975edf60e179a873 856e0c93360c3986b77f0533e19757d7da943c5e2e663a1f383a9f3c308fd46b 986597bcb565bd9b59854e1713ce9ff7cd8cf152a1e5b93bf25c9c24713a91e1 863b8d6c994d480b74f234606b69d2005f4af84b76288d144ae0b0d94d229bcf")]
    public void Layers_of_an_example_are_these_bytes_under_any_settings(string example, string architecture, string more, string digests)
    {
        string text = File.ReadAllText(Path.Combine(RealData.Project, $"examples/{example}.yaml"));
        var lines = text.Split('\n').Where(line => !line.Contains("deb bookworm-", StringComparison.Ordinal));
        File.WriteAllText(_output["image.yaml"], string.Join('\n', lines) + more);
        Run(_output["store"], ["lock", "image.yaml", "--quiet", "--arch", architecture, "--vendor", _output["packages"]]);
        Assert.Equal(LastRelease, ReleaseOf(_output["image.lock.json"], architecture));

        (string Name, string Value)[][] settings =
        [
            [],
            [("DOTNET_EnableHWIntrinsic", "0"), ("DOTNET_TieredPGO", "0"), ("LC_ALL", "tr_TR.UTF-8"), ("TZ", "Pacific/Kiritimati"), ("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "0")],
        ];
        for (int i = 0; i < settings.Length; i++)
        {
            string layout = _output[FormattableString.Invariant($"out{i}")];
            string digest = Run(
                _output[FormattableString.Invariant($"store{i}")],
                ["build", "image.yaml", "--locked", "--offline", "--packages-from", _output["packages"], "--quiet", "--arch", architecture, "-o", $"oci:{layout}"],
                settings[i]);
            using var manifest = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(layout, "blobs/sha256", Digest.Parse(digest).Hex)));
            Assert.Equal(digests, string.Join(' ', manifest.RootElement.GetProperty("layers").EnumerateArray().Select(layer => layer.GetProperty("digest").GetString()![7..])));
        }
    }

    private string Run(string store, string[] arguments, params (string Name, string Value)[] environment) =>
        BothyProgram.Run(store, arguments, _output.Path, environment).Succeeded().Output.Trim();

    private static string ReleaseOf(string lockFile, string architecture)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(lockFile));
        var release = json.RootElement.GetProperty("architectures").GetProperty(architecture).GetProperty("repositories")[0];
        return $"{release.GetProperty("version").GetString()} of {release.GetProperty("date").GetString()}";
    }
}
