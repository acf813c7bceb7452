using System.Collections.Immutable;
using Bothy.Formats.Tar;
using Bothy.Formats.Trees;

namespace Bothy.Packages.Alpine;

/// <summary>What a package's control segment holds.</summary>
/// <param name="Info">Its <c>.PKGINFO</c>.</param>
/// <param name="Files">Its files by name, <c>.PKGINFO</c> and scripts.</param>
/// <param name="DataHash">The hash that its data must have.</param>
internal sealed record ApkControl(ApkPkgInfo Info, ImmutableSortedDictionary<string, ReadOnlyMemory<byte>> Files, Digest DataHash)
{
    /// <summary>The most bytes of all control files together.</summary>
    private const int MaxSize = 64 << 20;

    /// <summary>What a control segment may ask for.</summary>
    public static TarLimits Limits { get; } = TarLimits.Default with { Entries = 1000, TotalSize = MaxSize, TotalExtensionBytes = 1 << 20 };

    /// <summary>Reads the control segment of a package to its end.</summary>
    /// <exception cref="MalformedDataException">It is none.</exception>
    public static ApkControl Read(ApkSegments segments, string source)
    {
        var files = ImmutableSortedDictionary.CreateBuilder<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        while (segments.TryReadNext(out var entry))
        {
            // Where apk sees such a name it takes the control files for complete and what follows for the package's content.
            if (!entry.Name.StartsWith('.') || entry.Name.Contains('/', StringComparison.Ordinal) || entry.Kind != EntryKind.File)
            {
                throw new MalformedDataException(source, entry.Offset, $"the entry '{entry.Name}' is not a control file");
            }

            if (files.ContainsKey(entry.Name))
            {
                throw new MalformedDataException(source, entry.Offset, $"the entry '{entry.Name}' comes twice");
            }

            byte[] bytes = new byte[entry.Size];
            segments.OpenContent().ReadExactly(bytes);
            files.Add(entry.Name, bytes);
        }

        if (!files.TryGetValue(ApkPkgInfo.FileName, out var text))
        {
            throw new MalformedDataException(source, 0, $"it has no file '{ApkPkgInfo.FileName}'");
        }

        var info = ApkPkgInfo.Parse(text.Span, $"{source}, {ApkPkgInfo.FileName}");
        return new ApkControl(
            info,
            files.ToImmutable(),
            info.DataHash ?? throw new MalformedDataException(source, 0, "it has no datahash, so that nothing vouches for its data"));
    }
}
