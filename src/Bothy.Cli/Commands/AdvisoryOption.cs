using System.CommandLine;
using Bothy.Inspection.Advisories;
using Bothy.Store;

namespace Bothy.Cli.Commands;

/// <summary>The option <c>--db</c>: which snapshot of advisories is asked.</summary>
internal sealed class AdvisoryOption
{
    private readonly Option<Digest?> _db = new("--db")
    {
        Description = "The digest of the snapshot of advisories to go by, instead of the current one: the same image and snapshot have the same answer.",
        HelpName = "DIGEST",
        CustomParser = result =>
        {
            if (Digest.TryParse(result.Tokens[^1].Value, null, out var digest))
            {
                return digest;
            }

            result.AddError($"cannot use '{result.Tokens[^1].Value}': want a digest, sha256: and 64 lower-case hex digits, as 'bothy db status' prints it");
            return null;
        },
    };

    /// <summary>Declares the option on <paramref name="command"/>.</summary>
    public AdvisoryOption(Command command) => command.Add(_db);

    /// <summary>Whether a snapshot was named.</summary>
    public bool IsPinned(ParseResult arguments) => arguments.GetValue(_db) is not null;

    /// <summary>Opens the snapshot, of the store of these surroundings.</summary>
    /// <exception cref="BothyException">There is none, or it is damaged; the hint says how to get one.</exception>
    public OpenedAdvisories Open(ParseResult arguments, Surroundings surroundings) =>
        Open(arguments, new ContentStore(ContentStore.DefaultDirectory(surroundings.Environment)));

    /// <summary>Opens the snapshot.</summary>
    /// <exception cref="BothyException">There is none, or it is damaged; the hint says how to get one.</exception>
    public OpenedAdvisories Open(ParseResult arguments, ContentStore store) => new AdvisoryStore(store).Open(arguments.GetValue(_db));
}
