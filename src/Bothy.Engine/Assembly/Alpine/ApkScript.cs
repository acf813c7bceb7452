using System.Collections.Immutable;

namespace Bothy.Engine.Assembly.Alpine;

/// <summary>The scripts of an apk package, by the names of their files in its control segment.</summary>
internal static class ApkScript
{
    public const string PreInstall = ".pre-install";
    public const string PostInstall = ".post-install";
    public const string PreUpgrade = ".pre-upgrade";
    public const string PostUpgrade = ".post-upgrade";
    public const string Trigger = ".trigger";

    /// <summary>All of them, in the order in which apk keeps them.</summary>
    public static ImmutableArray<string> Names { get; } =
        [PreInstall, PostInstall, ".pre-deinstall", ".post-deinstall", PreUpgrade, PostUpgrade, Trigger];
}
