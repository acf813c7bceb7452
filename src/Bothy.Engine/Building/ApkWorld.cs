using System.Collections.Immutable;
using Bothy.Engine.ImageFiles;
using Bothy.Packages.Alpine;

namespace Bothy.Engine.Building;

/// <summary>What an image file asks of apk, which becomes the image's <c>etc/apk/world</c>.</summary>
internal static class ApkWorld
{
    /// <summary>What runs services; it brings execline, which their scripts are written in.</summary>
    public static ImmutableArray<string> Supervisor => ["s6"];

    /// <summary>The requests of the image file, and the supervisor of its services.</summary>
    /// <exception cref="BothyException">One of them is not what apk understands.</exception>
    public static ImmutableArray<ApkDependency> Of(ImageSpec spec) =>
    [
        .. spec.Contents.Packages.Select(Parse)
            .Concat(spec.Entrypoint is { IsServiceBundle: true } ? Supervisor.Select(static name => ApkDependency.Parse(name)) : [])
            .Concat(spec.Init is { } init ? [ApkDependency.Parse(init)] : [])
            .Distinct(),
    ];

    private static ApkDependency Parse(Marked<string> request) => ApkDependency.TryParse(request.Value, null, out var dependency)
        ? dependency
        : throw new BothyException($"cannot ask for '{request.Value}' ({request.Mark}): apk's requests are name or name@tag, either with <, >, =, ~ and a version")
        {
            Hint = request.Value.EndsWith('*') ? $"For all versions that begin so, write {request.Value.Replace("=", "~", StringComparison.Ordinal).TrimEnd('*', '.', '-')}." : null,
        };
}
