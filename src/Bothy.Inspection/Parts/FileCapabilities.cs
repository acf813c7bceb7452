using System.Buffers.Binary;
using System.Collections.Immutable;

namespace Bothy.Inspection.Parts;

/// <summary>The capabilities that a file gives to whoever starts it (capabilities(7), the attribute <c>security.capability</c>).</summary>
/// <param name="Permitted">By name, such as <c>cap_net_raw</c>, in the order of their numbers.</param>
/// <param name="Inheritable">The same for those that have to be inherited as well.</param>
/// <param name="IsEffective">Whether the program has them at once.</param>
public sealed record FileCapabilities(ImmutableArray<string> Permitted, ImmutableArray<string> Inheritable, bool IsEffective)
{
    /// <summary>The name of the extended attribute.</summary>
    public const string Attribute = "security.capability";

    private const uint RevisionMask = 0xFF00_0000;
    private const uint EffectiveFlag = 1;

    private static readonly string[] Names =
    [
        "cap_chown", "cap_dac_override", "cap_dac_read_search", "cap_fowner", "cap_fsetid", "cap_kill", "cap_setgid", "cap_setuid",
        "cap_setpcap", "cap_linux_immutable", "cap_net_bind_service", "cap_net_broadcast", "cap_net_admin", "cap_net_raw", "cap_ipc_lock", "cap_ipc_owner",
        "cap_sys_module", "cap_sys_rawio", "cap_sys_chroot", "cap_sys_ptrace", "cap_sys_pacct", "cap_sys_admin", "cap_sys_boot", "cap_sys_nice",
        "cap_sys_resource", "cap_sys_time", "cap_sys_tty_config", "cap_mknod", "cap_lease", "cap_audit_write", "cap_audit_control", "cap_setfcap",
        "cap_mac_override", "cap_mac_admin", "cap_syslog", "cap_wake_alarm", "cap_block_suspend", "cap_audit_read", "cap_perfmon", "cap_bpf",
        "cap_checkpoint_restore",
    ];

    /// <summary>Reads the attribute's bytes; false where they are of no known form, which the kernel refuses as well.</summary>
    public static bool TryRead(ReadOnlySpan<byte> value, out FileCapabilities? capabilities)
    {
        capabilities = null;
        uint head = value.Length >= sizeof(uint) ? BinaryPrimitives.ReadUInt32LittleEndian(value) : 0;
        int words = (head & RevisionMask, value.Length) switch
        {
            (0x0100_0000, 12) => 1,
            (0x0200_0000, 20) => 2,
            (0x0300_0000, 24) => 2,
            _ => 0,
        };
        if (words == 0)
        {
            return false;
        }

        ulong permitted = 0;
        ulong inheritable = 0;
        for (int word = 0; word < words; word++)
        {
            permitted |= (ulong)BinaryPrimitives.ReadUInt32LittleEndian(value[(4 + (8 * word))..]) << (32 * word);
            inheritable |= (ulong)BinaryPrimitives.ReadUInt32LittleEndian(value[(8 + (8 * word))..]) << (32 * word);
        }

        capabilities = new FileCapabilities(NamesOf(permitted), NamesOf(inheritable), (head & EffectiveFlag) != 0);
        return true;
    }

    /// <summary>As libcap's <c>getcap</c> writes them: <c>cap_net_raw=ep</c>.</summary>
    public override string ToString()
    {
        string suffix = IsEffective ? "e" : "";
        var both = Permitted.Intersect(Inheritable, StringComparer.Ordinal).ToList();
        return string.Join(' ', new[]
        {
            (Names: Permitted.Except(both, StringComparer.Ordinal), Flags: suffix + "p"),
            (Names: Inheritable.Except(both, StringComparer.Ordinal), Flags: suffix + "i"),
            (Names: both, Flags: suffix + "ip"),
        }.Where(static set => set.Names.Any()).Select(static set => $"{string.Join(',', set.Names)}={set.Flags}"));
    }

    private static ImmutableArray<string> NamesOf(ulong bits) =>
        [.. Enumerable.Range(0, 64).Where(bit => (bits >> bit & 1) != 0).Select(static bit => bit < Names.Length ? Names[bit] : FormattableString.Invariant($"cap_{bit}"))];
}
