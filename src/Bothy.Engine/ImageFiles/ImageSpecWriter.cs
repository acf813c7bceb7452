using System.Collections.Immutable;
using Bothy.Oci.Layers;

namespace Bothy.Engine.ImageFiles;

/// <summary>
/// Prints a spec as an image file: its includes merged in, keys in a fixed order, what is not given left out. Reading the text
/// gives the same spec, and printing that the same text.
/// </summary>
public static class ImageSpecWriter
{
    /// <summary>The image file, ending in a line feed.</summary>
    public static string ToYaml(ImageSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var yaml = new YamlEmitter();
        WriteContents(yaml, spec);
        if (spec.Entrypoint is { } entrypoint)
        {
            yaml.Map("entrypoint", () => WriteEntrypoint(yaml, entrypoint));
        }

        Words(yaml, "cmd", spec.Command);
        Text(yaml, "work-dir", spec.WorkingDirectory);
        Text(yaml, "stop-signal", spec.StopSignal);
        Text(yaml, "init", spec.Init);
        Flag(yaml, "debug", spec.Debug);
        WriteAccounts(yaml, spec.Accounts);
        TextMap(yaml, "environment", spec.Environment);
        List(yaml, "paths", spec.Paths, path => yaml.Item(() => WritePath(yaml, path)));
        Texts(yaml, "archs", spec.Architectures.Select(static architecture => architecture.Value.Name));
        TextMap(yaml, "annotations", spec.Annotations);
        TextMap(yaml, "labels", spec.Labels);
        Texts(yaml, "volumes", spec.Volumes);
        Texts(yaml, "ports", spec.Ports.Select(static port => port.ToString()));
        if (spec.Layering is { } layering)
        {
            yaml.Map("layering", () =>
            {
                yaml.Text("strategy", layering.Strategy);
                Plain(yaml, "budget", layering.Budget);
            });
        }

        Text(yaml, "compression", spec.Compression == default ? null : LayerCompressions.NameOf(spec.Compression));
        WriteRest(yaml, spec);
        return yaml.ToString();
    }

    private static void WriteContents(YamlEmitter yaml, ImageSpec spec)
    {
        var contents = spec.Contents;
        yaml.Map("contents", () =>
        {
            Texts(yaml, "repositories", contents.Repositories.Select(static repository => repository.Text));
            Texts(yaml, "build_repositories", contents.BuildRepositories.Select(static repository => repository.Text));
            Texts(yaml, "runtime_repositories", contents.RuntimeRepositories.Select(static repository => repository.Text));
            Texts(yaml, "keyring", Values(contents.Keyring));
            Texts(yaml, "packages", Values(contents.Packages));
            Text(yaml, "slices", contents.Slices?.Value);
            Texts(yaml, "omit", Values(contents.Omit));
            List(yaml, "files", contents.Files, file => yaml.Item(() => WriteFile(yaml, file)));
            WriteBase(yaml, contents);
            Texts(yaml, "exclude", Values(contents.Exclude));
            Text(yaml, "documentation", contents.Documentation == contents.DefaultDocumentation ? null : contents.Documentation == DocumentationChoice.Keep ? "keep" : "omit");
            Text(yaml, "database", contents.Database switch
            {
                DatabaseChoice.Dpkg => "dpkg",
                DatabaseChoice.StatusDirectory => "status.d",
                DatabaseChoice.None => "none",
                _ => null,
            });
        });
    }

    private static void WriteBase(YamlEmitter yaml, ContentsSpec contents)
    {
        if (contents is { Base: { } image, BaseIndex: { } index })
        {
            yaml.Map("baseimage", () =>
            {
                yaml.Text("image", image.Value);
                yaml.Text("apkindex", index.Value);
            });
        }
        else
        {
            Text(yaml, "base", contents.Base?.Value);
        }
    }

    private static void WriteFile(YamlEmitter yaml, LocalFileSpec file)
    {
        yaml.Text("source", file.Source.Value);
        yaml.Text("path", file.IntoDirectory && !file.Path.IsRoot ? file.Path + "/" : file.Path.ToString());
        Plain(yaml, "uid", file.Uid);
        Plain(yaml, "gid", file.Gid);
        Mode(yaml, "mode", file.Mode);
        Texts(yaml, "exclude", file.Exclude);
    }

    private static void WriteEntrypoint(YamlEmitter yaml, EntrypointSpec entrypoint)
    {
        Text(yaml, "type", entrypoint.IsServiceBundle ? "service-bundle" : null);
        Words(yaml, "command", entrypoint.Command);
        Text(yaml, "shell-fragment", entrypoint.ShellFragment);
        TextMap(yaml, "services", entrypoint.Services);
    }

    private static void WriteAccounts(YamlEmitter yaml, AccountsSpec accounts)
    {
        if (accounts is { RunAs: null, Users.IsEmpty: true, Groups.IsEmpty: true })
        {
            return;
        }

        yaml.Map("accounts", () =>
        {
            Text(yaml, "run-as", accounts.RunAs?.Value);
            List(yaml, "users", accounts.Users, user => yaml.Item(() =>
            {
                yaml.Text("username", user.Name);
                yaml.Plain("uid", user.Uid);
                Plain(yaml, "gid", user.Gid);
                Text(yaml, "shell", user.Shell);
                Text(yaml, "homedir", user.HomeDirectory);
                Texts(yaml, "groups", user.Groups);
            }));
            List(yaml, "groups", accounts.Groups, group => yaml.Item(() =>
            {
                yaml.Text("groupname", group.Name);
                yaml.Plain("gid", group.Gid);
                Texts(yaml, "members", group.Members);
            }));
        });
    }

    private static void WritePath(YamlEmitter yaml, PathSpec path)
    {
        yaml.Text("path", path.Path.ToString());
        yaml.Text("type", path.Kind switch
        {
            PathKind.Directory => "directory",
            PathKind.EmptyFile => "empty-file",
            PathKind.HardLink => "hardlink",
            PathKind.SymbolicLink => "symlink",
            _ => "permissions",
        });
        Plain(yaml, "uid", path.Uid);
        Plain(yaml, "gid", path.Gid);
        Mode(yaml, "permissions", path.Permissions);
        Text(yaml, "source", path.Source);
        Flag(yaml, "recursive", path.Recursive);
    }

    private static void WriteRest(YamlEmitter yaml, ImageSpec spec)
    {
        if (!spec.Certificates.IsEmpty)
        {
            yaml.Map("certificates", () => yaml.List("additional", spec.Certificates, certificate => yaml.Item(() =>
            {
                yaml.Text("name", certificate.Name);
                yaml.Text("content", certificate.Content);
            })));
        }

        if (!spec.OsRelease.IsEmpty)
        {
            yaml.Map("os-release", () =>
            {
                foreach (string key in SpecKeys.OsRelease)
                {
                    Text(yaml, key, spec.OsRelease.GetValueOrDefault(key.Replace('-', '_').ToUpperInvariant()));
                }
            });
        }

        Text(yaml, "vcs-url", spec.VcsUrl);
        foreach (var (key, node) in new[] { ("policy", spec.Policy), ("tests", spec.Tests) })
        {
            if (node is not null)
            {
                yaml.Node(key, node);
            }
        }
    }

    private static IEnumerable<string> Values(ImmutableArray<Marked<string>> texts) => texts.Select(static text => text.Value);

    private static void Text(YamlEmitter yaml, string key, string? value)
    {
        if (value is not null)
        {
            yaml.Text(key, value);
        }
    }

    // One string, as apko reads it.
    private static void Words(YamlEmitter yaml, string key, ImmutableArray<string> words)
    {
        if (!words.IsEmpty)
        {
            yaml.Text(key, CommandWords.Join(words));
        }
    }

    private static void Flag(YamlEmitter yaml, string key, bool value)
    {
        if (value)
        {
            yaml.Plain(key, "true");
        }
    }

    private static void Plain<T>(YamlEmitter yaml, string key, T? value)
        where T : struct
    {
        if (value is { } given)
        {
            yaml.Plain(key, given);
        }
    }

    private static void Mode(YamlEmitter yaml, string key, int? mode)
    {
        if (mode is { } bits)
        {
            yaml.Plain(key, ModeText.Print(bits));
        }
    }

    private static void Texts(YamlEmitter yaml, string key, IEnumerable<string> values)
    {
        if (values.Any())
        {
            yaml.Texts(key, values);
        }
    }

    private static void List<T>(YamlEmitter yaml, string key, ImmutableArray<T> values, Action<T> item)
    {
        if (!values.IsEmpty)
        {
            yaml.List(key, values, item);
        }
    }

    private static void TextMap(YamlEmitter yaml, string key, ImmutableSortedDictionary<string, string> texts)
    {
        if (!texts.IsEmpty)
        {
            yaml.Map(key, () =>
            {
                foreach (var (name, value) in texts)
                {
                    yaml.Text(name, value);
                }
            });
        }
    }
}
