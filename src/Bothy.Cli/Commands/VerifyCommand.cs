using System.Collections.Immutable;
using System.CommandLine;
using Bothy.Cli.Rendering;
using Bothy.Oci.Signing;
using Bothy.Oci.Signing.Attestations;

namespace Bothy.Cli.Commands;

/// <summary><c>bothy verify</c>.</summary>
internal static class VerifyCommand
{
    public static Command Create(Surroundings surroundings, Terminal terminal)
    {
        var command = new Command("verify", "Verify that a key signed an image, or a statement about it, and print its digest.");
        var place = new SigningPlace(command);
        var key = new Option<string>("--key", "-k") { Description = "The public key.", HelpName = "KEY", Required = true };
        var annotations = SigningOptions.AnnotationOption("Something that must have been signed along with the image; may be given several times.");
        var type = AttestCommand.TypeOption("Verify a statement of this type and not a plain signature");
        var recursive = new Option<bool>("--recursive", "-r") { Description = "Of an index verify each image too." };
        var format = Formats.Option();
        foreach (var option in new Option[] { key, annotations, type, recursive, format })
        {
            command.Add(option);
        }

        command.SetAction(async (arguments, cancellationToken) =>
        {
            string keyName = arguments.GetRequiredValue(key);
            var publicKey = VerificationKey.Read(keyName, KeyFiles.Read(keyName, surroundings));
            string? predicateType = arguments.GetValue(type) is { } given ? PredicateTypes.Find(given) : null;
            await using var opened = await place.OpenAsync(arguments, surroundings, forWriting: false, cancellationToken);
            var images = await SigningOptions.ImagesAsync(opened.Source, arguments.GetValue(recursive), cancellationToken);
            var verifier = new SignatureVerifier(publicKey, SigningOptions.Annotations(arguments.GetValue(annotations)));
            var verified = new List<VerifiedImage>();
            foreach (var image in images)
            {
                var manifest = await opened.Source.ReadDocumentAsync(image, cancellationToken);
                var found = await new ImageSignatures(opened.Source).FindAsync(image, cancellationToken);
                verified.Add(new VerifiedImage(
                    image.Digest,
                    [.. found.Select(one => verifier.Verify(one, image, manifest, predicateType)).OfType<SignatureVerdict>()]));
            }

            if (verified.FirstOrDefault(image => image.Good.IsEmpty) is { } refused)
            {
                SignatureReport.Refuse(refused, opened.Source.Name, predicateType, terminal);
                return ExitCode.Threshold;
            }

            SignatureReport.Summarise(verified, keyName, terminal);
            terminal.Result(arguments.GetValue(format) == OutputFormat.Json
                ? SignatureReport.Json(verified)
                : string.Join('\n', verified.Select(image => image.Digest)));
            return ExitCode.Success;
        });
        return command;
    }
}

/// <summary>An image with what its signatures came to.</summary>
/// <param name="Digest">The image.</param>
/// <param name="Verdicts">One for each signature of the kind that was asked for.</param>
internal sealed record VerifiedImage(Digest Digest, ImmutableArray<SignatureVerdict> Verdicts)
{
    /// <summary>The good ones.</summary>
    public ImmutableArray<SignatureVerdict.Good> Good => [.. Verdicts.OfType<SignatureVerdict.Good>()];
}
