namespace Bothy.Store.Tests;

/// <summary>A store of its own for each test.</summary>
public abstract class StoreTest : IDisposable
{
    protected StoreTest()
    {
        Temporary = new TemporaryDirectory();
        Store = new ContentStore(Temporary["store"]);
    }

    protected TemporaryDirectory Temporary { get; }

    protected ContentStore Store { get; }

    public void Dispose()
    {
        Temporary.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Every file of the store, visible or not.</summary>
    protected IEnumerable<string> Files() =>
        Directory.Exists(Store.Directory) ? Directory.EnumerateFiles(Store.Directory, "*", SearchOption.AllDirectories) : [];

    /// <summary>Bytes that look random and are the same for the same count.</summary>
    protected static byte[] Bytes(int count)
    {
        byte[] bytes = new byte[count];
        new Random(count).NextBytes(bytes);
        return bytes;
    }
}
