using System.Collections.Immutable;

namespace Bothy.Engine.ImageFiles;

/// <summary>Every key of an image file, by the map it stands in and in the order in which they are printed.</summary>
internal static class SpecKeys
{
    /// <summary>At the top.</summary>
    public static readonly ImmutableArray<string> Top =
    [
        "include", "contents", "entrypoint", "cmd", "work-dir", "stop-signal", "init", "debug", "accounts", "environment", "paths",
        "archs", "annotations", "labels", "volumes", "ports", "layering", "compression", "certificates", "os-release", "vcs-url", "policy", "tests",
        "variants",
    ];

    /// <summary>In <c>contents</c>.</summary>
    public static readonly ImmutableArray<string> Contents =
    [
        "repositories", "build_repositories", "runtime_repositories", "keyring", "packages", "slices", "omit", "files", "base",
        "baseimage", "exclude", "documentation", "database",
    ];

    /// <summary>In <c>contents.baseimage</c>.</summary>
    public static readonly ImmutableArray<string> BaseImage = ["image", "apkindex"];

    /// <summary>In an entry of <c>contents.files</c>.</summary>
    public static readonly ImmutableArray<string> File = ["source", "path", "uid", "gid", "mode", "exclude"];

    /// <summary>In <c>entrypoint</c>.</summary>
    public static readonly ImmutableArray<string> Entrypoint = ["type", "command", "shell-fragment", "services"];

    /// <summary>In <c>accounts</c>. Real files say <c>recursive</c>, which no apko ever read.</summary>
    public static readonly ImmutableArray<string> Accounts = ["run-as", "users", "groups", "recursive"];

    /// <summary>In an entry of <c>accounts.users</c>.</summary>
    public static readonly ImmutableArray<string> User = ["username", "uid", "gid", "shell", "homedir", "groups"];

    /// <summary>In an entry of <c>accounts.groups</c>.</summary>
    public static readonly ImmutableArray<string> Group = ["groupname", "gid", "members"];

    /// <summary>In an entry of <c>paths</c>.</summary>
    public static readonly ImmutableArray<string> Path = ["path", "type", "uid", "gid", "permissions", "source", "recursive"];

    /// <summary>In <c>layering</c>.</summary>
    public static readonly ImmutableArray<string> Layering = ["strategy", "budget"];

    /// <summary>In <c>certificates</c>.</summary>
    public static readonly ImmutableArray<string> Certificates = ["additional"];

    /// <summary>In an entry of <c>certificates.additional</c>.</summary>
    public static readonly ImmutableArray<string> Certificate = ["name", "content"];

    /// <summary>In <c>os-release</c>: the fields of os-release(5) in lower case, with hyphens.</summary>
    public static readonly ImmutableArray<string> OsRelease =
    [
        "id", "id-like", "name", "pretty-name", "version", "version-id", "version-codename", "variant", "variant-id", "build-id",
        "image-id", "image-version", "home-url", "documentation-url", "support-url", "bug-report-url", "privacy-policy-url",
        "support-end", "logo", "ansi-color", "vendor-name", "vendor-url", "cpe-name",
    ];
}
