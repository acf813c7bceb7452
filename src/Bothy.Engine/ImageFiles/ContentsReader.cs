using System.Collections.Immutable;
using Bothy.Engine.LocalFiles;
using Bothy.Formats.Trees;

namespace Bothy.Engine.ImageFiles;

/// <summary>Reads <c>contents</c>.</summary>
internal sealed class ContentsReader(MapReader map)
{
    /// <summary>The contents, as far as they can be read.</summary>
    public ContentsSpec Read()
    {
        var baseImage = map.Map("baseimage", SpecKeys.BaseImage);
        if (baseImage is not null && map.Node("base") is not null)
        {
            map.Findings.Problem(map.KeyMark("baseimage"), "'base' and 'baseimage' exclude each other");
        }

        return new ContentsSpec
        {
            Repositories = Repositories("repositories"),
            BuildRepositories = Repositories("build_repositories"),
            RuntimeRepositories = Repositories("runtime_repositories"),
            Keyring = map.Texts("keyring"),
            Packages = map.Texts("packages", PackageRequestText.Problem),
            Slices = map.Node("slices") is null ? null : map.RequiredText("slices"),
            Omit = map.Texts("omit", PackageRequestText.NameProblem),
            Files = [.. map.Maps("files", SpecKeys.File).Select(ReadFile).OfType<LocalFileSpec>()],
            Base = map.Node("base") is not null ? map.RequiredText("base") : baseImage?.RequiredText("image"),
            BaseIndex = baseImage?.Text("apkindex"),
            Exclude = map.Texts("exclude", SpecTexts.Pattern),
            Documentation = map.Choice("documentation", "omit", "keep") == "keep" ? DocumentationChoice.Keep : DocumentationChoice.Omit,
            Database = map.Choice("database", "auto", "dpkg", "status.d", "none") switch
            {
                "dpkg" => DatabaseChoice.Dpkg,
                "status.d" => DatabaseChoice.StatusDirectory,
                "none" => DatabaseChoice.None,
                _ => DatabaseChoice.Automatic,
            },
        };
    }

    private static LocalFileSpec? ReadFile(MapReader file)
    {
        var source = file.RequiredText("source");
        var path = file.RequiredText("path") is null ? null : file.Checked("path", SpecTexts.AbsolutePath);
        var (uid, gid, mode) = (file.Id("uid"), file.Id("gid"), file.Mode("mode"));
        var exclude = file.Texts("exclude", ExcludeRules.Problem).Select(static pattern => pattern.Value);
        bool intoDirectory = path?.Value.EndsWith('/') == true;
        if (source is { Value: var text } && path is not null && !intoDirectory && text.Split('/').Any(SegmentPattern.IsPattern))
        {
            file.Findings.Problem(path.Mark, $"'path' must end in '/', since '{text}' may be several files");
        }

        return source is { } from && path is { } to && TreePath.TryParseRooted(to.Value, out var target)
            ? new LocalFileSpec(from, target) { IntoDirectory = intoDirectory, Uid = uid, Gid = gid, Mode = mode, Exclude = [.. exclude] }
            : null;
    }

    private ImmutableArray<RepositorySpec> Repositories(string key) =>
        [.. map.Texts(key).Select(line => RepositoryText.Read(line, map.Findings)).OfType<RepositorySpec>()];
}
