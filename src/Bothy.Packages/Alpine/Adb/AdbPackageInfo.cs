using System.Collections.Immutable;

namespace Bothy.Packages.Alpine.Adb;

/// <summary>The description of a package, as it stands in the package and in an index (apk-package(5), package info metadata).</summary>
/// <param name="Info">The fields that a v2 package has as well; dependencies in the form in which they are written there.</param>
/// <param name="Hash">The identity: in an index the SHA-256 of the package's metadata or its first 20 bytes; empty in most packages.</param>
/// <param name="FileSize">The size of the package's file; 0 in the package itself.</param>
internal sealed record AdbPackageInfo(ApkPkgInfo Info, ReadOnlyMemory<byte> Hash, long FileSize)
{
    private const int MaxPriority = ushort.MaxValue;

    [Flags]
    private enum Match
    {
        Equal = 1,
        Less = 2,
        Greater = 4,
        Fuzzy = 8,
        Conflict = 16,
        All = Conflict | Fuzzy | Greater | Less | Equal,
    }

    /// <summary>Reads the object.</summary>
    /// <exception cref="MalformedDataException">It does not follow the schema, or has no name or version.</exception>
    public static AdbPackageInfo Read(AdbObject info)
    {
        var result = new ApkPkgInfo
        {
            Name = Required(info[1], "name"),
            Version = Required(info[2], "version"),
            Description = info[4].ToLine(),
            Architecture = info[5].ToWord() is { Length: > 0 } architecture ? architecture : "noarch",
            License = info[6].ToLine(),
            Origin = info[7].ToWord(),
            Maintainer = info[8].ToLine(),
            Url = info[9].ToLine(),
            Commit = Convert.ToHexStringLower(info[10].ToBlob().Span),
            BuildTime = info[11].ToNumber(),
            InstalledSize = info[12].ToNumber(),
            ProviderPriority = info[14].ToNumber(MaxPriority),
            Depends = Dependencies(info[15]),
            Provides = Dependencies(info[16]),
            Replaces = Dependencies(info[17]),
            InstallIf = Dependencies(info[18]),
        };
        return new AdbPackageInfo(result, info[3].ToBlob(), info[13].ToNumber());
    }

    private static string Required(AdbValue value, string what) =>
        value.ToWord() is { Length: > 0 } text && !text.Contains('/', StringComparison.Ordinal)
            ? text
            : throw value.Malformed($"a package has no usable {what}");

    private static ImmutableArray<string> Dependencies(AdbValue value)
    {
        var array = value.ToObject();
        var dependencies = ImmutableArray.CreateBuilder<string>(Math.Min(array.Last, 64));
        for (int i = 1; i <= array.Last; i++)
        {
            if (!array[i].IsNull)
            {
                dependencies.Add(Dependency(array[i]));
            }
        }

        return dependencies.ToImmutable();
    }

    private static string Dependency(AdbValue value)
    {
        var slots = value.ToObject();
        string version = slots[2].ToWord();
        var match = slots[3].IsNull ? Match.Equal : (Match)slots[3].ToNumber((int)Match.All);
        var comparison = version.Length == 0 ? ApkOperator.Any : Operator(match, value);
        var dependency = new ApkDependency(slots[1].ToWord(), comparison, version, match.HasFlag(Match.Conflict), Tag: null);

        // Whoever reads it as text must see the same.
        return ApkDependency.TryParseIndexed(dependency.ToString(), out var read) && read.Name == dependency.Name && read.Bound == version && read.Tag is null
            ? dependency.ToString()
            : throw value.Malformed("a dependency has no usable name or version");
    }

    private static ApkOperator Operator(Match match, AdbValue value) => (match & ~Match.Conflict) switch
    {
        Match.Equal => ApkOperator.Equal,
        Match.Less => ApkOperator.Earlier,
        Match.Less | Match.Equal => ApkOperator.Earlier | ApkOperator.Equal,
        Match.Greater => ApkOperator.Later,
        Match.Greater | Match.Equal => ApkOperator.Later | ApkOperator.Equal,
        Match.Less | Match.Greater => ApkOperator.Checksum,
        Match.Fuzzy or (Match.Fuzzy | Match.Equal) => ApkOperator.Fuzzy,
        Match.Fuzzy | Match.Less | Match.Equal => ApkOperator.Fuzzy | ApkOperator.Earlier,
        Match.Fuzzy | Match.Greater | Match.Equal => ApkOperator.Fuzzy | ApkOperator.Later,
        _ => throw value.Malformed("a dependency compares versions in no way that exists"),
    };
}
