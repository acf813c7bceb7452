using Bothy.Engine.Assembly.Overlay;
using Bothy.Formats.Trees;

namespace Bothy.Engine.Assembly.Effects;

/// <summary>The time zone that tzdata sets where nobody is asked: UTC.</summary>
internal sealed class TimeZoneEffect : IEffect
{
    private const string Zone = "Etc/UTC";

    public string Name => "time-zone";

    public bool Covers(UnpackedPackage package, string script) => package.Name == "tzdata";

    public void Apply(AssemblyState state)
    {
        if (!state.Brings("tzdata") || state.Base?.Original.Contains(TreePath.Parse("etc/localtime")) == true || state.Find("/usr/share/zoneinfo/" + Zone) is null)
        {
            return;
        }

        var origin = new Origin.Effect(Name);
        state.Link("etc/localtime", "/usr/share/zoneinfo/" + Zone, origin);
        state.Write("etc/timezone", FileContent.Of(Zone + "\n"), origin);
    }
}
