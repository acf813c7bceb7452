using System.Collections.Immutable;
using System.CommandLine;
using System.CommandLine.Parsing;
using Bothy.Cli.Rendering;
using Bothy.Engine.Building;
using Bothy.Oci;
using Bothy.Oci.Archives;
using Bothy.Oci.Layout;
using Bothy.Oci.Registry;

namespace Bothy.Cli.Commands;

/// <summary>The options <c>--output</c> and <c>--tag</c>, which together say where an image goes and under which names.</summary>
internal sealed class Destinations
{
    private const string DefaultName = "latest";
    private const string DebugSuffix = "-debug";

    private readonly Option<string[]> _tags = new("--tag", "-t")
    {
        Description = "A name for the image in layouts and archives, such as app:1; 'latest' unless given. With --push, where it is pushed to.",
        HelpName = "REF",
    };

    private readonly Option<string[]> _outputs = new("--output", "-o")
    {
        Description = "Where to write it: oci:DIR[:TAG], oci-archive:FILE[:TAG], docker-archive:FILE[:REF], rootfs:FILE or initramfs:FILE; may be given several times.",
        HelpName = "DEST",
    };

    private readonly Option<bool> _push = new("--push") { Description = "Push the image to the registry of every --tag, such as registry.example/app:1." };

    private readonly RegistryOptions _registries;
    private readonly string _workingDirectory;

    /// <summary>Declares the options on <paramref name="command"/>; relative paths start at <paramref name="workingDirectory"/>.</summary>
    public Destinations(Command command, string workingDirectory)
    {
        _workingDirectory = workingDirectory;
        _outputs.Validators.Add(CheckOutputs);
        _tags.Validators.Add(CheckTags);
        command.Add(_tags);
        command.Add(_outputs);
        command.Add(_push);
        command.Validators.Add(CheckPush);
        _registries = new RegistryOptions(command);
    }

    /// <summary>The way to the registries that the options name.</summary>
    public RegistryClient OpenRegistries(ParseResult arguments, Surroundings surroundings, bool offline) => _registries.Open(arguments, surroundings, offline);

    /// <summary>Whether the image is to be pushed.</summary>
    public bool IsPushed(ParseResult arguments) => arguments.GetValue(_push);

    /// <summary>Where an image goes, and its debug variant where one is built.</summary>
    /// <exception cref="BothyException">The variant of a name would be none.</exception>
    public BuildPlaces PlacesOf(ParseResult arguments, bool debug, RegistryClient registries, IProgress<BuildEvent> events)
    {
        var written = Of(arguments);
        var pushed = PushedTo(arguments, registries, events);
        return new BuildPlaces(
            [.. written, .. pushed],
            !debug ? [] : [.. written.Select(Variant), .. pushed.Select(Variant).OfType<Destination.Registry>().Select(variant => To(variant.Reference, registries, events))]);

        static Destination Variant(Destination destination) => destination.Variant(DebugSuffix);
    }

    /// <summary>What to push to; nothing without <c>--push</c>.</summary>
    public ImmutableArray<ImageReference> References(ParseResult arguments) =>
        arguments.GetValue(_push) ? [.. (arguments.GetValue(_tags) ?? []).Select(tag => ImageReference.Parse(tag))] : [];

    /// <summary>The repositories to push to; none without <c>--push</c>.</summary>
    public ImmutableArray<Destination> PushedTo(ParseResult arguments, RegistryClient registries, IProgress<BuildEvent> events) =>
        [.. References(arguments).Select(reference => To(reference, registries, events))];

    /// <summary>Every destination with its name: a layout gets each of the tags, an archive the first.</summary>
    public ImmutableArray<Destination> Of(ParseResult arguments)
    {
        string[] tags = arguments.GetValue(_tags) is { Length: > 0 } given ? given : [DefaultName];
        return [.. (arguments.GetValue(_outputs) ?? []).SelectMany(output => Named(Parse(output, out _)!.In(_workingDirectory), tags))];
    }

    private static Destination.Registry To(ImageReference reference, RegistryClient registries, IProgress<BuildEvent> events)
    {
        var progress = new CopyEvents($"push {reference}", events);
        return new Destination.Registry(reference, registries) { Progress = progress, Pushed = progress.Finish };
    }

    private static IEnumerable<Destination> Named(Destination destination, string[] tags) => destination switch
    {
        Destination.Layout { Name: null } layout => tags.Select(tag => layout with { Name = Name(tag) }),
        Destination.OciArchive { Name: null } archive => [archive with { Name = Name(tags[0]) }],
        Destination.DockerArchive { Name: null } archive when DockerName.TryParse(tags[0], out var name) && tags[0] != DefaultName => [archive with { Name = name }],
        _ => [destination],
    };

    private static ReferenceName? Name(string tag) => ReferenceName.TryParse(tag, out var name) ? name : null;

    private static Destination? Parse(string text, out string? reason) => Destination.TryParse(text, out var destination, out reason) ? destination : null;

    private static void CheckOutputs(OptionResult result)
    {
        foreach (string output in result.GetValueOrDefault<string[]>() ?? [])
        {
            if (Parse(output, out string? reason) is null)
            {
                result.AddError($"cannot write to '{output}': {reason}");
            }
        }
    }

    private static void CheckTags(OptionResult result)
    {
        foreach (string tag in result.GetValueOrDefault<string[]>() ?? [])
        {
            if (!ReferenceName.TryParse(tag, out _))
            {
                result.AddError($"cannot name an image '{tag}': want letters and digits joined by one of -._:@+ or a slash");
            }
        }
    }

    private void CheckPush(CommandResult result)
    {
        if (!result.GetValue(_push))
        {
            return;
        }

        string[] tags = result.GetValue(_tags) ?? [];
        if (tags.Length == 0)
        {
            result.AddError("cannot push without a name: say where to with --tag, such as --tag registry.example/app:1");
        }

        foreach (string tag in tags)
        {
            if (!ImageReference.TryParse(tag, out var reference, out string? reason) || reference.Digest is not null)
            {
                result.AddError($"cannot push to '{tag}': {reason ?? "what is pushed decides the digest, not its name"}");
            }
        }
    }
}
