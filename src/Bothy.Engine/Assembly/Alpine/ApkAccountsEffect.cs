using Bothy.Engine.Assembly.Accounts;
using Bothy.Engine.Assembly.Effects;
using Bothy.Engine.Assembly.Overlay;
using Bothy.Engine.Assembly.Scripts;

namespace Bothy.Engine.Assembly.Alpine;

/// <summary>
/// Users and groups of an image of apk packages: those of the files that a package ships, those that scripts add when they add them, with
/// BusyBox's programs or the shadow suite's, and those of the image file.
/// </summary>
internal sealed class ApkAccountsEffect(AccountFiles files) : AccountsEffect
{
    private static readonly HashSet<string> OfShadow = new(AccountCommands.Names.Except(BusyboxAccountCommands.Names, StringComparer.Ordinal), StringComparer.Ordinal);

    private readonly HashSet<string> _withoutFiles = new(StringComparer.Ordinal);

    public override IReadOnlyCollection<string> Commands { get; } = [.. BusyboxAccountCommands.Names, .. OfShadow];

    public override bool Covers(UnpackedPackage package, string script) => false;

    public override void Prepare(AssemblyState state)
    {
    }

    public override CommandOutcome Run(ScriptCommand command, UnpackedPackage package, AssemblyState state)
    {
        files.Load(state.Tree);
        if (!AccountFiles.AreIn(state.Tree))
        {
            // BusyBox adds to files that are there and makes none.
            if (_withoutFiles.Add(package.Name))
            {
                state.Warnings.Add($"{package.Name} adds accounts, but no package has put /etc/passwd and /etc/group into the image before it.");
            }

            return CommandOutcome.Failed;
        }

        var outcome = OfShadow.Contains(command.Name) ? AccountCommands.Run(command, state, AddHome) : BusyboxAccountCommands.Run(command, state, Accounts);
        files.Save(state, Accounts);
        return outcome;
    }

    public override void Apply(AssemblyState state)
    {
        files.Load(state.Tree);
        if (!state.Image.Accounts.Users.IsEmpty || !state.Image.Accounts.Groups.IsEmpty)
        {
            if (state.Accounts.Users.Count == 0)
            {
                LoadMinimum(state.Accounts);
            }

            AddImageAccounts(state);
            files.Save(state, Accounts);
        }

        MakeHomes(state);
    }
}
