namespace Bothy.Packages.Alpine;

/// <summary>A name that packages have or provide, during one solution: who claims it, who wants it, and whose it is.</summary>
internal sealed class ApkName(string text)
{
    /// <summary>The claims to the name in the order of repositories and texts, once they are known.</summary>
    public ApkClaim[]? Claims { get; set; }

    public string Text { get; } = text;

    /// <summary>What was said about it by the world (null) and by packages that were chosen, conflicts too.</summary>
    public List<ApkWant> Wants { get; } = [];

    /// <summary>The package that has the name in the solution.</summary>
    public ApkNode? Holder { get; set; }

    /// <summary>Whether somebody wants it.</summary>
    public bool IsRequired { get; set; }

    /// <summary>Whether it waits to be decided.</summary>
    public bool IsPending { get; set; }

    /// <summary>How many packages for what its own need were ruled out when that was last looked at.</summary>
    public int RuledOut { get; set; }

    /// <summary>Whether it was decided that nobody gets it.</summary>
    public bool IsUnmet { get; set; }

    /// <summary>How an installed package of this name counts beside others.</summary>
    public ApkPreference Preference { get; set; }

    /// <summary>The tags, as bits, whose repositories are preferred: the world pinned the name to them.</summary>
    public uint PreferredTags { get; set; }

    /// <summary>The tags, as bits, from whose repositories its packages may come: what pinned it or a package that wants it.</summary>
    public uint AllowedTags { get; set; } = ApkUniverse.Untagged;

    public override string ToString() => Text;
}

/// <summary>What <paramref name="By"/>, or the world where that is null, says about a name.</summary>
internal readonly record struct ApkWant(ApkNode? By, ApkDependency Dependency)
{
    /// <summary>As apk shows it: <c>a-1[b&gt;2]</c>, <c>world[b]</c>.</summary>
    public override string ToString() => $"{By?.ToString() ?? "world"}[{Dependency}]";
}

/// <summary>
/// That <paramref name="Node"/> has a name or provides it. <paramref name="Version"/> makes the claim exclusive; it is null where
/// the name is provided without one.
/// </summary>
internal sealed record ApkClaim(ApkName Name, ApkNode Node, string? Version, bool IsOwn)
{
    /// <summary>Whether apk takes the package for the name by itself: a name provided without a version needs a priority.</summary>
    public bool IsSelectable => Node.Package.Problem is null && (Version is not null || Node.Package.ProviderPriority > 0);

    public bool Satisfies(ApkDependency dependency) =>
        Admits(dependency) != dependency.Conflict;

    /// <summary>Whether the claim is what <paramref name="dependency"/> speaks of, be it wanted or not.</summary>
    public bool Admits(ApkDependency dependency) => dependency.Operator switch
    {
        ApkOperator.Any => true,
        ApkOperator.Checksum => IsOwn && dependency.Admits(Node.Package),
        _ => Version is not null && dependency.Admits(ApkVersion.Any(Version)),
    };
}

/// <summary>A package during one solution.</summary>
internal sealed class ApkNode(ApkPackage package, int index)
{
    public ApkPackage Package { get; } = package;

    /// <summary>The place of the first index that lists it; that of the installed database is the last.</summary>
    public int Index { get; } = index;

    /// <summary>The tags, as bits, of the repositories that have it.</summary>
    public uint Tags { get; set; }

    /// <summary>The names it has: its own, then what it provides.</summary>
    public required ApkClaim[] Claims { get; set; }

    /// <summary>The names it speaks of, with what it says.</summary>
    public required (ApkName Name, ApkDependency Dependency)[] Needs { get; init; }

    /// <summary>What must hold for it to come by itself; empty where it never does.</summary>
    public required (ApkName Name, ApkDependency Dependency)[] Conditions { get; init; }

    /// <summary>Whether it counts as present and brings nothing.</summary>
    public required bool IsOmitted { get; init; }

    /// <summary>The name for which it was chosen; null where it is not in the solution.</summary>
    public ApkName? ChosenFor { get; set; }

    /// <summary>Whether something it needs was found to be gone when that was last looked at.</summary>
    public bool IsBad { get; set; }

    /// <summary>Whether all its conditions hold.</summary>
    public bool IsTriggered { get; set; }

    /// <summary>Whether it is in the installed database.</summary>
    public bool IsInstalled { get; set; }

    /// <summary>Whether some repository that can be reached has it.</summary>
    public bool IsInRepository { get; set; }

    /// <summary>Whether it can be had at all.</summary>
    public bool IsAvailable => IsInstalled || IsInRepository;

    public override string ToString() => Package.ToString();
}

/// <summary>The names and packages of a pool near one solution, each made when it is first met.</summary>
internal sealed class ApkUniverse
{
    /// <summary>The bit of repositories without a tag.</summary>
    public const uint Untagged = 1;

    private const int MostTags = 31;

    private readonly Dictionary<string, ApkName> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<ApkPackage, ApkNode> _nodes = [];
    private readonly Dictionary<(string Name, string Version, ApkChecksum Checksum), ApkNode> _identities = [];
    private readonly Dictionary<string, uint> _tags = new(StringComparer.Ordinal);
    private readonly HashSet<string> _omitted;
    private readonly uint[] _indexTags;
    private readonly ApkState _state;

    public ApkUniverse(ApkPool pool, IEnumerable<string> omitted, ApkState state)
    {
        Pool = pool;
        _state = state;
        _omitted = new HashSet<string>(omitted, StringComparer.Ordinal);
        _indexTags = [.. pool.Indexes.Select(index => index.Origin.Tag is { } tag ? AddTag(tag) : Untagged)];
    }

    public ApkPool Pool { get; }

    /// <summary>Whether a package was met that says something unknown.</summary>
    public bool HasBroken => _nodes.Values.Any(node => node.Package is { Problem: not null, IsForeign: false });

    /// <summary>The bit of <paramref name="tag"/>; 0 where no repository has it.</summary>
    public uint TagOf(string tag) => _tags.GetValueOrDefault(tag);

    /// <summary>The tags of the repositories that have <paramref name="node"/>.</summary>
    public IEnumerable<string> TagsOf(ApkNode node) => _tags.Where(tag => (node.Tags & tag.Value) != 0).Select(tag => tag.Key).Order(StringComparer.Ordinal);

    public ApkName Name(string text)
    {
        if (!_names.TryGetValue(text, out var name))
        {
            name = new ApkName(text) { Preference = _state.PreferenceFor(text) };
            _names.Add(text, name);
        }

        return name;
    }

    /// <summary>The claims to <paramref name="name"/>, in the order of repositories and texts, also of packages that cannot be installed.</summary>
    public ApkClaim[] ClaimsOf(ApkName name)
    {
        if (name.Claims is null)
        {
            var claims = new List<ApkClaim>();
            for (int i = 0; i < Pool.Indexes.Length; i++)
            {
                AddClaims(name, i, claims);
            }

            name.Claims = [.. claims];
        }

        return name.Claims;
    }

    /// <summary>The packages that come by themselves where <paramref name="name"/> is there and all else they say holds.</summary>
    public IEnumerable<ApkNode> TriggeredBy(ApkName name)
    {
        for (int i = 0; i < Pool.Indexes.Length; i++)
        {
            var index = Pool.Indexes[i];
            foreach (int entry in index.InstalledIf(name.Text).ToArray())
            {
                if (NodeOf(index[entry], i) is { Package.Problem: null } node)
                {
                    yield return node;
                }
            }
        }
    }

    private uint AddTag(string tag)
    {
        if (!_tags.TryGetValue(tag, out uint bit))
        {
            bit = _tags.Count < MostTags ? Untagged << (_tags.Count + 1) : throw new BothyException($"cannot use repository tag '{tag}': more than {MostTags} tags");
            _tags.Add(tag, bit);
        }

        return bit;
    }

    private void AddClaims(ApkName name, int place, List<ApkClaim> claims)
    {
        var index = Pool.Indexes[place];
        var named = index.Named(name.Text);
        var providing = index.Providing(name.Text);
        int i = 0;
        int j = 0;
        while (i < named.Length || j < providing.Length)
        {
            int entry = j == providing.Length || (i < named.Length && named[i] <= providing[j]) ? named[i] : providing[j];
            i += i < named.Length && named[i] == entry ? 1 : 0;
            j += j < providing.Length && providing[j] == entry ? 1 : 0;
            foreach (var claim in NodeOf(index[entry], place).Claims)
            {
                if (claim.Name == name && !claims.Contains(claim))
                {
                    claims.Add(claim);
                }
            }
        }
    }

    private ApkNode NodeOf(ApkPackage package, int place)
    {
        if (_nodes.TryGetValue(package, out var node))
        {
            return node;
        }

        if (!_identities.TryGetValue((package.Name, package.Version.Text, package.Checksum), out node))
        {
            node = Create(package, place);
            _identities.Add((package.Name, package.Version.Text, package.Checksum), node);
        }

        bool installed = Pool.Indexes[place] == _state.Installed;
        node.Tags |= !installed ? _indexTags[place] : package.InstalledTag is { } tag ? TagOf(tag) : Untagged;
        node.IsInstalled |= installed;
        node.IsInRepository |= !installed && (!_state.IsOffline || Pool.Indexes[place] == _state.Local);
        _nodes.Add(package, node);
        return node;
    }

    private ApkNode Create(ApkPackage package, int place)
    {
        bool omitted = _omitted.Contains(package.Name);
        var node = new ApkNode(package, place)
        {
            Claims = [],
            IsOmitted = omitted,
            Needs = omitted ? [] : [.. package.Depends.Select(dependency => (Name(dependency.Name), dependency))],
            Conditions = [.. package.InstallIf.Select(dependency => (Name(dependency.Name), dependency))],
        };
        var claims = new ApkClaim[1 + package.Provides.Length];
        claims[0] = new ApkClaim(Name(package.Name), node, package.Version.Text, IsOwn: true);
        for (int i = 0; i < package.Provides.Length; i++)
        {
            var provided = package.Provides[i];
            claims[i + 1] = new ApkClaim(Name(provided.Name), node, provided.Operator == ApkOperator.Any ? null : provided.Bound, IsOwn: false);
        }

        node.Claims = claims;
        return node;
    }
}
