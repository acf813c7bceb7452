using System.Globalization;
using Bothy.Engine.Building;
using Bothy.Formats.Text;
using Bothy.Oci.Copying;

namespace Bothy.Cli.Rendering;

/// <summary>Tells how far a copy has come, as a phase of what is going on: in bytes, and in how many blobs of how many at its end.</summary>
internal sealed class CopyEvents(string phase, IProgress<BuildEvent> events) : IProgress<CopyProgress>
{
    /// <inheritdoc />
    public void Report(CopyProgress value) => events.Report(new BuildEvent.Advanced(phase, value.Bytes, value.AllBytes));

    /// <summary>Says what the copy came to.</summary>
    public void Finish(CopyResult result)
    {
        string attached = result.Referrers == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", {result.Referrers} attached");
        events.Report(new BuildEvent.Finished(
            phase,
            string.Create(CultureInfo.InvariantCulture, $"{result.Sent} of {result.Sent + result.Present} blobs sent, {ByteSize.Text(result.SentBytes)}{attached}")));
    }
}
