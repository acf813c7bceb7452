namespace Bothy.Engine.LocalFiles;

/// <summary>Something of this machine that goes into an image.</summary>
/// <param name="Parts">Its path from the source on, in parts; none for the source itself.</param>
/// <param name="FullPath">Where it is.</param>
/// <param name="Status">What it is.</param>
internal sealed record FoundFile(string[] Parts, string FullPath, FileStatus Status)
{
    /// <summary>Its path from the source on.</summary>
    public string Relative { get; } = string.Join('/', Parts);
}
