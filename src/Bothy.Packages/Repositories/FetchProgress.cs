namespace Bothy.Packages.Repositories;

/// <summary>How far the fetching of one thing has come.</summary>
/// <param name="What">What is fetched, for people: <c>bookworm/main amd64</c>, or a package.</param>
/// <param name="Done">The bytes that are here.</param>
/// <param name="Total">The bytes that there will be.</param>
public sealed record FetchProgress(string What, long Done, long Total);
