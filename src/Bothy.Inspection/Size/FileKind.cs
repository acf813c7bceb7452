using System.Collections.Frozen;
using Bothy.Formats.Trees;
using Bothy.Inspection.Parts;

namespace Bothy.Inspection.Size;

/// <summary>What a file is for, by its place, name and mode.</summary>
public enum FileKind
{
    /// <summary>A program or script that can be started.</summary>
    Program,

    /// <summary>A shared library.</summary>
    Library,

    /// <summary>Source or byte code that an interpreter reads.</summary>
    Code,

    /// <summary>Manual pages, documents, licences.</summary>
    Documentation,

    /// <summary>Translations, locales, time zones.</summary>
    Locale,

    /// <summary>Settings.</summary>
    Configuration,

    /// <summary>What package managers know of what they installed, and their caches.</summary>
    PackageDatabase,

    /// <summary>Anything else.</summary>
    Other,
}

/// <summary>Tells files by what they are for.</summary>
public static class FileKinds
{
    private static readonly FrozenSet<string> CodeExtensions = FrozenSet.Create(
        StringComparer.Ordinal,
        "py", "pyc", "pyi", "pm", "pl", "ph", "js", "mjs", "cjs", "ts", "rb", "jar", "class", "jmod", "php", "lua", "tcl", "dll", "el", "elc", "go", "h", "hpp", "c", "wasm", "r", "rds", "sh");

    private static readonly string[] Documents = ["usr/share/doc/", "usr/share/man/", "usr/share/info/", "usr/share/licenses/", "usr/share/lintian/", "usr/share/common-licenses/", "usr/share/bug/"];

    private static readonly string[] Locales = ["usr/share/locale/", "usr/share/i18n/", "usr/share/zoneinfo/", "usr/lib/locale/"];

    private static readonly string[] Databases = ["var/lib/dpkg/", "lib/apk/", "usr/lib/apk/", "var/lib/rpm/", "usr/lib/sysimage/", "var/lib/apt/", "var/cache/", "etc/apk/"];

    /// <summary>What <paramref name="file"/> is for.</summary>
    public static FileKind Of(TreeEntry file)
    {
        ArgumentNullException.ThrowIfNull(file);
        string path = file.Path.Value;
        string name = file.Path.Name;
        return Below(path, Databases) ? FileKind.PackageDatabase
            : Below(path, Documents) ? FileKind.Documentation
            : Below(path, Locales) ? FileKind.Locale
            : MovingParts.IsLibrary(name) ? FileKind.Library
            : CodeExtensions.Contains(name[(name.LastIndexOf('.') + 1)..]) && name.Contains('.', StringComparison.Ordinal) ? FileKind.Code
            : MovingParts.IsExecutable(file) ? FileKind.Program
            : path.StartsWith("etc/", StringComparison.Ordinal) ? FileKind.Configuration
            : FileKind.Other;
    }

    /// <summary>As people say it.</summary>
    public static string Name(this FileKind kind) => kind switch
    {
        FileKind.Program => "programs",
        FileKind.Library => "libraries",
        FileKind.Code => "code",
        FileKind.Documentation => "documentation",
        FileKind.Locale => "locales and time zones",
        FileKind.Configuration => "configuration",
        FileKind.PackageDatabase => "package database",
        _ => "other data",
    };

    private static bool Below(string path, string[] directories) => directories.Any(directory => path.StartsWith(directory, StringComparison.Ordinal));
}
