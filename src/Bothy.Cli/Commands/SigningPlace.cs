using System.CommandLine;
using Bothy.Oci.Registry;
using Bothy.Oci.Sources;
using Bothy.Oci.Targets;

namespace Bothy.Cli.Commands;

/// <summary>The argument IMAGE of the commands on signatures, which are kept in layouts and registries alone.</summary>
internal sealed class SigningPlace
{
    private readonly Argument<string> _image = new("IMAGE")
    {
        Description = "The image: oci:DIR[:TAG], the path of a layout, or a registry reference.",
    };

    private readonly RegistryOptions _registries;

    /// <summary>Declares the argument, and how registries are reached, on <paramref name="command"/>.</summary>
    public SigningPlace(Command command)
    {
        command.Add(_image);
        _registries = new RegistryOptions(command);
    }

    /// <summary>Opens the place for reading, and for writing as well where that is asked for.</summary>
    /// <exception cref="BothyException">It keeps no signatures, or cannot be opened.</exception>
    public async Task<OpenPlace> OpenAsync(ParseResult arguments, Surroundings surroundings, bool forWriting, CancellationToken cancellationToken)
    {
        string text = arguments.GetRequiredValue(_image);
        var location = ImageLocation.Parse(text, surroundings.WorkingDirectory);
        if (location is not (ImageLocation.Layout or ImageLocation.Registry) && (forWriting || location is ImageLocation.Podman or ImageLocation.DockerArchive))
        {
            throw new BothyException($"cannot {(forWriting ? "sign" : "verify")} {location}: signatures are kept in layouts and registries")
            {
                Hint = "Copy it there first, with 'bothy copy'.",
            };
        }

        var registries = _registries.Open(arguments, surroundings);
        ImageTarget? target = null;
        try
        {
            // The target first: it waits for others who write to a layout, and what they wrote is read then.
            var access = RegistryOptions.Access(surroundings, registries);
            target = forWriting ? ImageTarget.Open(location, registries, access.TemporaryDirectory, cancellationToken) : null;
            return new OpenPlace(registries, await location.OpenAsync(access, cancellationToken), target, NameOf(location));
        }
        catch
        {
            if (target is not null)
            {
                await target.DisposeAsync();
            }

            registries.Dispose();
            throw;
        }
    }

    private static string NameOf(ImageLocation location) => location switch
    {
        ImageLocation.Registry registry => registry.Reference.Name,
        ImageLocation.Layout { Name: { } name } => name,
        _ => "",
    };
}

/// <summary>An image's place, opened.</summary>
/// <param name="Registries">The way to registries.</param>
/// <param name="Source">The place to be read.</param>
/// <param name="WritableTarget">The same place to be written; null where only reading was asked for.</param>
/// <param name="Reference">What signatures call the image.</param>
internal sealed record OpenPlace(RegistryClient Registries, ImageSource Source, ImageTarget? WritableTarget, string Reference) : IAsyncDisposable
{
    /// <summary>The place to be written.</summary>
    public ImageTarget Target => WritableTarget ?? throw new InvalidOperationException("the place was opened for reading");

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        if (WritableTarget is not null)
        {
            await WritableTarget.DisposeAsync();
        }

        Registries.Dispose();
    }
}
