using Bothy.Formats.Trees;

namespace Bothy.Engine.Assembly.Effects;

/// <summary>
/// What every Debian image has whichever packages are in it: directories for temporary files, the link to the release's description,
/// and an order for looking up names.
/// </summary>
internal sealed class SystemFilesEffect : IEffect
{
    private const int Sticky = 0b001_111_111_111;
    private const string Release = ReleaseFileEffect.Path;

    // Without the file, glibc asks DNS for a host before it reads /etc/hosts.
    private const string NameServices =
        "passwd:         files\ngroup:          files\nshadow:         files\nhosts:          files dns\nnetworks:       files\nprotocols:      files\nservices:       files\n";

    public string Name => "system-files";

    public void Apply(AssemblyState state)
    {
        var origin = new Origin.Effect(Name);
        state.MakeDirectory("tmp", origin, Sticky);
        state.MakeDirectory("var/tmp", origin, Sticky);
        state.MakeDirectory("run", origin);
        state.MakeDirectory("etc", origin);
        if (state.Has("libc6") && state.Find("/etc/nsswitch.conf") is null)
        {
            state.Write("etc/nsswitch.conf", FileContent.Of(NameServices), origin);
        }

        if (state.Find("/etc/os-release") is null && state.Find("/" + Release) is not null)
        {
            state.Link("etc/os-release", "../" + Release, origin);
        }
    }
}
