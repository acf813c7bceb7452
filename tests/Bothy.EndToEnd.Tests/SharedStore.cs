namespace Bothy.EndToEnd.Tests;

/// <summary>One store for all tests that build real images, so that each package is fetched once a run.</summary>
public sealed class SharedStore : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public string Path => _directory["store"];

    public void Dispose() => _directory.Dispose();
}

[CollectionDefinition(Name)]
public sealed class RealImages : ICollectionFixture<SharedStore>
{
    public const string Name = "real images";
}
