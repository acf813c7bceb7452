using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Bothy.Packages.Slices.Checking;
using Bothy.Packages.Slices.Reading;

namespace Bothy.Packages.Slices;

/// <summary>
/// A release directory of chisel: <c>chisel.yaml</c>, and under <c>slices</c> a file for each package. Opening one reads the bytes of all files;
/// what they say is read when it is asked for, package by package, so that a build looks at the packages it needs alone.
/// </summary>
public sealed class SliceRelease
{
    private readonly ImmutableSortedDictionary<string, DefinitionFile> _files;
    private readonly ConcurrentDictionary<string, PackageReading> _readings = new(StringComparer.Ordinal);

    private SliceRelease(string name, ReleaseFile file, ImmutableSortedDictionary<string, DefinitionFile> files)
    {
        Name = name;
        Format = file.Format;
        Maintenance = file.Maintenance;
        Archives = file.Archives;
        PublicKeys = file.PublicKeys;
        _files = files;
        PackageNames = [.. files.Keys];
    }

    /// <summary>What it is called where people are told of it.</summary>
    public string Name { get; }

    /// <summary>The format of the definitions: <c>v1</c>, <c>v2</c> or <c>v3</c>.</summary>
    public string Format { get; }

    /// <summary>The digest of all of its files: of their names and bytes.</summary>
    public Digest Digest { get; private init; }

    /// <summary>The bytes of its files by their paths within it, <c>chisel.yaml</c> first.</summary>
    public ImmutableArray<KeyValuePair<string, byte[]>> Files { get; private init; } = [];

    /// <summary>The dates of its distribution; null where they are not given.</summary>
    public SliceMaintenance? Maintenance { get; }

    /// <summary>Its archives, by name.</summary>
    public ImmutableArray<SliceArchive> Archives { get; }

    /// <summary>Its keys, by name.</summary>
    public ImmutableArray<SlicePublicKey> PublicKeys { get; }

    /// <summary>The names of its packages, sorted; that a package is among them does not say that its file can be read.</summary>
    public ImmutableArray<string> PackageNames { get; }

    /// <summary>Opens the release in <paramref name="directory"/>; its files are shown to people as they lie below <paramref name="name"/>, or else below that.</summary>
    /// <exception cref="SliceReleaseException">Its <c>chisel.yaml</c> has mistakes, or two files are for one package.</exception>
    /// <exception cref="BothyException">It is no such directory, cannot be read, or is larger than a release can be.</exception>
    public static SliceRelease Open(string directory, string? name = null)
    {
        name ??= directory;
        return Of(name, ReleaseDirectory.Read(directory, name));
    }

    /// <summary>The release of <paramref name="files"/>, by their paths within it: <c>chisel.yaml</c> and others below <c>slices</c>, as <see cref="Files"/> gave them.</summary>
    /// <exception cref="SliceReleaseException">Its <c>chisel.yaml</c> has mistakes, or two files are for one package.</exception>
    /// <exception cref="BothyException">There is no <c>chisel.yaml</c>, or a file that is none of a release.</exception>
    public static SliceRelease Of(string name, IEnumerable<KeyValuePair<string, byte[]>> files)
    {
        ArgumentNullException.ThrowIfNull(files);
        return Of(name, ReleaseDirectory.Sort(name, files));
    }

    private static SliceRelease Of(string name, IReadOnlyList<DefinitionFile> files)
    {
        var release = ReleaseFileReader.Read(files[0].Shown, files[0].Bytes);
        var byName = ImmutableSortedDictionary.CreateBuilder<string, DefinitionFile>(StringComparer.Ordinal);
        var twice = ImmutableArray.CreateBuilder<SliceFinding>();
        foreach (var file in files.Skip(1))
        {
            string package = Path.GetFileNameWithoutExtension(file.Path);
            if (byName.TryGetValue(package, out var other))
            {
                twice.Add(new SliceFinding(new SlicePlace(file.Shown, 1, 1), SliceMistake.Format, $"the package '{package}' has the file {other.Path} already"));
                continue;
            }

            byName.Add(package, file);
        }

        return twice.Count > 0
            ? throw new SliceReleaseException(twice.ToImmutable())
            : new SliceRelease(name, release, byName.ToImmutable()) { Digest = DigestOf(files), Files = [.. files.Select(static file => KeyValuePair.Create(file.Path, file.Bytes))] };
    }

    /// <summary>The slices of one package; null where the release has no file for it.</summary>
    /// <exception cref="SliceReleaseException">Its file has mistakes.</exception>
    public SlicePackage? Package(string name) => Reading(name)?.Good();

    /// <summary>All packages by name, as far as their files can be read.</summary>
    public ImmutableArray<SlicePackage> ReadablePackages() => [.. ReadAll().Select(static reading => reading.Package).OfType<SlicePackage>()];

    /// <summary>
    /// All mistakes of the release, sorted: of its files, of what they refer to, and every conflict that any two of its slices have, whether or not
    /// anybody selects both.
    /// </summary>
    /// <exception cref="BothyException">So many of its patterns overlap that it would take too long to say which.</exception>
    public ImmutableArray<SliceFinding> Check() => ReleaseCheck.Run(this, ReadAll());

    /// <summary>What the file of a package says, mistakes or not; null where there is none.</summary>
    internal PackageReading? Reading(string name) =>
        _files.TryGetValue(name, out var file)
            ? _readings.GetOrAdd(name, static (name, from) => PackageReader.Read(from.File.Shown, name, from.Format, from.File.Bytes), (File: file, Format))
            : null;

    private PackageReading[] ReadAll()
    {
        var readings = new PackageReading[PackageNames.Length];
        Parallel.For(0, readings.Length, at => readings[at] = Reading(PackageNames[at])!);
        return readings;
    }

    private static Digest DigestOf(IReadOnlyList<DefinitionFile> files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[sizeof(long)];
        foreach (var file in files)
        {
            foreach (byte[] part in (byte[][])[Encoding.UTF8.GetBytes(file.Path), file.Bytes])
            {
                BinaryPrimitives.WriteInt64LittleEndian(length, part.Length);
                hash.AppendData(length);
                hash.AppendData(part);
            }
        }

        return Digest.FromHash(hash.GetHashAndReset());
    }
}
