using System.Collections.Immutable;
using Bothy.Engine.Assembly.Effects;
using Bothy.Engine.ImageFiles;
using Bothy.Formats.Trees;

namespace Bothy.Engine.Assembly.Alpine;

/// <summary>
/// apk's own record of what is installed, byte for byte as apk 2.14 writes it into a new root: <c>installed</c>, <c>triggers</c>, <c>scripts.tar</c> and
/// <c>lock</c>.
/// </summary>
internal sealed class ApkDatabaseEffect(ImmutableArray<UnpackedApk> packages, ApkOverlay overlay) : IEffect
{
    private const int Private = 0b110_000_000;

    private static readonly Origin Database = new Origin.Effect("apk-database");

    public string Name => "apk-database";

    public void Apply(AssemblyState state)
    {
        if (state.Image.Contents.Database == DatabaseChoice.None)
        {
            return;
        }

        string directory = ApkRootEffect.DatabaseDirectory(packages);
        state.Write($"{directory}/installed", FileContent.Of(new InstalledDatabase(state.Tree, overlay).Text(packages)), Database);
        state.Write($"{directory}/triggers", FileContent.Of(Triggers()), Database);
        state.Write($"{directory}/scripts.tar", FileContent.Of(ScriptsArchive.Write(packages)), Database);
        state.Write($"{directory}/lock", FileContent.Empty, Database, Private);
    }

    private string Triggers() => string.Concat(packages
        .Where(static package => !package.Info.Triggers.IsEmpty)
        .Select(static package => $"{package.Facts.Checksum} {string.Join(' ', package.Info.Triggers)}\n"));
}
