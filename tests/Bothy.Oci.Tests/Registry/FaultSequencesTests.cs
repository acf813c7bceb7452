using System.Diagnostics;
using Bothy.Oci.Copying;
using Bothy.Oci.Layout;
using Bothy.Oci.Registry;
using Bothy.Oci.Sources;
using Bothy.Oci.Targets;
using Bothy.Transfer;

namespace Bothy.Oci.Tests.Registry;

/// <summary>Whatever goes wrong between us and a registry: a transfer ends complete and verified, or with a clear error and nothing half-written.</summary>
public sealed class FaultSequencesTests : RegistryTest
{
    private const int Sequences = 300;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Three_hundred_random_sequences_of_faults_end_well_or_with_a_clear_error()
    {
        var images = Enumerable.Range(0, 4).Select(i => Samples.Index($"{i}")).ToArray();
        Func<TestRegistryRequest, TestRegistryFault?> fault = _ => null;
        TestRegistry[] registries =
        [
            Serve(new() { Fault = request => fault(request) }),
            Serve(new() { Fault = request => fault(request), Referrers = false, Ranges = false, KeepsPartialUploads = false }),
            Serve(new() { Fault = request => fault(request), User = "me", Password = "secret", Tokens = true, TokenUses = 7, CrossMount = false }),
        ];
        var credentials = Credentials(registries[2], "me", "secret");
        int pushed = 0, pulled = 0, failed = 0, faults = 0;
        for (int seed = 0; seed < Sequences; seed++)
        {
            var random = new Random(seed);
            double rate = random.NextDouble() * 0.6;
            int left = random.Next(1, 30);
            fault = _ =>
            {
                lock (random)
                {
                    return left > 0 && random.NextDouble() < rate && left-- > 0 && ++faults > 0 ? Any(random) : null;
                }
            };
            var registry = registries[seed % registries.Length];
            var image = ImageReference.Parse($"{registry.Host}/run/n{seed}:1");
            var content = images[seed % images.Length];
            using var client = new RegistryClient(
                new() { Transfer = new TransferSettings { IdleTimeout = TimeSpan.FromHours(1) }, Credentials = credentials, ChunkSize = seed % 4 == 0 ? 1000 : null, Parallelism = 1 + (seed % 4) }, Time);
            var watch = Stopwatch.StartNew();

            if (await EndsAsync(seed, () => PushAsync(client, image, content)))
            {
                pushed++;
                Assert.Equal(content.Index.ToJson(), registry.Manifest($"run/n{seed}", "1"));
                Assert.All(content.Blobs.Take(content.Blobs.Length - 1), blob => Assert.True(IsThere(registry, $"run/n{seed}", blob)));
            }
            else
            {
                failed++;
                Assert.True(registry.Manifest($"run/n{seed}", "1") is not { } there || there.AsSpan().SequenceEqual(content.Index.ToJson()), $"sequence {seed} left something else");
            }

            string layout = Directory[$"n{seed}"];
            if (await EndsAsync(seed, () => PullAsync(client, image, layout)))
            {
                pulled++;
                Check(layout, content);
                System.IO.Directory.Delete(layout, recursive: true);
            }
            else
            {
                failed++;
                Assert.Empty(System.IO.Directory.GetFileSystemEntries(Directory.Path, $"*n{seed}*"));
            }

            Assert.True(watch.Elapsed < Patience, $"sequence {seed} took {watch.Elapsed}");
        }

        // Neither a world without faults nor one without transfers would show anything.
        Assert.True(faults > 1000 && pushed > 100 && pulled > 100 && failed > 20, $"{faults} faults, {pushed} pushed, {pulled} pulled, {failed} failed");
    }

    [Fact]
    public async Task A_registry_that_falls_silent_is_not_waited_for_beyond_the_time_out()
    {
        using var registry = Serve(new() { Fault = _ => new() { Delay = TimeSpan.FromMinutes(5) } });
        using var client = new RegistryClient(
            new() { Transfer = new TransferSettings { IdleTimeout = TimeSpan.FromMilliseconds(100), RetryDelay = TimeSpan.FromMilliseconds(1), RetryCount = 2 } }, TimeProvider.System);
        var watch = Stopwatch.StartNew();

        var failure = await FailureOf(client.ReadManifestAsync(Image(registry), None));

        Assert.EndsWith("the server sent nothing for 0.1 seconds", failure.Message, StringComparison.Ordinal);
        Assert.True(watch.Elapsed < Patience, $"it took {watch.Elapsed}");
    }

    private static async Task<bool> EndsAsync(int seed, Func<Task> transfer)
    {
        try
        {
            await transfer().WaitAsync(Patience);
            return true;
        }
        catch (BothyException failure)
        {
            Assert.StartsWith("cannot ", failure.Message, StringComparison.Ordinal);
            return false;
        }
        catch (Exception other)
        {
            throw new InvalidOperationException($"sequence {seed} ended with {other.GetType().Name}", other);
        }
    }

    private static async Task PushAsync(RegistryClient client, ImageReference image, OciIndex content)
    {
        await using var source = new ContentSource(content, "it");
        await using var target = new RegistryTarget(client, image);
        await new ImageCopy(source, target, new() { Parallelism = client.Parallelism }).RunAsync(None);
    }

    private static async Task PullAsync(RegistryClient client, ImageReference image, string directory)
    {
        await using var source = new RegistrySource(client, image);
        await using var target = LayoutTarget.Open(directory, "1", None);
        await new ImageCopy(source, target, new() { Parallelism = client.Parallelism }).RunAsync(None);
    }

    private static bool IsThere(TestRegistry registry, string repository, Blob blob) =>
        (MediaTypes.IsManifest(blob.Descriptor.MediaType) ? registry.Manifest(repository, blob.Descriptor.Digest.ToString()) : registry.Blob(repository, blob.Descriptor.Digest)) is { } bytes
        && Digest.Of(bytes) == blob.Descriptor.Digest;

    private static void Check(string directory, OciIndex content)
    {
        var layout = OciLayout.Open(directory);
        Assert.Equal(content.Root.Descriptor.Digest, layout.Resolve("1").Digest);
        foreach (var blob in content.Blobs)
        {
            using var stream = layout.OpenBlob(blob.Descriptor);
            stream.CopyTo(Stream.Null);
        }
    }

    private static TestRegistryFault Any(Random random) => random.Next(9) switch
    {
        0 => new() { Status = 429, RetryAfter = random.Next(2) == 0 ? "3" : null },
        1 => new() { Status = 500 },
        2 => new() { Status = random.Next(4) == 0 ? 400 : 503, Body = "<html>" },
        3 => new() { CutRequestAfter = random.Next(5000) },
        4 => new() { CutAnswerAfter = random.Next(5000) },
        5 => new() { Silent = true },
        6 => new() { Corrupt = random.Next(3) == 0 },
        7 => new() { WrongDigest = random.Next(3) == 0 },
        _ => new() { Delay = TimeSpan.FromMilliseconds(random.Next(5)) },
    };
}
