using System.Text;
using Bothy.Inspection.Advisories;
using Bothy.Store;

namespace Bothy.Inspection.Tests.Advisories;

public sealed class AdvisorySnapshotTests
{
    // Straight over the documents with Python's own readers.
    private const string Judge = """
        import json, re, sys
        ALPINE = re.compile(r'^v\d+\.\d+$')
        for path in sys.argv[1:]:
            text = open(path, encoding='utf-8').read()
            if path.endswith('DSA-list'):
                for line in text.splitlines():
                    if line.startswith('['):
                        name, about = line[line.index(']') + 1:].split()[0], []
                    elif line.strip().startswith('{'):
                        about = line.strip()[1:-1].split()
                    elif line.strip().startswith('['):
                        release, rest = line.strip()[1:].split(']', 1)
                        _, package, version = rest.split()[:3]
                        state = {'<not-affected>': 'NotAffected', '<end-of-life>': 'EndOfLife', '<undetermined>': 'Undetermined'}.get(version, 'Affected')
                        print('|'.join(['Debian', release, package, name, state, version if state == 'Affected' and version[0] != '<' else '', ' '.join(sorted(set(about)))]))
                continue
            data = json.loads(text)
            if 'packages' in data:
                for entry in data['packages']:
                    for version, names in entry['pkg']['secfixes'].items():
                        for many in names or []:
                            first = next((n for n in many.split() if n.startswith('CVE-')), many.split()[0])
                            print('|'.join(['Alpine', data['distroversion'], entry['pkg']['name'], first, 'NotAffected' if version == '0' else 'Affected', '' if version == '0' else version, '']))
                continue
            for package, entries in data.items():
                for name, entry in entries.items():
                    for release, said in (entry['releases'] or {}).items():
                        fixed = said.get('fixed_version', '')
                        state = 'NotAffected' if fixed == '0' else 'Undetermined' if said['status'] == 'undetermined' else 'EndOfLife' if said['status'] == 'open' and said['urgency'] == 'end-of-life' else 'Affected'
                        print('|'.join(['Debian', release, package, name, state, fixed if fixed != '0' else '', '']))
        """;

    [RequiresFact(Needs.Data, "judges:python3")]
    public void Real_documents_are_read_as_another_reader_reads_them()
    {
        string[] files = [.. RealFiles()];
        var documents = files.Select(ReadFile).ToArray();
        string[] theirs = [.. Testing.Judge.Run("python3", ["-c", Judge, .. files]).Succeeded().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)];

        Assert.Equal(theirs.Order(StringComparer.Ordinal), documents.SelectMany(document => document.Entries).Select(JudgedLine).Order(StringComparer.Ordinal));
        Assert.Equal(8, documents.Length);
        Assert.All(documents, document => Assert.Equal((document.Entries.Length, 0), (document.Source.Entries, document.Source.Skipped)));
        Assert.InRange(theirs.Length, 12_000, 100_000);

        using var snapshot = Build(documents);
        using var backwards = Build(documents.Reverse());
        Assert.Equal(snapshot.Digest, backwards.Digest);
        AnswersAs(new AdvisoryMemory(documents.SelectMany(document => document.Entries), documents.SelectMany(document => document.Facts).DistinctBy(facts => facts.Id)), snapshot);
    }

    [Fact]
    public void A_snapshot_answers_what_its_documents_say()
    {
        var documents = AdvisorySamples.All.Where(sample => sample.Name is not ("osv.zip" or "epss.gz")).Select(sample => AdvisorySamples.Read(sample.Bytes, sample.Name)).ToArray();
        using var snapshot = Build(documents);

        AnswersAs(new AdvisoryMemory(documents.SelectMany(document => document.Entries), []), snapshot);
        Assert.Empty(snapshot.Find(AdvisorySpace.Debian, "bookworm", "bash"));
        Assert.Empty(snapshot.Find(AdvisorySpace.Debian, "woody", "openssl"));
        Assert.Empty(snapshot.Find(AdvisorySpace.Alpine, "bookworm", "openssl"));
        Assert.NotEmpty(snapshot.Find(AdvisorySpace.PyPI, "", "SOME.thing"));
        Assert.Equal(["USN-1-1"], snapshot.FindById("CVE-2023-9").Select(entry => entry.Id));
        Assert.Equal(["CVE-2016-6258"], snapshot.FindById("XSA-182").Select(entry => entry.Id));
        Assert.Empty(snapshot.FindById("xen"));
        Assert.Contains(new KnownRelease(AdvisorySpace.Ubuntu, "22.04", 2), snapshot.Releases);
        Assert.Equal(new DateTimeOffset(2024, 1, 2, 0, 0, 0, TimeSpan.Zero), snapshot.Created);

        // The tracker, OSV, EPSS and KEV each know a part.
        var facts = snapshot.FactsOf("CVE-2023-1")!;
        Assert.Equal(
            ("A flaw in it.", 0.97565, 0.99996, new DateOnly(2023, 11, 1), true),
            (facts.Summary, facts.Epss, facts.EpssPercentile, facts.KnownExploited, facts.KnownRansomwareUse));
        Assert.Equal(new DateTimeOffset(2023, 4, 1, 10, 0, 0, TimeSpan.Zero), facts.Published);
        Assert.Null(snapshot.FactsOf("openssl"));
    }

    [Fact]
    public void Records_that_name_each_other_are_found_by_either_name()
    {
        var document = AdvisorySamples.Read("""
            [{"id": "A-1", "aliases": ["B-1", "A-1"], "upstream": ["B-1"], "affected": [{"package": {"ecosystem": "npm", "name": "a"}, "versions": ["1"]}]},
             {"id": "B-1", "aliases": ["A-1"], "related": ["B-1"], "affected": [{"package": {"ecosystem": "npm", "name": "a"}, "versions": ["2"]}]}]
            """);
        using var snapshot = Build([document]);

        Assert.Equal(["A-1", "B-1"], snapshot.FindById("A-1").Select(entry => entry.Id));
        Assert.Equal(["A-1", "B-1"], snapshot.FindById("B-1").Select(entry => entry.Id));
    }

    [Fact]
    public void The_same_sources_make_the_same_bytes_in_any_order()
    {
        var documents = AdvisorySamples.All.Select(sample => AdvisorySamples.Read(sample.Bytes, sample.Name)).ToArray();
        var random = new Random(3);
        byte[] first = Builder(documents).ToBytes();
        for (int i = 0; i < 20; i++)
        {
            random.Shuffle(documents);
            Assert.Equal(first, Builder(documents).ToBytes());
        }

        // Also one after the other, each added to the snapshot before.
        var snapshot = new AdvisorySnapshotBuilder().ToSnapshot();
        foreach (var document in documents)
        {
            var builder = new AdvisorySnapshotBuilder();
            builder.Keep(snapshot, _ => true);
            builder.Add(document.Source, document.Entries, document.Facts);
            snapshot = builder.ToSnapshot();
        }

        Assert.Equal(Digest.Of(first), snapshot.Digest);
    }

    [Fact]
    public void A_source_that_is_not_kept_leaves_nothing_behind()
    {
        var documents = AdvisorySamples.All.Select(sample => AdvisorySamples.Read(sample.Bytes, sample.Name)).ToArray();
        using var all = Build(documents);

        foreach (var left in documents)
        {
            var builder = new AdvisorySnapshotBuilder();
            builder.Keep(all, source => source != left.Source);
            Assert.Equal(Builder(documents.Where(document => document != left)).ToBytes(), builder.ToBytes());
        }
    }

    [Fact]
    public void A_flipped_bit_is_noticed_wherever_it_is()
    {
        byte[] good = Builder(AdvisorySamples.All.Select(sample => AdvisorySamples.Read(sample.Bytes, sample.Name))).ToBytes();
        var random = new Random(5);
        for (int i = 0; i < 300; i++)
        {
            byte[] bad = [.. good];
            bad[random.Next(bad.Length)] ^= (byte)(1 << random.Next(8));
            Assert.Throws<MalformedDataException>(() => AdvisorySnapshot.Open(bad, "snapshot"));
        }

        for (int length = 0; length < good.Length; length += 97)
        {
            Assert.Throws<MalformedDataException>(() => AdvisorySnapshot.Open(good.AsMemory(0, length), "snapshot"));
        }
    }

    [Fact]
    public void A_snapshot_whose_digests_fit_and_whose_content_does_not_is_malformed_at_worst()
    {
        byte[] good = Builder(AdvisorySamples.All.Select(sample => AdvisorySamples.Read(sample.Bytes, sample.Name))).ToBytes();
        var random = new Random(11);
        for (int i = 0; i < 3000; i++)
        {
            byte[] bad = Mutation.Of(good[..^32], random);
            try
            {
                using var snapshot = AdvisorySnapshot.Open((byte[])[.. bad, .. System.Security.Cryptography.SHA256.HashData(bad)], "snapshot");
                _ = snapshot.AllEntries().Count();
                _ = snapshot.AllFacts().Count();
                _ = snapshot.FindById("CVE-2023-1").Count();
                _ = snapshot.FactsOf("CVE-2023-1");
                _ = snapshot.Find(AdvisorySpace.Debian, "bookworm", "openssl");
            }
            catch (MalformedDataException)
            {
                // As it should be.
            }
        }
    }

    [Fact]
    public void Whatever_byte_of_the_stored_file_is_flipped_no_look_up_tells_a_lie()
    {
        using var directory = new TemporaryDirectory();
        var documents = AdvisorySamples.All.Select(sample => AdvisorySamples.Read(sample.Bytes, sample.Name)).ToArray();
        byte[] bytes = Builder(documents).ToBytes();
        var digest = Digest.Of(bytes);
        string expected = Everything(AdvisorySnapshot.Open(bytes, "snapshot"));
        var random = new Random(9);
        int noticed = 0;
        for (int i = 0; i < 300; i++)
        {
            var store = new ContentStore(directory["store"]);
            store.AddResult(AdvisorySnapshot.StoreKind, digest, bytes);
            string file = Directory.GetFiles(directory["store/results"]).Single();
            byte[] stored = File.ReadAllBytes(file);
            stored[random.Next(stored.Length)] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(file, stored);
            try
            {
                using var snapshot = AdvisorySnapshot.TryOpen(store, digest);

                // A flip in the last byte of the magic makes it a file of another version, which is none.
                Assert.True(snapshot is null || Everything(snapshot) == expected);
                noticed += snapshot is null ? 1 : 0;
            }
            catch (DamagedItemException)
            {
                Assert.Empty(Directory.GetFiles(directory["store/results"]));
                noticed++;
            }

            foreach (string left in Directory.GetFiles(directory["store/results"]))
            {
                File.Delete(left);
            }
        }

        // Every block is read, so that every flip is found, but for those in padding, of which there is none.
        Assert.Equal(300, noticed);
    }

    private static string Everything(AdvisorySnapshot snapshot)
    {
        var text = new StringBuilder();
        foreach (var (entry, sources) in snapshot.AllEntries())
        {
            text.Append(AdvisorySamples.Line(entry)).Append(string.Join(',', sources)).Append('\n');
            text.AppendJoin('\n', snapshot.FindById(entry.Id).Select(AdvisorySamples.Line));
        }

        foreach (var (facts, _) in snapshot.AllFacts())
        {
            text.Append(facts).Append('\n');
        }

        snapshot.ToBytes();
        return text.ToString();
    }

    private static void AnswersAs(AdvisoryMemory memory, AdvisorySnapshot snapshot)
    {
        foreach (var (space, release, package) in snapshot.AllEntries().Select(one => (one.Entry.Space, one.Entry.Release, one.Entry.Package)).Distinct().ToArray())
        {
            Assert.Equal(Lines(memory.Find(space, release, package)), Lines(snapshot.Find(space, release, package)));
        }

        foreach (string id in snapshot.AllEntries().SelectMany(one => one.Entry.Aliases.Concat(one.Entry.Upstream).Append(one.Entry.Id)).Distinct(StringComparer.Ordinal).Take(3000).ToArray())
        {
            Assert.Equal(Lines(memory.FindById(id)), Lines(snapshot.FindById(id)));
        }

        // Said twice is kept once.
        static string[] Lines(IEnumerable<AdvisoryEntry> entries) => [.. entries.Select(entry => $"{entry.Feed} {AdvisorySamples.Line(entry)}").Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    private static AdvisorySnapshotBuilder Builder(IEnumerable<AdvisoryDocument> documents)
    {
        var builder = new AdvisorySnapshotBuilder();
        foreach (var document in documents)
        {
            builder.Add(document.Source, document.Entries, document.Facts);
        }

        return builder;
    }

    private static AdvisorySnapshot Build(IEnumerable<AdvisoryDocument> documents) => Builder(documents).ToSnapshot();

    private static string JudgedLine(AdvisoryEntry entry) =>
        string.Join('|', entry.Space.Name(), entry.Release, entry.Package, entry.Id, entry.State, entry.Ranges.FirstOrDefault().Fixed ?? "", string.Join(' ', entry.Upstream));

    private static AdvisoryDocument ReadFile(string file)
    {
        using var stream = File.OpenRead(file);
        return AdvisoryDocument.Read(stream, Path.GetFileName(file), null, CancellationToken.None);
    }

    private static IEnumerable<string> RealFiles() =>
        Directory.EnumerateFiles(Path.Combine(RealData.Directory, "advisories"), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal);
}
