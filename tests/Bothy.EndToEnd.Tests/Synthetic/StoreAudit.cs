namespace Bothy.EndToEnd.Tests.Synthetic;

/// <summary>Looks for what must never be in a store: bytes under another name than their digest, and unfinished files.</summary>
internal static class StoreAudit
{
    /// <summary>Fails where the store at <paramref name="path"/> holds anything half-written.</summary>
    /// <param name="path">The store.</param>
    /// <param name="partial">How many beginnings of packages are expected; they are kept on purpose. Null for any number.</param>
    /// <param name="killed">Whether a process was killed: its temporary files stay until they are an hour old.</param>
    public static void Check(string path, int? partial = 0, bool killed = false)
    {
        if (!Directory.Exists(path))
        {
            return;
        }

        foreach (string blob in Files(path, "blobs"))
        {
            Assert.Equal(Path.GetFileName(blob), Digest.Of(File.ReadAllBytes(blob)).Hex);
        }

        if (!killed)
        {
            Assert.Empty(Files(path, "temporary"));
            Assert.Empty(Files(path, "claims"));
            Assert.Empty(Files(path, "leases"));
        }

        Assert.Equal(partial ?? Files(path, "partial").Length, Files(path, "partial").Length);
        Assert.All(Files(path, "catalogues"), catalogue => Assert.NotEqual(0, new FileInfo(catalogue).Length));
    }

    private static string[] Files(string store, string room)
    {
        string directory = Path.Combine(store, room);
        return Directory.Exists(directory) ? Directory.GetFileSystemEntries(directory) : [];
    }
}
