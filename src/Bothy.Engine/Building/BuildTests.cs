using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Bothy.Engine.StructureTests;
using Bothy.Formats.Trees;
using Bothy.Inspection.Catalog;
using Bothy.Inspection.Checks;
using Bothy.Inspection.StructureTests;
using Bothy.Oci;
using Bothy.Store;

namespace Bothy.Engine.Building;

/// <summary>
/// Holds an image to the tests of its image file before it is delivered, but for those that run commands: nothing of an image is run by a build.
/// What they came to is kept by image and tests, so that an image which is found again is tested again where its tests are others.
/// </summary>
internal sealed class BuildTests(ContentStore store)
{
    /// <summary>The kind of finding that a failed test is.</summary>
    public const string FailedTest = "failed-test";

    private const string Kind = "tests-1";

    /// <summary>What <paramref name="tests"/> came to of the image with the key <paramref name="image"/>; null where that is not known.</summary>
    public ImmutableArray<Finding>? TryFind(Digest image, ImageTests tests)
    {
        if (store.TryReadResult(Kind, KeyOf(image, tests)) is not { } record)
        {
            return null;
        }

        using var document = JsonDocument.Parse(record);
        return RecordedFindings.Read(document.RootElement);
    }

    /// <summary>Runs <paramref name="tests"/> on the image with the key <paramref name="key"/>, and keeps what they come to.</summary>
    /// <returns>An error for each thing that does not hold, and notes.</returns>
    public async Task<ImmutableArray<Finding>> RunAsync(Digest key, ImageTests tests, FileTree tree, OciImage image, CancellationToken cancellationToken)
    {
        var contents = ImageContents.Of(tree, image.Config.Container, image.Config.Platform);
        var tester = new StructureTester(contents, new NoContainer()) { CompressedSize = image.Manifest.Layers.Sum(static layer => layer.Size) };
        var findings = ImmutableArray.CreateBuilder<Finding>();
        foreach (var file in tests.Files)
        {
            var outcomes = await tester.RunAsync(file, cancellationToken);
            findings.AddRange(outcomes
                .Where(static outcome => outcome.Verdict == TestVerdict.Failed)
                .SelectMany(static outcome => outcome.Problems, (outcome, problem) => Of(FailedTest, Severity.Error, $"{file.FileName}: {outcome.Name}: {problem}")));
            if (outcomes.Count(static outcome => outcome.Verdict == TestVerdict.NotRun) is > 0 and var commands)
            {
                findings.Add(Of("test-not-run", Severity.Note, FormattableString.Invariant($"{file.FileName}: {commands} of {outcomes.Length} tests run commands, which takes a container: 'bothy test' runs them")));
            }
        }

        Keep(KeyOf(key, tests), findings.ToImmutable());
        return findings.ToImmutable();
    }

    private void Keep(Digest key, ImmutableArray<Finding> findings)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            RecordedFindings.Write(json, findings);
            json.WriteEndObject();
        }

        store.AddResult(Kind, key, buffer.WrittenSpan);
    }

    private static Digest KeyOf(Digest image, ImageTests tests) => Digest.Of(Encoding.ASCII.GetBytes($"{image}\n{tests.Digest}"));

    private static Finding Of(string kind, Severity severity, string reason) => new(CheckArea.Policy, kind, severity, Path: null, Package: null, reason);

    private sealed class NoContainer : ICommandRunner
    {
        public string? Problem => "a build runs no commands";

        public Task<CommandResult> RunAsync(StructureTest.Command test, StructureTestFile file, CancellationToken cancellationToken) =>
            throw new InvalidOperationException(Problem);
    }
}
