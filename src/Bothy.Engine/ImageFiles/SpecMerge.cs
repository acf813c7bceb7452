using System.Collections.Immutable;

namespace Bothy.Engine.ImageFiles;

/// <summary>
/// Lays an image file over the one it includes, as apko does: single values and <c>entrypoint</c>, <c>cmd</c>, <c>archs</c> and
/// <c>layering</c> of the including file win, maps are joined key by key, and lists are the included file's followed by its own.
/// </summary>
internal static class SpecMerge
{
    /// <summary><paramref name="own"/> over <paramref name="included"/>.</summary>
    public static ImageSpec Over(ImageSpec included, ImageSpec own) => own with
    {
        Contents = Over(included.Contents, own),
        Entrypoint = own.Entrypoint ?? included.Entrypoint,
        Command = Prefer(own.Command, included.Command),
        WorkingDirectory = own.WorkingDirectory ?? included.WorkingDirectory,
        StopSignal = own.StopSignal ?? included.StopSignal,
        Init = own.Init ?? included.Init,
        Debug = Says(own, "debug") ? own.Debug : included.Debug,
        Accounts = new AccountsSpec
        {
            RunAs = own.Accounts.RunAs ?? included.Accounts.RunAs,
            Users = Append(included.Accounts.Users, own.Accounts.Users),
            Groups = Append(included.Accounts.Groups, own.Accounts.Groups),
        },
        Environment = included.Environment.SetItems(own.Environment),
        Paths = [.. included.Paths, .. own.Paths],
        Architectures = Prefer(own.Architectures, included.Architectures),
        Annotations = included.Annotations.SetItems(own.Annotations),
        Labels = included.Labels.SetItems(own.Labels),
        Volumes = Append(included.Volumes, own.Volumes),
        Ports = Append(included.Ports, own.Ports),
        Layering = own.Layering ?? included.Layering,
        Compression = Says(own, "compression") ? own.Compression : included.Compression,
        Certificates = [.. included.Certificates, .. own.Certificates],
        OsRelease = included.OsRelease.SetItems(own.OsRelease),
        VcsUrl = own.VcsUrl ?? included.VcsUrl,
        Policy = own.Policy ?? included.Policy,
        Tests = own.Tests ?? included.Tests,
        Keys = included.Keys.SetItems(own.Keys),
        Warnings = Append(included.Warnings, own.Warnings),
    };

    private static ContentsSpec Over(ContentsSpec included, ImageSpec spec)
    {
        var own = spec.Contents;
        return new ContentsSpec
        {
            Repositories = Append(included.Repositories, own.Repositories),
            BuildRepositories = Append(included.BuildRepositories, own.BuildRepositories),
            RuntimeRepositories = Append(included.RuntimeRepositories, own.RuntimeRepositories),
            Keyring = Append(included.Keyring, own.Keyring),
            Packages = Append(included.Packages, own.Packages),
            Slices = own.Slices ?? included.Slices,
            Omit = Append([.. included.Omit.Where(name => !own.Packages.Any(request => PackageRequestText.NameOf(request.Value) == name.Value))], own.Omit),
            Files = [.. included.Files, .. own.Files],
            Base = own.Base ?? included.Base,
            BaseIndex = own.Base is null ? included.BaseIndex : own.BaseIndex,
            Exclude = Append(included.Exclude, own.Exclude),
            Documentation = Says(spec, "contents.documentation") ? own.Documentation : included.Documentation,
            Database = Says(spec, "contents.database") ? own.Database : included.Database,
        };
    }

    private static bool Says(ImageSpec spec, string key) => spec.Keys.ContainsKey(key);

    private static ImmutableArray<T> Prefer<T>(ImmutableArray<T> own, ImmutableArray<T> included) => own.IsEmpty ? included : own;

    private static ImmutableArray<RepositorySpec> Append(ImmutableArray<RepositorySpec> included, ImmutableArray<RepositorySpec> own) =>
        [.. included.Concat(own).DistinctBy(static repository => repository.Text, StringComparer.Ordinal)];

    private static ImmutableArray<T> Append<T>(ImmutableArray<T> included, ImmutableArray<T> own) => [.. included.Concat(own).Distinct()];
}
