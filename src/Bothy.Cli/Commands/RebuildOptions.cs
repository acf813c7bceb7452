using System.CommandLine;
using System.CommandLine.Parsing;
using Bothy.Engine.Building;
using Bothy.Engine.Locking;
using Bothy.Engine.Rebuilding;
using Bothy.Oci.Registry;
using Bothy.Oci.Sources;

namespace Bothy.Cli.Commands;

/// <summary>The options <c>--from</c> and <c>--verify</c> of <c>build</c>: an image in place of an image file.</summary>
internal sealed class RebuildOptions
{
    private readonly Option<string> _from = new("--from")
    {
        Description = "Build this image again, from the lock that is attached to it, in place of an image file.",
        HelpName = "IMAGE",
    };

    private readonly Option<bool> _verify = new("--verify") { Description = "With --from: compare the two, and say where they first differ." };

    /// <summary>Declares the options on <paramref name="command"/>, where either the image file or an image must be given.</summary>
    public RebuildOptions(Command command, CommonOptions common, Option<bool> locked)
    {
        common.File.Arity = ArgumentArity.ZeroOrOne;
        command.Add(_from);
        command.Add(_verify);
        Option[] choices = [.. common.Choices, locked];
        command.Validators.Add(result =>
        {
            bool isRebuild = result.GetValue(_from) is not null;
            if (isRebuild == (result.GetResult(common.File) is { Tokens.Count: > 0 }))
            {
                result.AddError(isRebuild ? "cannot build both an image file and --from IMAGE" : "cannot tell what to build: want an image file, or --from IMAGE");
            }

            if (result.GetValue(_verify) && !isRebuild)
            {
                result.AddError("cannot verify a build that is not --from an image");
            }

            if (isRebuild && Array.Find(choices, choice => result.GetResult(choice) is OptionResult { Implicit: false }) is { } choice)
            {
                result.AddError($"cannot use {choice.Name} with --from: the image says what is built");
            }
        });
    }

    /// <summary>Whether an image is built again, in place of an image file.</summary>
    public bool IsAsked(ParseResult arguments) => arguments.GetValue(_from) is not null;

    /// <summary>Opens the image to be built again, and reads what is attached to it; null where an image file is built.</summary>
    /// <exception cref="BothyException">The image cannot be found, or nothing is attached to it.</exception>
    public async Task<RebuildSession?> OpenAsync(
        ParseResult arguments, Surroundings surroundings, RegistryClient registries, CancellationToken cancellationToken)
    {
        if (arguments.GetValue(_from) is not { } image)
        {
            return null;
        }

        var location = ImageLocation.Parse(image, surroundings.WorkingDirectory);
        var source = await location.OpenAsync(RegistryOptions.Access(surroundings, registries), cancellationToken);
        try
        {
            return new RebuildSession(source, await Rebuild.AttachedToAsync(source, cancellationToken), arguments.GetValue(_verify));
        }
        catch
        {
            await source.DisposeAsync();
            throw;
        }
    }
}

/// <summary>An image that is built again.</summary>
internal sealed class RebuildSession(ImageSource source, AttachedLock attached, bool verify) : IAsyncDisposable
{
    /// <summary>What is attached to it.</summary>
    public AttachedLock Attached => attached;

    /// <summary>The lock, for messages.</summary>
    public string Shown => $"the lock attached to {source.Name}";

    /// <summary>Compares what was built with the image, where that was asked for, and says what it came to.</summary>
    public async Task<int> VerifyAsync(BuildResult built, Terminal terminal, CancellationToken cancellationToken)
    {
        if (!verify)
        {
            if (Rebuild.OtherFiles(built, attached) is { } others)
            {
                terminal.Warning($"{others}: {source.Name} is not what was built");
            }

            return ExitCode.Success;
        }

        if (await Rebuild.CompareAsync(source, attached.IsDebug && built.Debug is { } debug ? debug : built, attached, cancellationToken) is not { } difference)
        {
            terminal.Line($"{source.Name} is what its lock leads to, byte for byte");
            return ExitCode.Success;
        }

        terminal.Failure(
            $"cannot reproduce {source.Name}: {difference.Place}: the image has {difference.Original}, its rebuild {difference.Rebuilt}",
            difference.Reason is { } reason ? $"{char.ToUpperInvariant(reason[0])}{reason[1..]}." : null);
        return ExitCode.Threshold;
    }

    public ValueTask DisposeAsync() => source.DisposeAsync();
}
