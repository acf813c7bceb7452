using System.Security.Cryptography;
using System.Text;
using Bothy.Engine.Assembly.Effects;
using Bothy.Engine.ImageFiles;
using Bothy.Formats.Deb822;
using Bothy.Formats.Trees;
using Bothy.Inspection.Catalog;

namespace Bothy.Engine.Assembly.Debian;

/// <summary>
/// The record of installed packages: dpkg's own where dpkg is in the image or the image file asks for it, so that more can be
/// installed on top; else a file a package below <c>status.d</c>, which scanners read.
/// </summary>
/// <param name="overrides">What scripts said about owners and modes.</param>
/// <param name="record">The record of an image to build on, which is gone on with; null for none.</param>
internal sealed class DpkgDatabaseEffect(OverridesEffect overrides, DpkgRecord? record) : IEffect
{
    private const string Root = "var/lib/dpkg/";
    private const int Program = 0b111_101_101;

    private static readonly Origin Database = new Origin.Effect("dpkg-database");

    public string Name => "dpkg-database";

    public void Apply(AssemblyState state)
    {
        if (state.Image.Contents.Database == DatabaseChoice.None)
        {
            state.Base?.CheckRecord();
            return;
        }

        record?.RemoveReplaced(state.Tree);
        if (state.WantsFullDatabase)
        {
            WriteFull(state);
            return;
        }

        foreach (var package in state.Packages.Cast<UnpackedDeb>())
        {
            WriteSmall(package, state);
        }
    }

    // The sums of files that the filters left out stay out too: whoever checks an image by them is to find every file they name.
    private static void WriteSmall(UnpackedDeb package, AssemblyState state)
    {
        if (package.Contents.Control.TryGetValue("control", out var control))
        {
            var file = package.IsSliced ? FileContent.Of(StanzaOf(package)!.ToString()) : FileContent.Of(control);
            state.Write($"{Root}status.d/{package.Name}", file, Database);
        }

        if (PresentSums(package, state) is { Length: > 0 } sums)
        {
            state.Write($"{Root}status.d/{package.Name}.md5sums", FileContent.Of(sums), Database);
        }
    }

    // A package in part says so in a field of its own, which dpkg keeps and scanners pass over.
    private static Deb822Paragraph? StanzaOf(UnpackedDeb package) =>
        package.IsSliced ? package.Stanza?.With(InstalledPackage.SlicesField, string.Join(' ', package.Slices)) : package.Stanza;

    private static string PresentSums(UnpackedDeb package, AssemblyState state)
    {
        var sums = new StringBuilder();
        foreach (string line in package.Lines("md5sums"))
        {
            int space = line.IndexOf(' ', StringComparison.Ordinal);
            if (space > 0 && Find(line[space..].Trim(), state) is { } file && file.Origin == package.Origin)
            {
                sums.Append(line).Append('\n');
            }
        }

        return sums.ToString();
    }

    // Most files are where their package ships them; only the others need links to be followed.
    private static TreeEntry? Find(string path, AssemblyState state) =>
        TreePath.TryParse(path, null, out var literal) && state.Tree.TryGet(literal, out var entry) ? entry : state.Find("/" + path);

    private void WriteFull(AssemblyState state)
    {
        foreach (var package in state.Packages.Cast<UnpackedDeb>())
        {
            WriteControlFiles(package, state);
        }

        var paragraphs = state.Packages.Cast<UnpackedDeb>()
            .Select(package => (Name: package.DatabaseName, Text: Status(package, state)))
            .Concat(record?.Paragraphs() ?? [])
            .OrderBy(static paragraph => paragraph.Name, StringComparer.Ordinal)
            .Select(static paragraph => paragraph.Text);
        state.Write(Root + "status", FileContent.Of(string.Concat(paragraphs)), Database);
        foreach (var (name, content) in new[] { ("available", ""), ("info/format", "1\n") })
        {
            if (record is null || state.Find($"/{Root}{name}") is null)
            {
                state.Write(Root + name, FileContent.Of(content), Database);
            }
        }

        var overridden = (record?.StatOverrides() ?? []).Concat(overrides.Lines).Distinct(StringComparer.Ordinal);
        state.Write(Root + "statoverride", FileContent.Of(string.Concat(overridden.Select(static line => line + "\n"))), Database);
        state.Write(Root + "diversions", FileContent.Of(string.Concat(state.Diversions.All.Select(static one => $"{one.From}\n{one.To}\n{one.Package}\n"))), Database);
        foreach (string directory in new[] { "alternatives", "parts", "triggers", "updates" })
        {
            state.MakeDirectory(Root + directory, Database);
        }

        WriteTriggers(state);
    }

    private static string Status(UnpackedDeb package, AssemblyState state)
    {
        if (StanzaOf(package) is not { } stanza)
        {
            return "";
        }

        var status = new StringBuilder();
        foreach (var field in stanza.Fields)
        {
            status.Append(field);
            if (field.Name == "Package")
            {
                status.Append("Status: install ok installed\n");
            }
        }

        string[] own = [.. Conffiles(package)];
        string conffiles = string.Concat(own.Select(path => Sum(path, package, state)).OfType<string>().Concat(Obsolete(package, own, state)));
        return status.Append(conffiles.Length > 0 ? "Conffiles:\n" + conffiles : "").Append('\n').ToString();
    }

    // A configuration file that the new version does not have any more stays, and is remembered as dpkg does.
    private static IEnumerable<string> Obsolete(UnpackedDeb package, string[] own, AssemblyState state) => state.Base?.Earlier(package.Id) is { } earlier
        ? DpkgRecord.ConfigurationFiles(earlier)
            .Where(file => !own.Contains(file.Path.ToString(), StringComparer.Ordinal) && state.Tree.Contains(file.Path))
            .Select(static file => $" {file.Path} {file.Sum} obsolete\n")
        : [];

    private static IEnumerable<string> Conffiles(UnpackedDeb package) =>
        package.Lines("conffiles").Where(static line => line.StartsWith('/'));

    // The sum of what the package ships, by which dpkg tells whether the file was changed since.
    private static string? Sum(string path, UnpackedDeb package, AssemblyState state) =>
        state.Find(path) is { Content: { } content }
            ? $" {path} {Convert.ToHexStringLower(MD5.HashData((Shipped(path, package) ?? content).ReadAll()))}\n"
            : null;

    private static FileContent? Shipped(string path, UnpackedDeb package) =>
        TreePath.TryParseRooted(path, out var file) ? package.Contents.Tree.Find(file)?.Content : null;

    private static void WriteControlFiles(UnpackedDeb package, AssemblyState state)
    {
        string prefix = $"{Root}info/{package.DatabaseName}.";
        foreach (var (name, content) in package.Contents.Control.Where(static file => file.Key != "control"))
        {
            bool isScript = name is "preinst" or "postinst" or "prerm" or "postrm" or "config";
            var file = package.IsSliced ? FileContent.Of(PresentPart(name, content, package, state)) : FileContent.Of(content);
            state.Write(prefix + name, file, Database, isScript ? Program : TreeEntry.DefaultFileMode);
        }

        // dpkg lists what the package ships, whether or not a filter kept it out; of a package in part, what is there.
        var list = new StringBuilder("/.\n");
        foreach (var entry in package.Contents.Tree.Entries.Where(entry => !entry.Path.IsRoot && (!package.IsSliced || Find(entry.Path.Value, state) is not null)))
        {
            list.Append(entry.Path).Append('\n');
        }

        state.Write(prefix + "list", FileContent.Of(list.ToString()), Database);
    }

    // Whoever verifies a package by its sums, or asks for its configuration, is not to miss what no slice of the image has.
    private static string PresentPart(string name, ReadOnlyMemory<byte> content, UnpackedDeb package, AssemblyState state) => name switch
    {
        "md5sums" => PresentSums(package, state),
        "conffiles" => string.Concat(Conffiles(package).Where(path => state.Find(path) is not null).Select(static path => path + "\n")),
        _ => Encoding.UTF8.GetString(content.Span),
    };

    // dpkg's triggers directory: a file for each named trigger, and one for all that are paths (deb-triggers(5)).
    private void WriteTriggers(AssemblyState state)
    {
        var files = new SortedDictionary<string, StringBuilder>(StringComparer.Ordinal) { ["File"] = new(), ["Unincorp"] = new() };
        foreach (var (file, line) in record?.Interests() ?? [])
        {
            (files.TryGetValue(file, out var known) ? known : files[file] = new StringBuilder()).Append(line).Append('\n');
        }

        foreach (var package in state.Packages.Cast<UnpackedDeb>())
        {
            foreach (string line in package.Lines("triggers").Where(static line => line.StartsWith("interest", StringComparison.Ordinal)))
            {
                string[] words = line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
                if (words is not [var kind, var name] || (!name.StartsWith('/') && !TreePath.TryParse(name, null, out _)))
                {
                    continue;
                }

                string who = package.DatabaseName + (kind == "interest-noawait" ? "/noawait" : "");
                string file = name.StartsWith('/') ? "File" : name;
                var text = files.TryGetValue(file, out var known) ? known : files[file] = new StringBuilder();
                text.Append(file == "File" ? $"{name} {who}\n" : who + "\n");
            }
        }

        foreach (var (name, text) in files)
        {
            state.Write($"{Root}triggers/{name}", FileContent.Of(text.ToString()), Database);
        }
    }
}
