using System.Buffers.Binary;
using System.Text;
using Bothy.Formats.Elf;
using Bothy.Formats.Trees;

namespace Bothy.Inspection.Languages;

/// <summary>
/// The modules in a Go program, from what its linker keeps for <c>go version -m</c> (package debug/buildinfo): a header with, since Go 1.18, the texts
/// themselves behind it, and before with pointers to them.
/// </summary>
internal static class GoBuildInfo
{
    private const string Section = ".go.buildinfo";
    private const int HeaderSize = 32;
    private const int Alignment = 16;
    private const int MaxData = 1 << 20;
    private const int MaxText = 16 << 20;
    private const int MaxModules = 20_000;
    private const int Sentinel = 16;
    private const byte BigEndian = 1;
    private const byte Inline = 2;

    private static ReadOnlySpan<byte> Magic => " Go buildinf:"u8;

    public static IEnumerable<LanguagePackage> Read(ElfSectionReader sections, TreePath location)
    {
        // Without section headers it is at the start of the data, on a boundary of 16 bytes; only programs without any are looked through.
        byte[]? data = sections.Read(Section, MaxData) ?? (sections.Contains(".text") ? null : sections.ReadWritableData(1 << 16));
        return data is not null && Find(data) is { } at && Texts(data, at, sections, location) is var (version, modules)
            ? Packages(version, modules, location)
            : [];
    }

    private static int? Find(ReadOnlySpan<byte> data)
    {
        for (int at = 0; at + HeaderSize <= data.Length; at += Alignment)
        {
            // A byte that no UTF-8 has begins the magic.
            if (data[at] == 0xFF && data[(at + 1)..].StartsWith(Magic))
            {
                return at;
            }
        }

        return null;
    }

    private static (string Version, string Modules)? Texts(ReadOnlySpan<byte> data, int at, ElfSectionReader sections, TreePath location)
    {
        int pointerSize = data[at + 14];
        byte flags = data[at + 15];
        if ((flags & Inline) != 0)
        {
            int next = at + HeaderSize;
            string version = InlineText(data, ref next, location);
            return (version, Unwrap(Latin(InlineBytes(data, ref next, location))));
        }

        if (pointerSize is not (4 or 8))
        {
            throw new MalformedDataException(location.ToString(), at, FormattableString.Invariant($"build information with pointers of {pointerSize} bytes"));
        }

        bool big = (flags & BigEndian) != 0;
        string pointed = Encoding.UTF8.GetString(PointedBytes(sections, Number(data[(at + 16)..], pointerSize, big), pointerSize, big, location));
        return (pointed, Unwrap(Latin(PointedBytes(sections, Number(data[(at + 16 + pointerSize)..], pointerSize, big), pointerSize, big, location))));
    }

    private static string InlineText(ReadOnlySpan<byte> data, ref int at, TreePath location) => Encoding.UTF8.GetString(InlineBytes(data, ref at, location));

    private static ReadOnlySpan<byte> InlineBytes(ReadOnlySpan<byte> data, ref int at, TreePath location)
    {
        ulong length = 0;
        int shift = 0;
        byte part;
        do
        {
            if (at >= data.Length || shift > 28)
            {
                throw new MalformedDataException(location.ToString(), at, "the length of a text in the build information");
            }

            part = data[at++];
            length |= (ulong)(part & 0x7F) << shift;
            shift += 7;
        }
        while ((part & 0x80) != 0);
        if (length > (ulong)(data.Length - at))
        {
            throw new MalformedDataException(location.ToString(), at, "a text that reaches past the end of the build information");
        }

        var bytes = data.Slice(at, (int)length);
        at += (int)length;
        return bytes;
    }

    // A string of Go's: where its bytes are, and how many.
    private static byte[] PointedBytes(ElfSectionReader sections, ulong address, int pointerSize, bool big, TreePath location)
    {
        if (address == 0)
        {
            return [];
        }

        byte[] header = sections.ReadLoaded(address, 2 * pointerSize);
        ulong length = Number(header.AsSpan(pointerSize), pointerSize, big);
        return length switch
        {
            0 => [],
            <= MaxText => sections.ReadLoaded(Number(header, pointerSize, big), (int)length),
            _ => throw new MalformedDataException(location.ToString(), 0, FormattableString.Invariant($"a text of {length} bytes in the build information")),
        };
    }

    private static ulong Number(ReadOnlySpan<byte> bytes, int size, bool big) => (size, big) switch
    {
        (4, false) => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
        (4, true) => BinaryPrimitives.ReadUInt32BigEndian(bytes),
        (_, false) => BinaryPrimitives.ReadUInt64LittleEndian(bytes),
        _ => BinaryPrimitives.ReadUInt64BigEndian(bytes),
    };

    // Each byte a character, so that the marks at both ends, which are no UTF-8, can be cut off by their length.
    private static string Latin(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes);

    private static string Unwrap(string text) =>
        text.Length > 2 * Sentinel && text[^(Sentinel + 1)] == '\n' ? Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(text[Sentinel..^Sentinel])) : "";

    private static List<LanguagePackage> Packages(string version, string text, TreePath location)
    {
        var modules = new List<(string Path, string? Version, string? Sum, bool IsMain)>();
        string? program = null;
        foreach (string line in text.Split('\n'))
        {
            string[] fields = line.Split('\t');
            if (fields is ["mod" or "dep", var path, ..] && MetadataFile.IsName(path))
            {
                modules.Add((path, Field(fields, 2), Field(fields, 3), fields[0] == "mod"));
            }
            else if (fields is ["path", var main, ..] && main != "command-line-arguments" && MetadataFile.IsName(main))
            {
                program = main;
            }
            else if (fields is ["=>", var other, ..] && modules.Count > 0 && MetadataFile.IsName(other))
            {
                // What was really built: the module that took the place of the one before.
                modules[^1] = (other, Field(fields, 2), Field(fields, 3), modules[^1].IsMain);
            }

            if (modules.Count > MaxModules)
            {
                throw new MalformedDataException(location.ToString(), 0, FormattableString.Invariant($"it was built of more than {MaxModules} modules"));
            }
        }

        // Built without modules, as Debian does, all that is known is which program it is.
        if (program is not null && !modules.Exists(static module => module.IsMain))
        {
            modules.Add((program, null, null, true));
        }

        var found = modules.ConvertAll(module => new LanguagePackage
        {
            Ecosystem = Ecosystem.Go,
            Name = module.Path,
            Version = module.Version == "(devel)" ? null : module.Version,
            Location = location,
            IsApplication = module.IsMain,
            ModuleSum = module.Sum,
        });
        if (GoVersion(version) is { } release)
        {
            found.Add(new LanguagePackage { Ecosystem = Ecosystem.Go, Name = "stdlib", Version = release, Location = location });
        }

        // The list says what was built in, not which module asked for which.
        var parts = found.Where(static package => !package.IsApplication).Select(static package => new LanguageReference(package.Name, package.Version)).Distinct().Order();
        return [.. found.Select(package => package.IsApplication ? package with { Dependencies = [.. parts] } : package)];
    }

    // "go1.22.3", "go1.19.8 X:boringcrypto", "devel go1.23-…"
    private static string? GoVersion(string text) =>
        text.StartsWith("go", StringComparison.Ordinal) && text.Split(' ')[0][2..] is { Length: > 0 } version && MetadataFile.IsName(version) ? version : null;

    private static string? Field(string[] fields, int at) => fields.ElementAtOrDefault(at) is { } text && MetadataFile.IsName(text) ? text : null;
}
