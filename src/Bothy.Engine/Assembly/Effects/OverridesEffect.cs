using System.Buffers.Binary;
using System.Collections.Frozen;
using Bothy.Engine.Assembly.Overlay;
using Bothy.Engine.Assembly.Scripts;
using Bothy.Formats.Trees;

namespace Bothy.Engine.Assembly.Effects;

/// <summary>Owners, modes and capabilities that scripts give to shipped files: <c>dpkg-statoverride</c> and <c>setcap</c>.</summary>
internal sealed class OverridesEffect : IEffect
{
    private const string Attribute = "security.capability";

    // In the order of linux/capability.h; the number of a capability is its place.
    private static readonly string[] CapabilityNames =
    [
        "chown", "dac_override", "dac_read_search", "fowner", "fsetid", "kill", "setgid", "setuid", "setpcap", "linux_immutable", "net_bind_service",
        "net_broadcast", "net_admin", "net_raw", "ipc_lock", "ipc_owner", "sys_module", "sys_rawio", "sys_chroot", "sys_ptrace", "sys_pacct", "sys_admin",
        "sys_boot", "sys_nice", "sys_resource", "sys_time", "sys_tty_config", "mknod", "lease", "audit_write", "audit_control", "setfcap", "mac_override",
        "mac_admin", "syslog", "wake_alarm", "block_suspend", "audit_read", "perfmon", "bpf", "checkpoint_restore",
    ];

    private static readonly FrozenDictionary<string, int> Capabilities = CapabilityNames
        .Select(static (name, number) => KeyValuePair.Create("cap_" + name, number))
        .ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>The overrides made, as lines of dpkg's <c>statoverride</c> file.</summary>
    public List<string> Lines { get; } = [];

    public string Name => "overrides";

    public IReadOnlyCollection<string> Commands { get; } = ["dpkg-statoverride", "setcap"];

    public CommandOutcome Run(ScriptCommand command, UnpackedPackage package, AssemblyState state) =>
        command.Name == "setcap" ? SetCapabilities(command, state) : Override(command, state);

    private static CommandOutcome SetCapabilities(ScriptCommand command, AssemblyState state)
    {
        if (command.Words is not [_, { } text, { } path] || Encode(text) is not { } value)
        {
            return CommandOutcome.Refused("the capabilities are known only when the script runs");
        }

        if (state.Find(path) is not { Kind: EntryKind.File } file)
        {
            return CommandOutcome.Failed;
        }

        // Not certain only where the script asks first if setcap is there, which here it always is.
        state.Tree.Set(file with { ExtendedAttributes = file.ExtendedAttributes.SetItem(Attribute, value) });
        return CommandOutcome.Done;
    }

    private CommandOutcome Override(ScriptCommand command, AssemblyState state)
    {
        var words = command.Words.Skip(1).Where(static word => word is null || !word.StartsWith("--", StringComparison.Ordinal)).ToList();
        if (command.Has("--list"))
        {
            return words is [{ } asked] && Lines.Any(line => line.EndsWith(" " + asked, StringComparison.Ordinal)) ? CommandOutcome.Done : CommandOutcome.Failed;
        }

        if (command.Has("--remove"))
        {
            return CommandOutcome.Done;
        }

        if (words is not [{ } user, { } group, { } mode, { } path]
            || state.Accounts.ResolveUser(user.TrimStart('#')) is not { } uid
            || state.Accounts.ResolveGroup(group.TrimStart('#')) is not { } gid
            || ScriptReader.ParseMode(mode) is not { } bits)
        {
            return CommandOutcome.Refused("the override is known only when the script runs");
        }

        if (!command.IsCertain)
        {
            return CommandOutcome.Refused("whether it overrides is known only when the script runs");
        }

        Lines.Add($"{user} {group} {mode} {path}");
        if (command.Has("--update") && state.Find(path) is { } entry)
        {
            state.Tree.Set(entry with { UserId = uid, GroupId = gid, UserName = null, GroupName = null, Mode = bits });
        }

        return CommandOutcome.Done;
    }

    /// <summary>The extended attribute for <c>cap_net_raw+ep</c> and the like: version 2 of the kernel's vfs_cap_data (linux/capability.h).</summary>
    private static byte[]? Encode(string text)
    {
        ulong permitted = 0;
        ulong inheritable = 0;
        bool effective = false;
        foreach (string clause in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            int at = clause.AsSpan().IndexOfAny('+', '=');
            if (at < 0)
            {
                return null;
            }

            ulong bits = 0;
            foreach (string name in clause[..at].Split(','))
            {
                if (!Capabilities.TryGetValue(name, out int number))
                {
                    return null;
                }

                bits |= 1UL << number;
            }

            foreach (char flag in clause.AsSpan(at + 1))
            {
                permitted |= flag == 'p' ? bits : 0;
                inheritable |= flag == 'i' ? bits : 0;
                effective |= flag == 'e';
            }
        }

        byte[] value = new byte[20];
        const uint revision = 0x0200_0000;
        BinaryPrimitives.WriteUInt32LittleEndian(value, revision | (effective ? 1u : 0u));
        BinaryPrimitives.WriteUInt32LittleEndian(value.AsSpan(4), (uint)permitted);
        BinaryPrimitives.WriteUInt32LittleEndian(value.AsSpan(8), (uint)inheritable);
        BinaryPrimitives.WriteUInt32LittleEndian(value.AsSpan(12), (uint)(permitted >> 32));
        BinaryPrimitives.WriteUInt32LittleEndian(value.AsSpan(16), (uint)(inheritable >> 32));
        return value;
    }
}
