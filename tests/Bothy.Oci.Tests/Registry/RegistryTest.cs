using Bothy.Oci.Registry;
using Bothy.Oci.Registry.Credentials;
using Bothy.Transfer;

namespace Bothy.Oci.Tests.Registry;

/// <summary>A registry, a clock that skips delays, and clients of both.</summary>
public abstract class RegistryTest : IDisposable
{
    private readonly List<IDisposable> _things = [];

    protected SkippingTimeProvider Time { get; } = new();

    protected TemporaryDirectory Directory { get; } = new();

    protected static CancellationToken None => CancellationToken.None;

    public void Dispose()
    {
        _things.ForEach(thing => thing.Dispose());
        Directory.Dispose();
        GC.SuppressFinalize(this);
    }

    protected TestRegistry Serve(TestRegistryOptions? options = null) => Keep(new TestRegistry(options));

    protected RegistryClient Client(Func<RegistrySettings, RegistrySettings>? change = null)
    {
        // Silence is real here only where a test asks for it.
        var settings = new RegistrySettings { Transfer = new TransferSettings { IdleTimeout = TimeSpan.FromHours(1) } };
        return Keep(new RegistryClient(change?.Invoke(settings) ?? settings, Time));
    }

    /// <summary>Credentials as <c>bothy login</c> leaves them.</summary>
    protected RegistryCredentials Credentials(string json)
    {
        File.WriteAllText(Directory["auth.json"], json.Replace('\'', '"'));
        return RegistryCredentials.FromEnvironment(new Dictionary<string, string> { ["REGISTRY_AUTH_FILE"] = Directory["auth.json"] }, runtimeDirectory: null);
    }

    protected RegistryCredentials Credentials(TestRegistry registry, string user, string password) =>
        Credentials($"{{'auths': {{'{registry.Host}': {{'auth': '{Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"{user}:{password}"))}'}} }} }}");

    protected static ImageReference Image(TestRegistry registry, string name = "some/app:1") => ImageReference.Parse($"{registry.Host}/{name}");

    protected static byte[] Bytes(int count, int seed = 1)
    {
        byte[] bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    protected static Descriptor Blob(byte[] bytes) => Descriptor.Of("application/octet-stream", bytes);

    protected static Func<CancellationToken, Task<Stream>> Open(byte[] bytes) => _ => Task.FromResult<Stream>(new MemoryStream(bytes));

    protected static async Task<byte[]> ReadAsync(Task<Stream> opening)
    {
        await using var stream = await opening;
        using var all = new MemoryStream();
        await stream.CopyToAsync(all);
        return all.ToArray();
    }

    protected static async Task<BothyException> FailureOf(Task task) => await Assert.ThrowsAnyAsync<BothyException>(() => task);

    protected T Keep<T>(T thing)
        where T : IDisposable
    {
        _things.Add(thing);
        return thing;
    }
}
