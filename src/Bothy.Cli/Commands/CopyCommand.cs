using System.CommandLine;
using System.Globalization;
using Bothy.Cli.Rendering;
using Bothy.Engine.Building;
using Bothy.Oci;
using Bothy.Oci.Copying;
using Bothy.Oci.Registry;
using Bothy.Oci.Sources;
using Bothy.Oci.Targets;

namespace Bothy.Cli.Commands;

/// <summary><c>bothy copy</c>.</summary>
internal static class CopyCommand
{
    private const string Places = "oci:DIR[:TAG], oci-archive:FILE[:TAG], docker-archive:FILE[:NAME], podman:NAME or a registry reference";

    public static Command Create(Surroundings surroundings, Terminal terminal)
    {
        var command = new Command("copy", "Copy an image between layouts, archives, podman and registries as it is, and print its digest. An index goes whole.");
        var from = new Argument<string>("SRC") { Description = $"The image: {Places}, or a path." };
        var to = new Argument<string>("DST") { Description = $"Where to: {Places}." };
        var platform = ImageArgument.PlatformOption();
        platform.Description = "Only this image of an index, such as linux/arm64; all of them unless given, where the destination can hold them.";
        var referrers = new Option<bool>("--referrers") { Description = "Take along what is attached to the image: signatures, lists of packages and the like." };
        var quiet = new Option<bool>("--quiet", "-q") { Description = "Only warnings and errors on standard error." };
        var format = Formats.Option();
        command.Add(from);
        command.Add(to);
        foreach (var option in new Option[] { platform, referrers, quiet, format })
        {
            command.Add(option);
        }

        var registries = new RegistryOptions(command);
        command.SetAction(async (arguments, cancellationToken) =>
        {
            var display = new ProgressDisplay(terminal, arguments.GetValue(quiet) ? Verbosity.Quiet : Verbosity.Normal);
            using var client = registries.Open(arguments, surroundings);
            var source = ImageLocation.Parse(arguments.GetRequiredValue(from), surroundings.WorkingDirectory);
            var target = Destination(arguments.GetRequiredValue(to), surroundings);
            var options = new CopyOptions { Platform = arguments.GetValue(platform), Referrers = arguments.GetValue(referrers), Parallelism = client.Parallelism };
            var result = await display.RunAsync(() => CopyAsync(source, target, options, RegistryOptions.Access(surroundings, client), client, display, cancellationToken));
            terminal.Result(arguments.GetValue(format) == OutputFormat.Json ? Json(result) : result.Root.Digest.ToString());
            return ExitCode.Success;
        });
        return command;
    }

    private static ImageLocation Destination(string text, Surroundings surroundings) =>
        ImageLocation.TryParse(text, surroundings.WorkingDirectory, out var location, out string? reason)
            ? location
            : throw new BothyException($"cannot copy to '{text}': {reason}") { Hint = $"A destination is {Places}." };

    private static async Task<CopyResult> CopyAsync(
        ImageLocation from, ImageLocation to, CopyOptions options, ImageAccess access, RegistryClient client, ProgressDisplay events, CancellationToken cancellationToken)
    {
        const string phase = "copy";
        events.Report(new BuildEvent.Started(phase));
        var progress = new CopyEvents(phase, events);
        await using var source = await from.OpenAsync(access, cancellationToken);
        await source.ResolveAsync(cancellationToken);
        await using var target = ImageTarget.Open(to, client, access.TemporaryDirectory, cancellationToken);
        if (target is RegistryTarget repository && source is RegistrySource origin)
        {
            repository.MountFrom = origin.Image;
        }

        var result = await new ImageCopy(source, target, options with { Progress = progress }).RunAsync(cancellationToken);
        progress.Finish(result);
        Explain(result, from, to, events);
        return result;
    }

    // What one could not see from the digest alone.
    private static void Explain(CopyResult result, ImageLocation from, ImageLocation to, ProgressDisplay events)
    {
        if (result.Chosen is { } platform)
        {
            events.Report(new BuildEvent.Warning($"{from} has images for several platforms, and {to} holds one: it is that for {platform}"));
        }
        else if (MediaTypes.IsIndex(result.Root.MediaType))
        {
            events.Report(new BuildEvent.Finished("index", string.Create(CultureInfo.InvariantCulture, $"whole, with {result.Images.Length} images")));
        }

        if (to is ImageLocation.DockerArchive)
        {
            events.Report(new BuildEvent.Warning($"{to} keeps no manifest: who loads it gets the same files under another digest"));
        }
    }

    private static string Json(CopyResult result) => JsonText.Of(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("digest", result.Root.Digest.ToString());
        writer.WriteString("mediaType", result.Root.MediaType);
        writer.WriteStartArray("images");
        foreach (var image in result.Images)
        {
            writer.WriteStartObject();
            writer.WriteString("digest", image.Digest.ToString());
            if (image.Platform is { } platform)
            {
                writer.WriteString("platform", platform.ToString());
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteNumber("blobsSent", result.Sent);
        writer.WriteNumber("bytesSent", result.SentBytes);
        writer.WriteNumber("blobsPresent", result.Present);
        writer.WriteNumber("referrers", result.Referrers);
        writer.WriteEndObject();
    });
}
