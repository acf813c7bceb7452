using Bothy.Formats.OpenPgp;
using Bothy.Packages.Debian;

namespace Bothy.Packages.Repositories;

/// <summary>The files of a release as they were served, not yet trusted: <c>InRelease</c>, or <c>Release</c> with <c>Release.gpg</c>.</summary>
internal sealed record SignedRelease(ReadOnlyMemory<byte> Release, ReadOnlyMemory<byte>? Signature)
{
    private string Name => Signature is null ? "InRelease" : "Release";

    /// <summary>Verifies the signatures and reads the release.</summary>
    /// <exception cref="BothyException">No key of the repository's signed it, or it was changed, or is another suite's.</exception>
    public TrustedRelease Trust(DebianRepository repository, DateTimeOffset now)
    {
        string source = $"{Name} of {repository}";
        var (text, verdict) = Verify(repository.Keys.Keyring, source, now);
        if (!verdict.IsTrusted)
        {
            string problems = string.Join("; ", verdict.Problems.Select(problem => problem.Message));
            throw new BothyException($"cannot trust {repository}: {Name}: {problems}")
            {
                Hint = Hint(verdict, repository.Keys),
            };
        }

        var release = DebianRelease.Parse(text.Span, source);
        release.CheckIsFor(repository.Suite, repository.ToString());
        return new TrustedRelease(this, release, [.. verdict.Good.Select(good => good.Fingerprint).Distinct(StringComparer.Ordinal)])
        {
            Until = verdict.Good.Min(good => good.Until),
        };
    }

    private (ReadOnlyMemory<byte> Text, OpenPgpVerdict Verdict) Verify(OpenPgpKeyring keyring, string source, DateTimeOffset now)
    {
        if (Signature is { } detached)
        {
            var signatures = OpenPgpSignatures.ParseDetached(detached, source + " (Release.gpg)");
            return (Release, OpenPgpVerifier.Verify(Release, signatures, keyring, now));
        }

        var message = ClearSignedMessage.Parse(Release, source);
        return (message.Text, OpenPgpVerifier.Verify(message, keyring, now));
    }

    private static string? Hint(OpenPgpVerdict verdict, TrustedKeys keys)
    {
        if (verdict.Problems.Any(problem => problem.Kind == SignatureProblemKind.Bad))
        {
            return "The file was changed after it was signed, on the mirror or on the way; use another mirror.";
        }

        return verdict.Problems.Any(problem => problem.Kind == SignatureProblemKind.UnknownKey)
            ? $"The keys looked at are those of {keys.Shown}. Name the file that has the right one: deb [signed-by=FILE] …"
            : null;
    }
}

/// <summary>A release whose signature is good.</summary>
/// <param name="Signed">The files it was read from.</param>
/// <param name="Release">What it says.</param>
/// <param name="KeyFingerprints">The primary keys that signed it.</param>
internal sealed record TrustedRelease(SignedRelease Signed, DebianRelease Release, System.Collections.Immutable.ImmutableArray<string> KeyFingerprints)
{
    /// <summary>When the signatures have to be judged anew; null for never.</summary>
    public DateTimeOffset? Until { get; init; }
}
