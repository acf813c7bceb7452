namespace Bothy.Inspection.Advisories.Reading;

/// <summary>
/// The security database of apk distributions: for each origin package which version fixed what. The version <c>0</c> stands for what the
/// package never had.
/// </summary>
internal static class SecdbReader
{
    private const int MostNames = 100_000;

    public static void Read(JsonTokens json, AdvisoryGathering gathering)
    {
        string? version = null;
        string? repository = null;
        string? prefix = null;
        var found = new List<(string Package, string Fixed, string Names)>();
        json.Next();
        foreach (var _ in json.MembersHere("the document"))
        {
            if (json.Is("distroversion"u8))
            {
                version = json.OptionalText("'distroversion'");
            }
            else if (json.Is("reponame"u8))
            {
                repository = json.OptionalText("'reponame'");
            }
            else if (json.Is("urlprefix"u8))
            {
                prefix = json.OptionalText("'urlprefix'");
            }
            else if (json.Is("packages"u8))
            {
                ReadPackages(json, found);
            }
            else
            {
                json.Skip();
            }
        }

        json.End();

        // The packages may stand before what they are packages of.
        var space = SpaceOf(version, repository, prefix) ?? throw json.Malformed("it does not say whose packages it is about");
        string release = space == AdvisorySpace.Alpine
            ? gathering.Release(space, version!) ?? throw json.Malformed("its 'distroversion' is no release")
            : "";
        gathering.Name = string.Join(' ', new[] { space.Name(), release, repository }.Where(part => !string.IsNullOrEmpty(part)));
        foreach (var (package, fixedIn, names) in found)
        {
            Add(gathering, space, release, (package, fixedIn, names));
        }
    }

    // Alpine alone has releases. The others say where their packages are.
    private static AdvisorySpace? SpaceOf(string? version, string? repository, string? prefix)
    {
        return !string.IsNullOrEmpty(version) ? AdvisorySpace.Alpine
            : Says("wolfi") ? AdvisorySpace.Wolfi
            : Says("chainguard") || Says("cgr.dev") ? AdvisorySpace.Chainguard
            : null;

        bool Says(string word) => $"{prefix} {repository}".Contains(word, StringComparison.OrdinalIgnoreCase);
    }

    private static void ReadPackages(JsonTokens json, List<(string Package, string Fixed, string Names)> found)
    {
        foreach (var _ in json.Items("'packages'"))
        {
            foreach (var member in json.MembersHere("a package"))
            {
                if (json.Is("pkg"u8))
                {
                    ReadPackage(json, found);
                }
                else
                {
                    json.Skip();
                }
            }
        }
    }

    private static void ReadPackage(JsonTokens json, List<(string Package, string Fixed, string Names)> found)
    {
        string? name = null;
        int first = found.Count;
        foreach (var _ in json.Members("'pkg'"))
        {
            if (json.Is("name"u8))
            {
                name = json.RequiredText("a package's name");
            }
            else if (json.Is("secfixes"u8))
            {
                foreach (var fix in json.Members("'secfixes'"))
                {
                    string version = json.Text();
                    found.AddRange(json.Texts("a list of what was fixed", MostNames).Select(names => ("", version, names)));
                }
            }
            else
            {
                json.Skip();
            }
        }

        for (int i = first; i < found.Count; i++)
        {
            found[i] = found[i] with { Package = name ?? throw json.Malformed("a package has no name") };
        }
    }

    private static void Add(AdvisoryGathering gathering, AdvisorySpace space, string release, (string Package, string Fixed, string Names) fix)
    {
        // "CVE-2016-6258 XSA-182" is one vulnerability with two names.
        string[] names = fix.Names.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (names.Length == 0)
        {
            gathering.Skipped++;
            return;
        }

        string id = names.FirstOrDefault(name => name.StartsWith("CVE-", StringComparison.Ordinal)) ?? names[0];
        bool never = fix.Fixed == "0";
        gathering.Add(new AdvisoryEntry
        {
            Id = id,
            Aliases = [.. names.Where(name => name != id).Select(gathering.Check).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            Feed = AdvisoryFeed.Secdb,
            Space = space,
            Release = release,
            Package = fix.Package,
            State = never ? AdvisoryState.NotAffected : AdvisoryState.Affected,
            Ranges = never ? [] : [VersionRange.Before(gathering.Check(fix.Fixed))],
        });
    }
}
