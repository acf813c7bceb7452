namespace Bothy.Store.Tests;

public sealed class ContentStoreTests : IDisposable
{
    private readonly TemporaryDirectory _temporary = new();
    private readonly ContentStore _store;

    public ContentStoreTests() => _store = new ContentStore(_temporary["store"]);

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void Continues_a_reception_where_an_earlier_one_stopped()
    {
        byte[] bytes = RandomBytes(300_000);
        var digest = Digest.Of(bytes);
        using (var first = _store.BeginReception(digest, bytes.Length))
        {
            first.Destination.Write(bytes.AsSpan(0, 123_456));
        }

        Assert.False(_store.Contains(digest));
        using (var second = _store.BeginReception(digest, bytes.Length))
        {
            Assert.Equal(123_456, second.Destination.Length);
            second.Destination.Write(bytes.AsSpan(123_456));
            second.Commit();
        }

        Assert.Equal(bytes, _store.TryRead(digest));
        Assert.Single(Files());
    }

    [Fact]
    public void Throws_away_what_has_another_digest()
    {
        var digest = Digest.Of("good"u8);
        using var reception = _store.BeginReception(digest, 4);
        reception.Destination.Write("evil"u8);

        var failure = Assert.Throws<BothyException>(reception.Commit);

        Assert.Equal($"cannot accept {digest}: its digest is {Digest.Of("evil"u8)}", failure.Message);
        Assert.Empty(Files());
    }

    private IEnumerable<string> Files() => Directory.EnumerateFiles(_temporary["store"], "*", SearchOption.AllDirectories);

    private static byte[] RandomBytes(int count)
    {
        byte[] bytes = new byte[count];
        new Random(1).NextBytes(bytes);
        return bytes;
    }
}
