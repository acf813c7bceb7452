using System.Collections.Immutable;

namespace Bothy.Packages.Alpine;

/// <summary>The names and packages of a pool near one solution, each made when it is first met.</summary>
internal sealed class ApkUniverse
{
    /// <summary>The bit of repositories without a tag.</summary>
    public const uint Untagged = 1;

    private const int MostTags = 31;

    private readonly Dictionary<string, ApkName> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<ApkPackage, ApkNode> _nodes = [];
    private readonly Dictionary<string, ApkNode> _identities = new(StringComparer.Ordinal);
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
    public ApkNode[] TriggeredBy(ApkName name) => name.Triggers ??= FindTriggers(name);

    /// <summary>The dependencies with the names they speak of.</summary>
    public ApkNeed[] NeedsOf(ImmutableArray<ApkDependency> dependencies)
    {
        if (dependencies.IsEmpty)
        {
            return [];
        }

        var needs = new ApkNeed[dependencies.Length];
        for (int i = 0; i < needs.Length; i++)
        {
            needs[i] = new ApkNeed(Name(dependencies[i].Name), dependencies[i]);
        }

        return needs;
    }

    private ApkNode[] FindTriggers(ApkName name)
    {
        var found = new List<ApkNode>();
        for (int i = 0; i < Pool.Indexes.Length; i++)
        {
            var index = Pool.Indexes[i];
            foreach (int entry in index.InstalledIf(name.Text))
            {
                if (NodeOf(index[entry], i) is { Package.Problem: null } node && !found.Contains(node))
                {
                    found.Add(node);
                }
            }
        }

        return found.Count == 0 ? [] : [.. found];
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

        string identity = package.Checksum.ToString();
        if (!_identities.TryGetValue(identity, out node) || node.Package.Name != package.Name || node.Package.Version != package.Version)
        {
            node = Create(package);
            _identities.TryAdd(identity, node);
        }

        bool installed = Pool.Indexes[place] == _state.Installed;
        node.Tags |= !installed ? _indexTags[place] : package.InstalledTag is { } tag ? TagOf(tag) : Untagged;
        node.IsInstalled |= installed;
        node.IsInRepository |= !installed && (!_state.IsOffline || Pool.Indexes[place] == _state.Local);
        _nodes.Add(package, node);
        return node;
    }

    private ApkNode Create(ApkPackage package)
    {
        bool omitted = _omitted.Contains(package.Name);
        var node = new ApkNode(package)
        {
            IsOmitted = omitted,
            Needs = omitted ? [] : NeedsOf(package.Depends),
            Conditions = NeedsOf(package.InstallIf),
        };
        var claims = new ApkClaim[1 + package.Provides.Length];
        claims[0] = new ApkClaim(Name(package.Name), node, package.Version.Text, isOwn: true);
        for (int i = 0; i < package.Provides.Length; i++)
        {
            var provided = package.Provides[i];
            claims[i + 1] = new ApkClaim(Name(provided.Name), node, provided.Operator == ApkOperator.Any ? null : provided.Bound, isOwn: false);
        }

        node.Claims = claims;
        return node;
    }
}
