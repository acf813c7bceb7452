using System.Collections.Immutable;
using System.Text;
using Bothy.Engine.ImageFiles;

namespace Bothy.Engine.Locking;

/// <summary>
/// What of an image file decides the resolution, and nothing else: a lock stays good when the entrypoint changes.
/// Recorded in full, so that a stale lock can say what changed.
/// </summary>
public sealed record LockInputs
{
    /// <summary>The setting of a debug variant.</summary>
    internal const string Debug = "debug";

    /// <summary>The repository lines, build repositories last, in the file's order.</summary>
    public ImmutableArray<string> Repositories { get; init; } = [];

    /// <summary>The trusted keys.</summary>
    public ImmutableArray<string> Keyring { get; init; } = [];

    /// <summary>The requests, in the file's order.</summary>
    public ImmutableArray<string> Packages { get; init; } = [];

    /// <summary>The packages to leave out.</summary>
    public ImmutableArray<string> Omit { get; init; } = [];

    /// <summary>Single keys that bring packages or files of packages: <c>base</c>, <c>debug</c>, <c>entrypoint.type</c>, <c>init</c>, <c>slices</c>.</summary>
    public ImmutableSortedDictionary<string, string> Settings { get; init; } = ImageSpec.NoTexts;

    /// <summary>The digest of all of it; equal digests mean equal inputs.</summary>
    public Digest Digest => Digest.Of(Encoding.UTF8.GetBytes(Canonical()));

    /// <summary>What of <paramref name="spec"/> decides its resolution.</summary>
    public static LockInputs Of(ImageSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var contents = spec.Contents;
        var settings = ImageSpec.NoTexts.ToBuilder();
        foreach (var (key, value) in new[]
        {
            ("base", contents.Base?.Value),
            (Debug, spec.Debug ? "true" : null),
            ("entrypoint.type", spec.Entrypoint is { IsServiceBundle: true } ? "service-bundle" : null),
            ("init", spec.Init),
            ("slices", contents.Slices?.Value),
        })
        {
            if (value is not null)
            {
                settings[key] = value;
            }
        }

        return new LockInputs
        {
            Repositories = [.. contents.PackageRepositories.Select(static repository => repository.Text)],
            Keyring = Values(contents.Keyring),
            Packages = Values(contents.Packages),
            Omit = Values(contents.Omit),
            Settings = settings.ToImmutable(),
        };
    }

    private static ImmutableArray<string> Values(ImmutableArray<Marked<string>> texts) =>
        [.. texts.Select(static text => text.Value).Distinct(StringComparer.Ordinal)];

    // Lengths before texts: no two different inputs have the same form.
    private string Canonical()
    {
        var text = new StringBuilder("bothy lock inputs 1\n");
        foreach (var (name, values) in new[]
        {
            ("repositories", Repositories),
            ("keyring", Keyring),
            ("packages", Packages),
            ("omit", Omit),
            ("settings", [.. Settings.SelectMany(static setting => new[] { setting.Key, setting.Value })]),
        })
        {
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"{name} {values.Length}\n");
            foreach (string value in values)
            {
                text.Append(System.Globalization.CultureInfo.InvariantCulture, $"{value.Length} {value}\n");
            }
        }

        return text.ToString();
    }
}
