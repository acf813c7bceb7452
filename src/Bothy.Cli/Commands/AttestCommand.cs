using System.CommandLine;
using System.CommandLine.Parsing;
using Bothy.Cli.Rendering;
using Bothy.Engine;
using Bothy.Engine.Attesting;
using Bothy.Engine.Locking;
using Bothy.Formats.Text;
using Bothy.Inspection.Catalog;
using Bothy.Oci;
using Bothy.Oci.Reading;
using Bothy.Oci.Signing.Attestations;
using Bothy.Store;

namespace Bothy.Cli.Commands;

/// <summary><c>bothy attest</c>.</summary>
internal static class AttestCommand
{
    private const int MaxPredicate = 32 << 20;
    private const string Vulnerabilities = "vuln";

    public static Command Create(Surroundings surroundings, Terminal terminal)
    {
        var command = new Command("attest", "Sign a statement about an image, such as its packages or how it was built, and print the image's digest.");
        var place = new SigningPlace(command);
        var options = new SigningOptions(command);
        var type = TypeOption("What the statement says");
        var predicate = new Option<string>("--predicate") { Description = "The file with what it says, in JSON.", HelpName = "FILE" };
        var provenance = new Option<bool>("--provenance") { Description = "Say how the image was built (SLSA provenance v1), from the lock that is attached to it." };
        var advisories = new AdvisoryOption(command);
        foreach (var option in new Option[] { type, predicate, provenance })
        {
            command.Add(option);
        }

        command.Validators.Add(result =>
        {
            bool isProvenance = result.GetValue(provenance);
            bool isScan = result.GetValue(type) == Vulnerabilities && result.GetValue(predicate) is null;
            if (isProvenance ? result.GetValue(type) is not null || result.GetValue(predicate) is not null : !isScan && (result.GetValue(type) is null || result.GetValue(predicate) is null))
            {
                result.AddError("cannot tell what to attest: want --type and --predicate, or --provenance; --type vuln alone has the image scanned");
            }
        });
        command.SetAction(async (arguments, cancellationToken) =>
        {
            using var key = options.Key(arguments, surroundings, terminal);
            await using var opened = await place.OpenAsync(arguments, surroundings, forWriting: true, cancellationToken);
            var image = await opened.Source.ResolveAsync(cancellationToken);
            _ = await opened.Source.ReadDocumentAsync(image, cancellationToken);
            var (uri, statement) = arguments.GetValue(provenance)
                ? (PredicateTypes.Provenance, await ProvenanceAsync(opened, image, cancellationToken))
                : (PredicateTypes.Find(arguments.GetRequiredValue(type))!, arguments.GetValue(predicate) is { } file
                    ? ReadPredicate(file, surroundings)
                    : await ScanAsync(opened, advisories, arguments, surroundings, terminal, cancellationToken));
            int added = await options.Signer(arguments, surroundings, opened, key).AttestAsync(image, uri, statement, cancellationToken);
            await opened.Target.FinishAsync(cancellationToken);
            terminal.Line(added == 0 ? $"{image.Digest} was attested so already" : $"attested {uri}; no public log was told of it");
            terminal.Result(image.Digest.ToString());
            return ExitCode.Success;
        });
        return command;
    }

    /// <summary>The option <c>--type</c>, a short name or a URI.</summary>
    public static Option<string> TypeOption(string description)
    {
        var option = new Option<string>("--type") { Description = $"{description}: spdx, cyclonedx, slsaprovenance, test, vuln, openvex, or a URI.", HelpName = "TYPE" };
        option.Validators.Add(Check);
        return option;
    }

    private static void Check(OptionResult result)
    {
        string type = result.GetValueOrDefault<string>() ?? "";
        if (PredicateTypes.Find(type) is null)
        {
            string near = NearName.Find(type, PredicateTypes.Names) is { } meant ? $" (did you mean '{meant}'?)" : "";
            result.AddError($"cannot tell what type '{type}' is{near}: want {string.Join(", ", PredicateTypes.Names)} or a URI");
        }
    }

    private static async Task<byte[]> ProvenanceAsync(OpenPlace place, Descriptor image, CancellationToken cancellationToken) =>
        await AttachedLock.FindAsync(place.Source, image, cancellationToken) is { } attached
            ? SlsaProvenance.Of(attached)
            : throw new BothyException($"cannot attest how {place.Source.Name} was built: no lock is attached to it")
            {
                Hint = "'bothy build --push' attaches it, and 'bothy build --attach' in layouts.",
            };

    // Of an index the image of this machine's platform, as with every question about images.
    private static async Task<byte[]> ScanAsync(
        OpenPlace place, AdvisoryOption advisories, ParseResult arguments, Surroundings surroundings, Terminal terminal, CancellationToken cancellationToken)
    {
        var store = new ContentStore(ContentStore.DefaultDirectory(surroundings.Environment));
        using var lease = store.BeginLease();
        using var opened = advisories.Open(arguments, store);
        using var image = await new ImageReader(store, surroundings.Parallelism).OpenAsync(place.Source, platform: null, cancellationToken);
        var outcome = KnownFindings.Of(opened, ImageContents.Of(image), place.Source.Name, surroundings, cancellationToken)!;
        terminal.Line(ScanWords.Summary(outcome));
        return VulnerabilityStatement.Of(outcome, surroundings.Time.GetUtcNow(), Tool.Version);
    }

    private static byte[] ReadPredicate(string path, Surroundings surroundings) => PackageFiles.Read(path, surroundings, file => file.Length <= MaxPredicate
        ? File.ReadAllBytes(file.FullName)
        : throw new BothyException($"cannot attest {path}: it has more than {MaxPredicate >> 20} MiB"));
}
