namespace Bothy.Engine.Assembly.Effects;

/// <summary>The effects of Debian packages, in the order in which they are applied.</summary>
internal static class EffectList
{
    public static IReadOnlyList<IEffect> Create()
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
            new TemporaryFilesEffect(),
            new SystemFilesEffect(),
            new CertificatesEffect(),
            new AccountsEffect(),
            new LoaderCacheEffect(),
            new DpkgDatabaseEffect(overrides),
            new ServicesEffect(),
            new PathsEffect(),
        ];
    }
}
