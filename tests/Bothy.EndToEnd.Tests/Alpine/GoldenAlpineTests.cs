using System.Text.Json;

namespace Bothy.EndToEnd.Tests.Alpine;

/// <summary>The digests of layers of official packages, which do not change: an archive whose packages move on cannot be pinned like this.</summary>
public sealed class GoldenAlpineTests : IDisposable
{
    private readonly TemporaryDirectory _output = new();

    public void Dispose() => _output.Dispose();

    // A change here changes the digests of all images: it needs a new name of the contract and a line in the changelog, not new digests alone.
    [RequiresTheory(Needs.Data)]
    [InlineData("alpine", "", "69ad5fcaf01aa19209f191c752c6232455a20873cc624bdc55a16ec88dde2e15")]
    [InlineData("alpine-openssh", "", "79cc53be0f6ce6a45928e1cda652f08553f47866f7b0557f3f6ec114aa480762")]
    [InlineData(
        "alpine-openssh",
        "layering: {strategy: origin, budget: 4}\ncompression: zstd\n",
        "84aa40a460b985655ffa482bfe3e43f97929a68c62ef5be4fd9cf4b7f3d21b04 b006876a544fe97d8f7865b4cf6947e2d83c9b2eda839ae178d798ecca58ec52 d64b4fc2398f46e4ab8f9826e34d423756b395ce946b82a3c9ec97bfcd4591b0 1e3eb17eb7f877a68e6268b21ef365b684596b010bc355cc17470908bec35620 eeee983bcc37a20c26354a495f2a5f4db1da4afcd1ae93edd2963ba03c5b94a3")]
    public void Layers_of_an_example_are_these_bytes_under_any_settings(string example, string more, string digests)
    {
        string file = AlpineExamples.WriteLocal(example, _output["image.yaml"]);

        // The repositories stand in the image: they have to be called the same wherever the packages are.
        Directory.CreateSymbolicLink(_output["packages"], AlpineExamples.Repository);
        File.WriteAllText(file, File.ReadAllText(file).Replace(AlpineExamples.Repository, "packages", StringComparison.Ordinal) + more);
        (string Name, string Value)[][] settings =
        [
            [],
            [("DOTNET_EnableHWIntrinsic", "0")],
            [("DOTNET_TieredPGO", "0"), ("DOTNET_TieredCompilation", "1"), ("LC_ALL", "tr_TR.UTF-8"), ("TZ", "Pacific/Kiritimati"), ("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "0")],
        ];
        for (int i = 0; i < settings.Length; i++)
        {
            string layout = _output[FormattableString.Invariant($"out{i}")];
            string digest = BothyProgram.Run(_output[FormattableString.Invariant($"store{i}")], ["build", "image.yaml", "--quiet", "-o", $"oci:{layout}"], _output.Path, settings[i])
                .Succeeded().Output.Trim();
            using var manifest = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(layout, "blobs/sha256", Digest.Parse(digest).Hex)));
            Assert.Equal(digests, string.Join(' ', manifest.RootElement.GetProperty("layers").EnumerateArray().Select(layer => layer.GetProperty("digest").GetString()![7..])));
        }
    }
}
