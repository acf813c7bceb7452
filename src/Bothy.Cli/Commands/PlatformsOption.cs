using System.Collections.Immutable;
using System.CommandLine;
using Bothy.Oci;
using Bothy.Oci.Reading;

namespace Bothy.Cli.Commands;

/// <summary>The option <c>--platforms</c>: several images of an index, one after the other.</summary>
internal sealed class PlatformsOption
{
    private const string All = "all";

    private readonly ImageArgument _image;
    private readonly Option<string> _platforms;

    /// <summary>Declares the option on <paramref name="command"/>, which says of mistakes that it cannot <paramref name="verb"/>.</summary>
    public PlatformsOption(Command command, ImageArgument image, string verb, string description)
    {
        _image = image;
        _platforms = new Option<string>("--platforms") { Description = $"{description}: linux/amd64,linux/arm64, or all.", HelpName = "LIST" };
        _platforms.Validators.Add(result =>
        {
            string given = result.Tokens[^1].Value;
            foreach (string text in given == All ? [] : Split(given).Where(static text => !Platform.TryParse(text, null, out _)))
            {
                result.AddError($"cannot {verb} '{text}': want platforms such as linux/amd64,linux/arm64, or all");
            }
        });
        command.Add(_platforms);
    }

    /// <summary>Whether it was given.</summary>
    public bool IsGiven(System.CommandLine.Parsing.CommandResult result) => result.GetResult(_platforms) is not null;

    /// <summary>The platforms that were asked for, of which an image decides what all are; null where the option was not given.</summary>
    /// <exception cref="BothyException">All were asked for, and the image cannot be found.</exception>
    public async Task<ImmutableArray<Platform>?> OfAsync(ParseResult arguments, Surroundings surroundings, CancellationToken cancellationToken)
    {
        if (arguments.GetValue(_platforms) is not { } list)
        {
            return null;
        }

        if (list != All)
        {
            return [.. Split(list).Select(static text => Platform.Parse(text))];
        }

        using var registries = _image.Registries.Open(arguments, surroundings);
        await using var source = await _image.LocationOf(arguments, surroundings).OpenAsync(RegistryOptions.Access(surroundings, registries), cancellationToken);
        return await ImageReader.PlatformsAsync(source, cancellationToken);
    }

    private static string[] Split(string list) => list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
