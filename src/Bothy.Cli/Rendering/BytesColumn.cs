using Bothy.Formats.Text;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Bothy.Cli.Rendering;

/// <summary>How far a phase has come, while it lasts and where its size is known.</summary>
internal sealed class BytesColumn : ProgressColumn
{
    /// <inheritdoc />
    protected override bool NoWrap => true;

    /// <inheritdoc />
    public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
        new Text(task.IsIndeterminate || task.IsFinished ? "" : $"{ByteSize.Text((long)task.Value)} of {ByteSize.Text((long)task.MaxValue)}");
}
