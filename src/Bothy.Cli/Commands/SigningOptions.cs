using System.Collections.Immutable;
using System.CommandLine;
using Bothy.Oci;
using Bothy.Oci.Signing;
using Bothy.Oci.Sources;

namespace Bothy.Cli.Commands;

/// <summary>The options of <c>sign</c> and <c>attest</c> about the key, the shape and the name, which read the same in both.</summary>
internal sealed class SigningOptions
{
    private readonly Option<string> _key = new("--key", "-k") { Description = "The private key that signs: 'bothy sign keygen' makes one, and cosign's are read.", HelpName = "KEY", Required = true };

    private readonly Option<SignatureShape> _shape = new("--shape")
    {
        Description = "As cosign 3 keeps signatures (bundle), as every cosign reads them (tag), or both (unless given).",
        HelpName = "bundle|tag|both",
        DefaultValueFactory = _ => SignatureShape.Both,
        CustomParser = result =>
        {
            switch (result.Tokens[^1].Value)
            {
                case "bundle":
                    return SignatureShape.Bundle;
                case "tag":
                    return SignatureShape.Tag;
                case "both":
                    return SignatureShape.Both;
                case var other:
                    result.AddError($"cannot sign as '{other}': want bundle, tag or both");
                    return default;
            }
        },
    };

    private readonly Option<string> _reference = new("--reference") { Description = "What the signature calls the image; its repository unless given.", HelpName = "REPOSITORY" };
    private readonly KeyPassword _password;

    /// <summary>Declares the options on <paramref name="command"/>.</summary>
    public SigningOptions(Command command)
    {
        command.Add(_key);
        _password = new KeyPassword(command);
        command.Add(_shape);
        command.Add(_reference);
    }

    /// <summary>The option <c>--annotation</c>.</summary>
    public static Option<string[]> AnnotationOption(string description)
    {
        var option = new Option<string[]>("--annotation", "-a") { Description = description, HelpName = "KEY=VALUE" };
        option.Validators.Add(result =>
        {
            foreach (string pair in (result.GetValueOrDefault<string[]>() ?? []).Where(pair => pair.IndexOf('=', StringComparison.Ordinal) < 1))
            {
                result.AddError($"cannot read the annotation '{pair}': want KEY=VALUE");
            }
        });
        return option;
    }

    /// <summary>The annotations; of two with one key the last one counts.</summary>
    public static ImmutableSortedDictionary<string, string> Annotations(string[]? pairs)
    {
        var annotations = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (string[] pair in (pairs ?? []).Select(pair => pair.Split('=', 2)))
        {
            annotations[pair[0]] = pair[1];
        }

        return annotations.ToImmutable();
    }

    /// <summary>Reads the private key. It is the caller's.</summary>
    /// <exception cref="BothyException">It cannot be read, or the password is not its own.</exception>
    public SigningKey Key(ParseResult arguments, Surroundings surroundings, Terminal terminal)
    {
        string path = arguments.GetRequiredValue(_key);
        string text = KeyFiles.Read(path, surroundings);
        byte[] password = SigningKey.NeedsPassword(path, text) ? _password.Of(arguments, surroundings, terminal, path) : [];
        return SigningKey.Read(path, text, password);
    }

    /// <summary>Who signs in an opened place.</summary>
    public ImageSigner Signer(ParseResult arguments, Surroundings surroundings, OpenPlace place, SigningKey key) => new(place.Source, place.Target, key)
    {
        Shape = arguments.GetValue(_shape),
        Reference = arguments.GetValue(_reference) ?? place.Reference,
        Time = surroundings.SourceDateEpoch() is { } epoch ? DateTimeOffset.FromUnixTimeSeconds(epoch) : surroundings.Time.GetUtcNow(),
    };

    /// <summary>The root of an image and, where that is asked for, the images of an index.</summary>
    /// <exception cref="BothyException">The index cannot be read.</exception>
    public static async Task<ImmutableArray<Descriptor>> ImagesAsync(ImageSource source, bool recursive, CancellationToken cancellationToken)
    {
        var root = await source.ResolveAsync(cancellationToken);
        if (!recursive || !MediaTypes.IsIndex(root.MediaType))
        {
            return [root];
        }

        var index = ImageIndex.Parse(await source.ReadDocumentAsync(root, cancellationToken), source.Name);
        return [root, .. index.Manifests];
    }
}
