using System.CommandLine;
using Bothy.Oci;
using Bothy.Oci.Sources;

namespace Bothy.Cli.Commands;

/// <summary>The argument IMAGE and the option <c>--platform</c>, which read the same in every command on images.</summary>
internal sealed class ImageArgument
{
    private readonly Argument<string> _image;

    private readonly Option<Platform?> _platform = PlatformOption();

    /// <summary>Declares the argument called <paramref name="name"/> and the option on <paramref name="command"/>; <paramref name="more"/> says what else it may be.</summary>
    public ImageArgument(Command command, string name = "IMAGE", string more = "")
    {
        _image = new Argument<string>(name)
        {
            Description = $"The image: oci:DIR[:TAG], oci-archive:FILE[:TAG], docker-archive:FILE[:NAME], podman:NAME, a path, or a registry reference{more}.",
        };
        command.Add(_image);
        command.Add(_platform);
        Registries = new RegistryOptions(command);
    }

    /// <summary>The option <c>--platform</c>.</summary>
    public static Option<Platform?> PlatformOption() => new("--platform")
    {
        Description = "Which image of an index, such as linux/arm64; this machine's unless given.",
        HelpName = "OS/ARCH",
        CustomParser = result =>
        {
            if (Platform.TryParse(result.Tokens[^1].Value, null, out var platform))
            {
                return platform;
            }

            result.AddError($"cannot choose '{result.Tokens[^1].Value}': want a platform such as linux/amd64 or linux/arm/v7");
            return null;
        },
    };

    /// <summary>How registries are reached.</summary>
    public RegistryOptions Registries { get; }

    /// <summary>The platform that was asked for; null for this machine's.</summary>
    public Platform? PlatformOf(ParseResult arguments) => arguments.GetValue(_platform);

    /// <summary>The argument as it was given.</summary>
    public string TextOf(ParseResult arguments) => arguments.GetRequiredValue(_image);

    /// <summary>Where the image is.</summary>
    /// <exception cref="BothyException">The text names no image.</exception>
    public ImageLocation LocationOf(ParseResult arguments, Surroundings surroundings) =>
        ImageLocation.Parse(arguments.GetRequiredValue(_image), surroundings.WorkingDirectory);

    /// <summary>Opens the image and reads it.</summary>
    /// <exception cref="BothyException">It cannot be found or read.</exception>
    public Task<ImageSession> OpenAsync(ParseResult arguments, Surroundings surroundings, Terminal terminal, CancellationToken cancellationToken) =>
        OpenAsync(arguments, PlatformOf(arguments), surroundings, terminal, cancellationToken);

    /// <summary>Opens the image of <paramref name="platform"/>, whatever was asked for, and reads it.</summary>
    /// <exception cref="BothyException">It cannot be found or read.</exception>
    public Task<ImageSession> OpenAsync(ParseResult arguments, Platform? platform, Surroundings surroundings, Terminal terminal, CancellationToken cancellationToken) =>
        ImageSession.OpenAsync(LocationOf(arguments, surroundings), platform, Registries.Open(arguments, surroundings), surroundings, terminal, cancellationToken);
}
