using System.Collections.Immutable;
using Bothy.Engine.Assembly.Effects;
using Bothy.Engine.ImageFiles;
using Bothy.Formats.Trees;

namespace Bothy.Engine.Assembly.Alpine;

/// <summary>
/// apk's own record of what is installed, byte for byte as apk 2.14 writes it into a new root: <c>installed</c>, <c>triggers</c>, <c>scripts.tar</c> and
/// <c>lock</c>.
/// </summary>
internal sealed class ApkDatabaseEffect(ImmutableArray<UnpackedApk> packages, ApkOverlay overlay, ApkRecord? record) : IEffect
{
    private const int Private = 0b110_000_000;

    private static readonly Origin Database = new Origin.Effect("apk-database");

    public string Name => "apk-database";

    public void Apply(AssemblyState state)
    {
        if (state.Image.Contents.Database == DatabaseChoice.None)
        {
            state.Base?.CheckRecord();
            return;
        }

        if (record?.Directory is not null && packages.IsEmpty && state.Base!.Hidden.Files == 0)
        {
            return;
        }

        string directory = record?.Directory ?? ApkRootEffect.DatabaseDirectory(packages);
        state.Write($"{directory}/installed", FileContent.Of(new InstalledDatabase(state.Tree, overlay).Text(record?.Stanzas(state.Tree) ?? [], packages)), Database);
        state.Write($"{directory}/triggers", FileContent.Of(Triggers()), Database);
        state.Write($"{directory}/scripts.tar", FileContent.Of(ScriptsArchive.Write(record?.Scripts() ?? [], packages)), Database);
        if (record is null || state.Find($"/{directory}/lock") is null)
        {
            state.Write($"{directory}/lock", FileContent.Empty, Database, Private);
        }
    }

    private string Triggers() => string.Concat((record?.Triggers() ?? []).Concat(packages
        .Where(static package => !package.Info.Triggers.IsEmpty)
        .Select(static package => $"{package.Facts.Checksum} {string.Join(' ', package.Info.Triggers)}"))
        .Select(static line => line + "\n"));
}
