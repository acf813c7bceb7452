using System.CommandLine;
using Bothy.Cli.Rendering;
using Bothy.Oci;

namespace Bothy.Cli.Commands;

/// <summary><c>bothy sign</c>.</summary>
internal static class SignCommand
{
    public static Command Create(Surroundings surroundings, Terminal terminal)
    {
        var command = new Command("sign", "Sign an image with a key, as cosign does, and print its digest.")
        {
            SignKeygenCommand.Create(surroundings, terminal),
        };
        var place = new SigningPlace(command);
        var options = new SigningOptions(command);
        var annotations = SigningOptions.AnnotationOption("Something to sign along with the image; may be given several times.");
        var recursive = new Option<bool>("--recursive", "-r") { Description = "Of an index sign each image too." };
        var format = Formats.Option();
        foreach (var option in new Option[] { annotations, recursive, format })
        {
            command.Add(option);
        }

        command.SetAction(async (arguments, cancellationToken) =>
        {
            using var key = options.Key(arguments, surroundings, terminal);
            await using var opened = await place.OpenAsync(arguments, surroundings, forWriting: true, cancellationToken);
            var signer = options.Signer(arguments, surroundings, opened, key);
            var signed = new List<(Descriptor Image, int Added)>();
            foreach (var image in await SigningOptions.ImagesAsync(opened.Source, arguments.GetValue(recursive), cancellationToken))
            {
                // Only what is really there under that digest is signed.
                _ = await opened.Source.ReadDocumentAsync(image, cancellationToken);
                signed.Add((image, await signer.SignAsync(image, SigningOptions.Annotations(arguments.GetValue(annotations)), cancellationToken)));
            }

            await opened.Target.FinishAsync(cancellationToken);
            Report(signed, terminal);
            terminal.Result(arguments.GetValue(format) == OutputFormat.Json ? Json(signed) : string.Join('\n', signed.Select(each => each.Image.Digest)));
            return ExitCode.Success;
        });
        return command;
    }

    private static void Report(List<(Descriptor Image, int Added)> signed, Terminal terminal)
    {
        foreach (var (image, _) in signed.Where(each => each.Added == 0))
        {
            terminal.Line($"{image.Digest} was signed so already");
        }

        if (signed.Exists(each => each.Added > 0))
        {
            terminal.Line("no public log was told of the signature: verify it with the key, and with cosign by --insecure-ignore-tlog");
        }
    }

    private static string Json(List<(Descriptor Image, int Added)> signed) => JsonText.Of(writer =>
    {
        writer.WriteStartObject();
        writer.WriteStartArray("images");
        foreach (var (image, added) in signed)
        {
            writer.WriteStartObject();
            writer.WriteString("digest", image.Digest.ToString());
            writer.WriteNumber("added", added);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteBoolean("log", false);
        writer.WriteEndObject();
    });
}
