namespace Bothy.Packages.Debian;

/// <summary>The fields of a stanza that an index keeps; everything else (descriptions, tags, weak digests) is dropped while reading.</summary>
internal enum DebianIndexField : byte
{
    Dropped,
    Package,
    Version,
    Architecture,
    Source,
    MultiArch,
    Essential,
    Priority,
    Section,
    PreDepends,
    Depends,
    Recommends,
    Conflicts,
    Breaks,
    Replaces,
    Provides,
    InstalledSize,
    Filename,
    Size,
    Sha256,
}

internal static class DebianIndexFields
{
    public static readonly int[] Required =
    [
        (int)DebianIndexField.Package, (int)DebianIndexField.Version, (int)DebianIndexField.Architecture,
        (int)DebianIndexField.Filename, (int)DebianIndexField.Size, (int)DebianIndexField.Sha256,
    ];

    // By length first: a look at two numbers rules out nearly every line of an index, which is what makes scanning cheap.
    public static DebianIndexField Recognise(ReadOnlySpan<byte> name) => name.Length switch
    {
        4 => Match(name, "Size"u8, DebianIndexField.Size),
        6 => (name[1] | 0x20) == 'h' ? Match(name, "SHA256"u8, DebianIndexField.Sha256)
            : (name[0] | 0x20) == 's' ? Match(name, "Source"u8, DebianIndexField.Source)
            : Match(name, "Breaks"u8, DebianIndexField.Breaks),
        7 => (name[0] | 0x20) switch
        {
            'p' => Match(name, "Package"u8, DebianIndexField.Package),
            'v' => Match(name, "Version"u8, DebianIndexField.Version),
            'd' => Match(name, "Depends"u8, DebianIndexField.Depends),
            's' => Match(name, "Section"u8, DebianIndexField.Section),
            _ => DebianIndexField.Dropped,
        },
        8 => (name[3] | 0x20) switch
        {
            'o' => Match(name, "Priority"u8, DebianIndexField.Priority),
            'v' => Match(name, "Provides"u8, DebianIndexField.Provides),
            'e' => Match(name, "Filename"u8, DebianIndexField.Filename),
            'l' => Match(name, "Replaces"u8, DebianIndexField.Replaces),
            _ => DebianIndexField.Dropped,
        },
        9 => Match(name, "Conflicts"u8, DebianIndexField.Conflicts) | Match(name, "Essential"u8, DebianIndexField.Essential),
        10 => Match(name, "Multi-Arch"u8, DebianIndexField.MultiArch) | Match(name, "Recommends"u8, DebianIndexField.Recommends),
        11 => Match(name, "Pre-Depends"u8, DebianIndexField.PreDepends),
        12 => Match(name, "Architecture"u8, DebianIndexField.Architecture),
        14 => Match(name, "Installed-Size"u8, DebianIndexField.InstalledSize),
        _ => DebianIndexField.Dropped,
    };

    private static DebianIndexField Match(ReadOnlySpan<byte> name, ReadOnlySpan<byte> wanted, DebianIndexField field) =>
        name.SequenceEqual(wanted) || System.Text.Ascii.EqualsIgnoreCase(name, wanted) ? field : DebianIndexField.Dropped;
}
