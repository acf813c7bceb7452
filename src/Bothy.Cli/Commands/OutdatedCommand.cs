using System.Collections.Immutable;
using System.CommandLine;
using Bothy.Cli.Rendering;
using Bothy.Engine.Building;
using Bothy.Engine.ImageFiles;
using Bothy.Engine.Locking;
using Bothy.Engine.Updating;
using Bothy.Inspection.Matching;
using Bothy.Inspection.Scans;
using Bothy.Oci.Sources;

namespace Bothy.Cli.Commands;

/// <summary><c>bothy outdated</c>.</summary>
internal static class OutdatedCommand
{
    public static Command Create(Surroundings surroundings, Terminal terminal)
    {
        var command = new Command("outdated", "Solve against the indexes of today, and print what a new lock would change; nothing is changed.");
        var common = new CommonOptions(command);
        var from = new OutdatedImageOption(command, common, surroundings);
        var advisories = new AdvisoryOption(command);
        var files = new Option<bool>("--files") { Description = "Fetch packages that are not in the store, to say which files change." };
        var exitCode = new Option<bool>("--exit-code") { Description = "Exit with 3 where something would change: a package, the base, or slice definitions." };
        var format = Formats.OptionWithMarkdown();
        foreach (var option in new Option[] { files, exitCode, format })
        {
            command.Add(option);
        }

        command.SetAction(async (arguments, cancellationToken) =>
        {
            var display = new ProgressDisplay(terminal, common.Verbosity(arguments));
            var known = await from.FindAsync(arguments, surroundings, cancellationToken);
            using var session = known is null
                ? common.Open(arguments, surroundings, display)
                : common.Open(arguments, surroundings, display, known);
            var update = await display.RunAsync(async () =>
            {
                var before = known?.Lock ?? await session.ReadOldLockAsync($"tell what is outdated in {session.Image.FileName}", cancellationToken);
                Warn(terminal, session, before);
                var found = LockUpdate.Between(before, await session.Builder.SolveAsync(session.Image, ArchitecturesOf(session, before), before, cancellationToken));
                return await PreviewAsync(found, session.Image, arguments.GetValue(files), session.Settings, surroundings, cancellationToken);
            });
            using var opened = advisories.IsPinned(arguments) ? advisories.Open(arguments, session.Store) : KnownFindings.TryOpen(session.Store, terminal);
            if (opened is not null)
            {
                var rules = ScanRules.None(surroundings.Time.GetUtcNow());
                update = update with { Architectures = [.. update.Architectures.Select(architecture => architecture.WithFindings(opened.Lookup, rules, cancellationToken))] };
                terminal.Line(AdvisoryAge.Sentence(opened, rules.Now));
            }

            terminal.Result(arguments.GetValue(format) switch
            {
                OutputFormat.Json => OutdatedJson.Of(update),
                OutputFormat.Markdown => OutdatedMarkdown.Of(update),
                _ => OutdatedText.Of(update, PageStyle.Of(terminal)),
            });
            return arguments.GetValue(exitCode) && update.IsOutdated ? ExitCode.Threshold : ExitCode.Success;
        });
        return command;
    }

    // What was added to the image file since is no update of anything: it is said, and shown among the rest.
    private static void Warn(Terminal terminal, Session session, LockFile before)
    {
        foreach (string change in LockStaleness.Of(before, session.Image, session.Architectures))
        {
            terminal.Warning($"the image file is not what the lock was written for: {change}");
        }
    }

    private static ImmutableArray<ImageArchitecture> ArchitecturesOf(Session session, LockFile before) => session.Architectures.Length > 0
        ? session.Architectures
        :
        [
            .. before.Architectures.Keys.Select(static name => ImageArchitecture.TryParse(name, preferDebian: false, out var architecture)
                ? architecture
                : throw new BothyException($"cannot tell what is outdated for '{name}': no such architecture is known")),
        ];

    private static async Task<LockUpdate> PreviewAsync(
        LockUpdate update, ImageSpec spec, bool fetch, BuildSettings settings, Surroundings surroundings, CancellationToken cancellationToken)
    {
        if (fetch)
        {
            return await new UpdatePreview(settings, spec).WithFilesAsync(update, cancellationToken);
        }

        // Nothing is fetched unasked: a client that may not is what holds to that.
        var offline = CommonOptions.SettingsOf(surroundings, new QuietProgress(), offline: true) with { PackageDirectories = settings.PackageDirectories, AllowUntrusted = settings.AllowUntrusted, Slices = settings.Slices };
        using (offline.Transfer)
        {
            return await new UpdatePreview(offline, spec).WithFilesAsync(update, cancellationToken);
        }
    }
}

/// <summary>An image in place of the image file that <c>outdated</c> asks about: the argument where it names one, or the option <c>--from</c>.</summary>
internal sealed class OutdatedImageOption
{
    private readonly CommonOptions _common;
    private readonly string _directory;
    private readonly Option<string> _from = new("--from")
    {
        Description = "Ask about this image, whatever its name looks like, by the lock that is attached to it or the store's record of its build.",
        HelpName = "IMAGE",
    };

    private readonly RegistryOptions _registries;

    /// <summary>Declares the option on <paramref name="command"/>, where either the image file or an image must be given.</summary>
    public OutdatedImageOption(Command command, CommonOptions common, Surroundings surroundings)
    {
        (_common, _directory) = (common, surroundings.WorkingDirectory);
        common.File.Description = "The image file, or an image that a lock is known of: oci:DIR[:TAG], oci-archive:FILE, podman:NAME, a layout's directory, an archive, or a registry reference.";
        common.File.Arity = ArgumentArity.ZeroOrOne;
        command.Add(_from);
        _registries = new RegistryOptions(command);
        Option[] choices = [.. common.Choices];
        command.Validators.Add(result =>
        {
            bool hasFrom = result.GetValue(_from) is not null;
            bool isNamed = result.GetResult(common.File) is { Tokens.Count: > 0 };
            if (hasFrom == isNamed)
            {
                result.AddError(hasFrom ? "cannot ask about both FILE and --from IMAGE" : "cannot tell what to ask about: want an image file or an image");
            }
            else if ((hasFrom || IsImage(result.GetValue(common.File)!))
                && Array.Find(choices, choice => result.GetResult(choice) is System.CommandLine.Parsing.OptionResult { Implicit: false }) is { } choice)
            {
                result.AddError($"cannot use {choice.Name} {(hasFrom ? "with --from" : "on an image")}: the image says what was built");
            }
        });
    }

    /// <summary>The lock of the image; null where an image file is asked about.</summary>
    /// <exception cref="BothyException">The image cannot be found, or nobody knows its lock.</exception>
    public async Task<KnownLock?> FindAsync(ParseResult arguments, Surroundings surroundings, CancellationToken cancellationToken)
    {
        string? named = arguments.GetValue(_common.File);
        if ((arguments.GetValue(_from) ?? (named is not null && IsImage(named) ? named : null)) is not { } image)
        {
            return null;
        }

        using var registries = _registries.Open(arguments, surroundings);
        var location = ImageLocation.Parse(image, surroundings.WorkingDirectory);
        await using var source = await location.OpenAsync(RegistryOptions.Access(surroundings, registries), cancellationToken);
        var store = new Store.ContentStore(Store.ContentStore.DefaultDirectory(surroundings.Environment));
        return await KnownLock.FindAsync(store, source, cancellationToken)
            ?? throw new BothyException($"cannot tell what is outdated in {source.Name}: no lock is attached to it, and this machine did not build it")
            {
                Hint = "'bothy build --push' attaches it, and 'bothy build --attach' in layouts.",
            };
    }

    // A file is an image file unless it is called like an archive; of what is no file, only a name that ends as image files do is meant as one.
    private bool IsImage(string text)
    {
        string path = Path.Combine(_directory, text);
        bool isArchive = text.EndsWith(".tar", StringComparison.Ordinal) || text.Contains(".tar.", StringComparison.Ordinal);
        return Directory.Exists(path) || (File.Exists(path) ? isArchive : Path.GetExtension(text) is not (".yaml" or ".yml" or ".json") || text.Contains(':', StringComparison.Ordinal));
    }
}
