using System.Collections.Immutable;
using Bothy.Engine.Assembly.Accounts;
using Bothy.Engine.Assembly.Alpine;
using Bothy.Engine.Assembly.Debian;

namespace Bothy.Engine.Assembly.Effects;

/// <summary>The effects of each kind of packages, in the order in which they are applied.</summary>
internal static class EffectList
{
    public static IReadOnlyList<IEffect> Debian(AccountFiles? accounts, DpkgRecord? record)
    {
        var overrides = new OverridesEffect();
        return
        [
            new HarmlessCommandsEffect(),
            new FileCommandsEffect(),
            new DiversionsEffect(),
            overrides,
            new AlternativesEffect(),
            new TimeZoneEffect(),
            new ShellsEffect(),
            new SystemdUnitsEffect(),
            new TemporaryFilesEffect(),
            new SystemFilesEffect(),
            new ReleaseFileEffect(),
            new CertificatesEffect(),
            new DebianAccountsEffect(accounts),
            new LoaderCacheEffect(),
            new DpkgDatabaseEffect(overrides, record),
            new ServicesEffect(),
            new PathsEffect(),
        ];
    }

    public static IReadOnlyList<IEffect> Alpine(ImmutableArray<UnpackedApk> packages, ApkAssembly assembly, ApkOverlay overlay, AccountFiles accounts, ApkRecord? record) =>
    [
        new ApkRootEffect(packages, assembly, record),
        new HarmlessCommandsEffect(),
        new FileCommandsEffect(),
        new OverridesEffect(),
        new BusyboxEffect(),
        new SystemdUnitsEffect(),
        new RunlevelsEffect(),
        new ShellsEffect(),
        new ReleaseFileEffect(),
        new ApkCertificatesEffect(),
        new ApkAccountsEffect(accounts),
        new LoaderCacheEffect(),
        new ApkDatabaseEffect(packages, overlay, record),
        new ServicesEffect(),
        new PathsEffect(),
    ];
}
