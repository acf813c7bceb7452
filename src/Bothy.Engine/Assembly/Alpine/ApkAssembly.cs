using System.Collections.Immutable;
using Bothy.Packages.Alpine;

namespace Bothy.Engine.Assembly.Alpine;

/// <summary>What decides an image of apk packages besides the packages themselves: what apk keeps in a root, so that it can go on from there.</summary>
public sealed record ApkAssembly
{
    /// <summary>The architecture by apk's name, such as <c>x86_64</c>: what <c>etc/apk/arch</c> says.</summary>
    public required string Architecture { get; init; }

    /// <summary>What no index is read for: facts of each of <see cref="AssemblyRequest.Packages"/>, in their order.</summary>
    public required ImmutableArray<ApkPackageFacts> Packages { get; init; }

    /// <summary>The requests that become <c>etc/apk/world</c>, in any order.</summary>
    public ImmutableArray<ApkDependency> World { get; init; } = [];

    /// <summary>The lines of <c>etc/apk/repositories</c>; where there are none there is no such file.</summary>
    public ImmutableArray<string> Repositories { get; init; } = [];

    /// <summary>The files of <c>etc/apk/keys</c>.</summary>
    public ImmutableArray<ApkKeyFile> Keys { get; init; } = [];
}

/// <summary>What an index or a lock tells of a package and its own <c>.PKGINFO</c> does not.</summary>
/// <param name="Checksum">Its identity, as the installed database has it: <c>Q1</c> and base64.</param>
/// <param name="Size">The size of its file in bytes.</param>
/// <param name="Tag">The tag of the repository that it is pinned to, without its <c>@</c>; null where it is not pinned.</param>
public sealed record ApkPackageFacts(string Checksum, long Size, string? Tag);

/// <summary>A key that the image's apk trusts.</summary>
/// <param name="Name">The name of its file, by which signatures name it.</param>
/// <param name="Text">The key in PEM.</param>
public sealed record ApkKeyFile(string Name, string Text);
