using System.Collections.Frozen;
using System.Text;

namespace Bothy.Formats.Elf;

/// <summary>The functions of glibc that have a checking twin, such as <c>__memcpy_chk</c>: what its library exports under such names.</summary>
internal static class ElfFortifiedFunctions
{
    private const int MaxLength = 20;

    private static readonly FrozenSet<string> Names = (
        "asprintf confstr dprintf explicit_bzero fdelt fgets fgets_unlocked fgetws fgetws_unlocked fprintf fread fread_unlocked fwprintf getcwd "
        + "getdomainname getgroups gethostname getlogin_r gets getwd longjmp mbsnrtowcs mbsrtowcs mbstowcs memcpy memmove mempcpy memset obstack_printf "
        + "obstack_vprintf poll ppoll pread64 pread printf ptsname_r read readlink readlinkat realpath recv recvfrom snprintf sprintf stpcpy stpncpy "
        + "strcat strcpy strncat strncpy swprintf syslog ttyname_r vasprintf vdprintf vfprintf vfwprintf vprintf vsnprintf vsprintf vswprintf vsyslog "
        + "vwprintf wcpcpy wcpncpy wcrtomb wcscat wcscpy wcsncat wcsncpy wcsnrtombs wcsrtombs wcstombs wctomb wmemcpy wmemmove wmempcpy wmemset wprintf")
        .Split(' ').ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Lookup = Names.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Whether that is the name of a function with a twin.</summary>
    public static bool IsCheckable(ReadOnlySpan<byte> name)
    {
        Span<char> text = stackalloc char[MaxLength];
        return name.Length <= text.Length && Encoding.Latin1.GetChars(name, text) is var length && Lookup.Contains(text[..length]);
    }

    /// <summary>Whether that is the name of a twin.</summary>
    public static bool IsChecking(ReadOnlySpan<byte> name) =>
        name.StartsWith("__"u8) && name.EndsWith("_chk"u8) && name.Length > 6 && IsCheckable(name[2..^4]);
}
