using System.Collections.Immutable;
using System.CommandLine;
using System.CommandLine.Parsing;
using Bothy.Oci;
using Bothy.Oci.Archives;
using Bothy.Oci.Layout;

namespace Bothy.Cli.Commands;

/// <summary>The options <c>--output</c> and <c>--tag</c>, which together say where an image goes and under which names.</summary>
internal sealed class Destinations
{
    private const string DefaultName = "latest";

    private readonly Option<string[]> _tags = new("--tag", "-t")
    {
        Description = "A name for the image in layouts and archives, such as app:1; 'latest' unless given.",
        HelpName = "REF",
    };

    private readonly Option<string[]> _outputs = new("--output", "-o")
    {
        Description = "Where to write it: oci:DIR[:TAG], oci-archive:FILE[:TAG], docker-archive:FILE[:REF] or rootfs:FILE; may be given several times.",
        HelpName = "DEST",
    };

    private readonly string _workingDirectory;

    /// <summary>Declares the options on <paramref name="command"/>; relative paths start at <paramref name="workingDirectory"/>.</summary>
    public Destinations(Command command, string workingDirectory)
    {
        _workingDirectory = workingDirectory;
        _outputs.Validators.Add(CheckOutputs);
        _tags.Validators.Add(CheckTags);
        command.Add(_tags);
        command.Add(_outputs);
    }

    /// <summary>Every destination with its name: a layout gets each of the tags, an archive the first.</summary>
    public ImmutableArray<Destination> Of(ParseResult arguments)
    {
        string[] tags = arguments.GetValue(_tags) is { Length: > 0 } given ? given : [DefaultName];
        return [.. (arguments.GetValue(_outputs) ?? []).SelectMany(output => Named(Parse(output, out _)!.In(_workingDirectory), tags))];
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
}
