using System.Collections.Immutable;
using Bothy.Formats.Deb822;

namespace Bothy.Packages.Debian;

/// <summary>Reads the files of <see cref="MachineApt"/>, in both of apt's formats, and collects what they say.</summary>
internal sealed class AptConfigurationReader
{
    // Configuration, not data: anything larger is not a list of sources.
    private const int MaxFileLength = 4 << 20;

    private readonly ImmutableArray<MachineAptEntry>.Builder _entries = ImmutableArray.CreateBuilder<MachineAptEntry>();
    private readonly ImmutableArray<string>.Builder _notes = ImmutableArray.CreateBuilder<string>();

    public ImmutableArray<MachineAptEntry> Entries => _entries.ToImmutable();

    public ImmutableArray<string> Notes => _notes.ToImmutable();

    public void Note(string file, string reason) => _notes.Add($"{file}: {reason}");

    public void Read(string file)
    {
        if (new FileInfo(file).Length > MaxFileLength)
        {
            Note(file, "it is too large");
        }
        else if (Path.GetExtension(file) == ".sources")
        {
            ReadParagraphs(file);
        }
        else
        {
            ReadLines(file);
        }
    }

    private void ReadLines(string file)
    {
        int number = 0;
        foreach (string raw in File.ReadLines(file))
        {
            number++;
            string line = raw.Split('#')[0].Trim();
            if (line.Length == 0 || line.StartsWith("deb-src", StringComparison.Ordinal))
            {
                continue;
            }

            try
            {
                var source = new AptSourceParser(line, machine: true).Parse();
                var entry = new MachineAptEntry
                {
                    Uri = source.Uri ?? throw new BothyException("it names no URI"),
                    Suite = source.Suite,
                    Components = source.Components,
                    SignedBy = KeyFiles(source.SignedBy),
                    File = file,
                };
                _entries.Add(entry);
            }
            catch (Exception failure) when (failure is AptSourceParser.ProblemException or BothyException)
            {
                Note(FormattableString.Invariant($"{file}:{number}"), failure.Message);
            }
        }
    }

    private void ReadParagraphs(string file)
    {
        foreach (var paragraph in Deb822Document.Parse(File.ReadAllBytes(file), file).Paragraphs)
        {
            if (Words(paragraph, "Types").Contains("deb", StringComparer.Ordinal) && paragraph["Enabled"]?.ToLowerInvariant() is not ("no" or "false" or "off" or "without" or "disable" or "0"))
            {
                ReadParagraph(paragraph, file);
            }
        }
    }

    private void ReadParagraph(Deb822Paragraph paragraph, string file)
    {
        string where = FormattableString.Invariant($"{file}:{paragraph.Line}");
        string? key = EmbeddedKey(paragraph);
        foreach (string text in Words(paragraph, "URIs"))
        {
            if (AptSource.ReadUri(text, out string? reason) is not { } uri)
            {
                Note(where, reason!);
                continue;
            }

            foreach (string suite in Words(paragraph, "Suites"))
            {
                var entry = new MachineAptEntry
                {
                    Uri = uri,
                    Suite = suite,
                    Components = [.. Words(paragraph, "Components")],
                    SignedBy = key is null ? KeyFiles([.. Words(paragraph, "Signed-By").SelectMany(word => word.Split(',', StringSplitOptions.RemoveEmptyEntries))]) : [],
                    EmbeddedKey = key,
                    File = file,
                };
                _entries.Add(entry);
            }
        }
    }

    // Signed-By may also name fingerprints of keys that apt trusts anyway; then the default keys are the ones to look at.
    private static ImmutableArray<string> KeyFiles(ImmutableArray<string> signedBy) => [.. signedBy.Where(word => word.StartsWith('/'))];

    // The armour stands on continuation lines, its empty line written as a dot (deb822(5)).
    private static string? EmbeddedKey(Deb822Paragraph paragraph)
    {
        if (paragraph.Find("Signed-By") is not { } field || !field.Value.Contains("-----BEGIN PGP PUBLIC KEY BLOCK-----", StringComparison.Ordinal))
        {
            return null;
        }

        return string.Concat(field.Lines.Select(line => line == "." ? "\n" : line + "\n"));
    }

    private static IEnumerable<string> Words(Deb822Paragraph paragraph, string name) => paragraph.Find(name)?.Words ?? [];
}
