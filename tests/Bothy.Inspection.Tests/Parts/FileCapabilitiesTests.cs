using Bothy.Inspection.Parts;

namespace Bothy.Inspection.Tests.Parts;

public sealed class FileCapabilitiesTests
{
    // The bytes that setcap(8) writes, and what getcap(8) says of them.
    [Theory]
    [InlineData("0100000200200000000000000000000000000000", "cap_net_raw=ep")]
    [InlineData("0000000200200000000000000000000000000000", "cap_net_raw=p")]
    [InlineData("0100000200340000000000000000000000000000", "cap_net_bind_service,cap_net_admin,cap_net_raw=ep")]
    [InlineData("0000000200000000002000000000000000000000", "cap_net_raw=i")]
    [InlineData("0100000200200000002000000000000000000000", "cap_net_raw=eip")]
    [InlineData("010000020000000000000000c000000000000000", "cap_perfmon,cap_bpf=ep")] // numbers 38 and 39, in the second word
    [InlineData("01000003002000000000000000000000000000000a000000", "cap_net_raw=ep")] // of a user namespace
    [InlineData("010000010020000000000000", "cap_net_raw=ep")] // as before 2008
    [InlineData("0100000200000000000000000000008000000000", "cap_63=ep")] // not known yet
    public void Reads(string bytes, string text)
    {
        Assert.True(FileCapabilities.TryRead(Convert.FromHexString(bytes), out var capabilities));
        Assert.Equal(text, capabilities!.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("010000")]
    [InlineData("01000002")] // without its words
    [InlineData("0100000200200000000000000000000000000000ff")] // with more than them
    [InlineData("0100000400200000000000000000000000000000")] // of a later form
    public void Refuses(string bytes) => Assert.False(FileCapabilities.TryRead(Convert.FromHexString(bytes), out _));

    [RequiresFact("judges:setcap", "judges:getcap", "judges:getfattr")]
    public void Getcap_says_the_same()
    {
        using var directory = new TemporaryDirectory();
        string file = directory["program"];
        File.WriteAllText(file, "x");
        foreach (string capabilities in new[] { "cap_net_raw=ep", "cap_chown,cap_bpf=p", "cap_sys_admin=ei", "cap_kill=eip" })
        {
            Judge.Run("setcap", capabilities, file).Succeeded();
            string line = Judge.Run("getfattr", "-e", "hex", "-n", FileCapabilities.Attribute, file).Succeeded().Output.Split('\n').Single(line => line.Contains("=0x", StringComparison.Ordinal));
            byte[] value = Convert.FromHexString(line[(line.IndexOf("=0x", StringComparison.Ordinal) + 3)..]);
            string said = Judge.Run("getcap", file).Succeeded().Output.Trim();

            Assert.True(FileCapabilities.TryRead(value, out var read));
            Assert.Equal(said[(said.IndexOf(' ', StringComparison.Ordinal) + 1)..], read!.ToString());
        }
    }
}
