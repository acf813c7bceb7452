using System.CommandLine;
using System.CommandLine.Parsing;
using Bothy.Engine;
using Bothy.Engine.Building;
using Bothy.Engine.ImageFiles;
using Bothy.Engine.Locking;
using Bothy.Engine.Updating;
using Bothy.Formats.Text;
using Bothy.Store;
using Bothy.Transfer;

namespace Bothy.Cli.Commands;

/// <summary>What the commands that solve or build have in common, declared once so that it reads the same everywhere.</summary>
internal sealed class CommonOptions
{
    private readonly Option<string[]> _architectures = new("--arch")
    {
        Description = "Architectures to build for (amd64, arm64, …), instead of those the image file names.",
        HelpName = "A,…",
    };

    private readonly Option<string> _lock = new("--lock")
    {
        Description = "The lock file; FILE.lock.json beside the image file unless given.",
        HelpName = "LOCK",
    };

    private readonly Option<string[]> _packagesFrom = new("--packages-from")
    {
        Description = "A directory of packages to look in before further mirrors.",
        HelpName = "DIR",
    };

    private readonly Option<string[]> _repositories = new("--repository-append", "-r")
    {
        Description = "A repository beside those of the image file.",
        HelpName = "REPO",
    };

    private readonly Option<string[]> _buildRepositories = new("--build-repository-append", "-b")
    {
        Description = "The same, without a mention in the image.",
        HelpName = "REPO",
    };

    private readonly Option<string[]> _keyring = new("--keyring-append", "-k")
    {
        Description = "A key to trust beside those of the image file: a path or an address.",
        HelpName = "KEY",
    };

    private readonly Option<bool> _allowUntrusted = new("--allow-untrusted")
    {
        Description = "Take apk indexes and packages that no trusted key signed; the lock records it.",
    };

    private readonly Option<bool> _allowOutside = new("--allow-outside")
    {
        Description = "Take local files from outside the image file's directory too, where 'contents.files' names them.",
    };

    private readonly Option<bool> _debug = new("--debug")
    {
        Description = "The debug variant as well: the same image with a shell and its programs in /busybox, under the name with -debug.",
    };

    private readonly Option<bool> _offline = new("--offline") { Description = "Use what the store has and never the network." };

    private readonly Option<bool> _allowRollback = new("--allow-rollback")
    {
        Description = "Accept indexes older than those the lock records.",
    };

    private readonly Option<bool> _quiet = new("--quiet", "-q") { Description = "Only warnings and errors on standard error." };

    private readonly Option<bool> _verbose = new("--verbose", "-v") { Description = "Also say where things come from." };

    /// <summary>Declares the options on <paramref name="command"/>.</summary>
    public CommonOptions(Command command)
    {
        _architectures.Validators.Add(CheckArchitectures);
        File = new Argument<string>("FILE") { Description = "The image file." };
        command.Add(File);
        foreach (var option in new Option[]
        {
            _architectures, _lock, _repositories, _buildRepositories, _keyring, _packagesFrom, _debug, _offline, _allowRollback, _allowUntrusted, _allowOutside, _quiet, _verbose,
        })
        {
            command.Add(option);
        }
    }

    /// <summary>The image file.</summary>
    public Argument<string> File { get; }

    /// <summary>How much the user wants to be told.</summary>
    public Verbosity Verbosity(ParseResult arguments) =>
        arguments.GetValue(_quiet) ? Cli.Verbosity.Quiet
        : arguments.GetValue(_verbose) ? Cli.Verbosity.Verbose
        : Cli.Verbosity.Normal;

    /// <summary>Whether the network is not to be used.</summary>
    public bool IsOffline(ParseResult arguments) => arguments.GetValue(_offline);

    /// <summary>Reads the image file and opens what a command on it works with; with <paramref name="check"/>, what is built is checked, and <paramref name="trace"/> is told what solving looks at.</summary>
    /// <exception cref="BothyException">The image file has mistakes or cannot be read.</exception>
    public Session Open(ParseResult arguments, Surroundings surroundings, IProgress<BuildEvent> progress, bool check = false, BuildTrace? trace = null)
    {
        string file = arguments.GetRequiredValue(File);

        // The platform's network and cryptography take as long to load as the image file takes to read.
        var settings = Task.Run(() => Settings(arguments, surroundings, progress) with { Check = check, Test = check, Trace = trace });
        var image = ImageFile.Append(
            ImageFile.Load(file, surroundings.WorkingDirectory),
            arguments.GetValue(_repositories) ?? [],
            arguments.GetValue(_buildRepositories) ?? [],
            arguments.GetValue(_keyring) ?? []);
        return new Session(
            settings.GetAwaiter().GetResult(),
            arguments.GetValue(_debug) ? image with { Debug = true } : image,
            [.. ArchitectureNames(arguments.GetValue(_architectures)).Select(name => Architecture(name, preferDebian: !image.Contents.IsAlpine))],
            LockOf(arguments, surroundings));
    }

    /// <summary>The lock that the command line names, or means.</summary>
    public LockPlace LockOf(ParseResult arguments, Surroundings surroundings) =>
        LockOf(arguments.GetValue(_lock) ?? LockFiles.DefaultPath(arguments.GetRequiredValue(File)), surroundings);

    /// <summary>Opens what building an image again works with: its own image file, and no other one. Files of tests do not come with an image, so it is not held to them.</summary>
    public Session Open(ParseResult arguments, Surroundings surroundings, IProgress<BuildEvent> progress, AttachedLock attached, bool check) => new(
        Settings(arguments, surroundings, progress) with { SourceDateEpoch = attached.SourceDateEpoch, Slices = attached.Slices, Check = check },
        attached.ImageFile,
        [],
        LockOf(LockFiles.DefaultPath(attached.ImageFile.FileName), surroundings));

    /// <summary>Opens what a question about an image works with: the image file it was built from, for all architectures.</summary>
    public Session Open(ParseResult arguments, Surroundings surroundings, IProgress<BuildEvent> progress, KnownLock known) => new(
        known.SettingsFrom(Settings(arguments, surroundings, progress)), known.ImageFile, [], LockOf(LockFiles.DefaultPath(known.ImageFile.FileName), surroundings));

    /// <summary>The options that say what is built, and so mean nothing where an image says it.</summary>
    public IEnumerable<Option> Choices => [_architectures, _lock, _repositories, _buildRepositories, _keyring, _debug, _allowRollback];

    /// <summary>The lock at <paramref name="path"/>.</summary>
    public static LockPlace LockOf(string path, Surroundings surroundings) => new(Path.Combine(surroundings.WorkingDirectory, path), path);

    private BuildSettings Settings(ParseResult arguments, Surroundings surroundings, IProgress<BuildEvent> progress) => SettingsOf(surroundings, progress, arguments.GetValue(_offline)) with
    {
        AllowRollback = arguments.GetValue(_allowRollback),
        AllowUntrusted = arguments.GetValue(_allowUntrusted),
        AllowOutside = arguments.GetValue(_allowOutside),
        PackageDirectories = [.. (arguments.GetValue(_packagesFrom) ?? []).Select(directory => Path.Combine(surroundings.WorkingDirectory, directory))],
    };

    /// <summary>The settings of a build in these surroundings, without what a command line may add.</summary>
    public static BuildSettings SettingsOf(Surroundings surroundings, IProgress<BuildEvent> progress, bool offline) => new()
    {
        Store = StoreOf(surroundings, progress),
        Transfer = TransferOf(surroundings, offline),
        Time = surroundings.Time,
        MachineRoot = surroundings.MachineRoot,
        WorkingDirectory = surroundings.WorkingDirectory,
        DebianMirror = surroundings.Variable("BOTHY_DEBIAN_MIRROR"),
        Images = RegistryOptions.Access(surroundings, RegistryOptions.Open(surroundings, offline)),
        Parallelism = surroundings.Parallelism,
        Offline = offline,
        SourceDateEpoch = surroundings.SourceDateEpoch(),
        Progress = progress,
    };

    /// <summary>The way to documents and packages from these surroundings.</summary>
    public static TransferClient TransferOf(Surroundings surroundings, bool offline) => new(
        new TransferSettings
        {
            UserAgent = $"bothy/{Tool.Version}",
            Proxy = ProxySettings.FromEnvironment(surroundings.Environment),
            Credentials = surroundings.Credentials(),
            Offline = offline,
        },
        surroundings.Time);

    /// <summary>The store of these surroundings, which tells <paramref name="progress"/> of what is damaged in it.</summary>
    public static ContentStore StoreOf(Surroundings surroundings, IProgress<BuildEvent> progress) => new(ContentStore.DefaultDirectory(surroundings.Environment))
    {
        DamageFound = damaged => progress.Report(new BuildEvent.Warning($"{damaged.Message}; making it anew")),
    };

    private static IEnumerable<string> ArchitectureNames(string[]? lists) =>
        (lists ?? []).SelectMany(list => list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    private static ImageArchitecture Architecture(string name, bool preferDebian) =>
        ImageArchitecture.TryParse(name, preferDebian, out var architecture) ? architecture : throw new InvalidOperationException(name);

    private static void CheckArchitectures(OptionResult result)
    {
        foreach (string name in ArchitectureNames(result.GetValueOrDefault<string[]>()))
        {
            if (!ImageArchitecture.TryParse(name, preferDebian: true, out _))
            {
                string near = NearName.Find(name, ImageArchitecture.Names) is { } meant ? $" (did you mean '{meant}'?)" : "";
                result.AddError($"cannot build for '{name}': no such architecture{near}");
            }
        }
    }
}
