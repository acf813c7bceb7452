using System.Text.Json;

namespace Bothy.EndToEnd.Tests.Synthetic;

/// <summary>The digests of three images, on whatever machine, under whatever settings of the runtime and the user this runs.</summary>
public sealed class GoldenDigestTests : IDisposable
{
    private const string Single = "compression: gzip\n";
    private const string ByOrigin = "compression: estargz\nlayering: {strategy: origin, budget: 4}\n";
    private const string Zstd = "compression: zstd\npaths:\n  - {path: /etc/empty, type: empty-file, permissions: 0o600}\n";

    private readonly Workshop _workshop = Workshop.WithArchive();

    public void Dispose() => _workshop.Dispose();

    // A change here changes the digests of all images: it needs a new name of the contract and a line in the changelog, not new digests alone.
    [Theory]
    [InlineData(Single, "9488891a603b0b9b9ae54a8cb22659d3c4a87f9ab1711240e79398cb57045407")]
    [InlineData(ByOrigin, "be081d662f69f2566c823be601b7a8b84e5204bc3f2b82bbb5264f5abb23cf7f b9530f07313cb2f2bfc42ad1353a1fd167a52896dfcd4a46b72294350c82da59 a2a20f1d9a7d029883bcf895de9f8c837d4add7fc0eab5af7df12eb1f3de3f94")]
    [InlineData(Zstd, "8bb21a14902a7645a48207b100b9c9c7eb843311153f2847d7ad477fe6cb3979")]
    public void Layers_are_these_bytes_whatever_the_processor_the_compiler_the_culture_and_the_time_zone(string more, string digests)
    {
        _workshop.WriteImage(more: more);
        (string Name, string Value)[][] settings =
        [
            [],
            [("DOTNET_EnableHWIntrinsic", "0")],
            [("DOTNET_TieredPGO", "0"), ("DOTNET_TieredCompilation", "1"), ("DOTNET_ReadyToRun", "0")],
            [("LC_ALL", "tr_TR.UTF-8"), ("TZ", "Pacific/Kiritimati"), ("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "0")],
            [("LC_ALL", "ar_SA.UTF-8"), ("TZ", "America/St_Johns"), ("DOTNET_PROCESSOR_COUNT", "1")],
        ];
        for (int i = 0; i < settings.Length; i++)
        {
            string layout = _workshop[FormattableString.Invariant($"out{i}")];
            string digest = BothyProgram.Run(_workshop[FormattableString.Invariant($"store{i}")], ["build", "image.yaml", "--quiet", "-o", $"oci:{layout}"], Path.GetDirectoryName(layout), settings[i])
                .Succeeded().Output.Trim();
            using var manifest = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(layout, "blobs/sha256", Digest.Parse(digest).Hex)));
            Assert.Equal(digests, string.Join(' ', manifest.RootElement.GetProperty("layers").EnumerateArray().Select(layer => layer.GetProperty("digest").GetString()![7..])));
        }
    }
}
