using System.Collections.Immutable;
using System.Security.Cryptography;
using Bothy.Formats.Trees;
using Bothy.Inspection.Catalog;
using Bothy.Inspection.Graph;
using Bothy.Inspection.Languages;
using Bothy.Packages;
using Bothy.Store;

namespace Bothy.Inspection.Sbom;

/// <summary>Gathers what a bill of materials lists.</summary>
internal sealed class BomGathering
{
    private readonly ImageContents _contents;
    private readonly SbomSubject _subject;
    private readonly BomNames _names = new();
    private readonly List<BomComponent> _components = [];
    private readonly Dictionary<InstalledPackage, BomComponent> _installed = [];
    private readonly Dictionary<PackageId, BomComponent> _byId = [];
    private readonly Dictionary<TreePath, List<BomComponent>> _languageFiles = [];

    private BomGathering(ImageContents contents, SbomSubject subject)
    {
        _contents = contents;
        _subject = subject;
    }

    public static BomParts Gather(ImageContents contents, SbomSubject subject, PackageGraph? graph, SbomFiles files, CancellationToken cancellationToken)
    {
        var gathering = new BomGathering(contents, subject);
        gathering.AddInstalled(cancellationToken);
        gathering.AddUnlisted(graph);
        var found = LanguagePackages.Find(contents.Tree, cancellationToken);
        var dependencies = gathering.AddLanguages(found.Packages);
        var (all, unowned) = files == SbomFiles.None ? ([], []) : gathering.AddFiles(files, cancellationToken);
        return new BomParts([.. gathering._components], [.. gathering.OfGraph(graph), .. dependencies], all, unowned, found.PassedOver);
    }

    private void AddInstalled(CancellationToken cancellationToken)
    {
        var sources = new Dictionary<(PackageSystem, string, string), BomComponent>();
        foreach (var package in _contents.Packages)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!sources.TryGetValue((package.System, package.SourceName, package.SourceVersion), out var source))
            {
                sources[(package.System, package.SourceName, package.SourceVersion)] = source = Source(package);
            }

            var purl = PackageUrls.Of(package, _contents.Release);
            Add(package, new BomComponent
            {
                Id = _names.Give("Package", $"{purl.Type}-{package.Name}-{package.Version}", $"{purl}\n{package.Database}"),
                Kind = BomKind.Distribution,
                Name = package.Name,
                Version = package.Version,
                Purl = purl,
                License = PackageLicenses.Of(_contents, package),
                Description = package.Description,
                Publisher = package.Maintainer,
                Homepage = package.Url,
                OwnChecksum = package.Checksum,
                Evidence = $"installed according to {package.Database}",
                Slices = SlicesOf(package.Slices),
                Layer = LayerOf(package),
                Source = source,
            });
        }

        _components.AddRange(sources.Values.OrderBy(static source => source.Name, StringComparer.Ordinal).ThenBy(static source => source.Version, StringComparer.Ordinal).ThenBy(static source => source.Id, StringComparer.Ordinal));
    }

    private static string? SlicesOf(ImmutableArray<string> slices) => slices.IsEmpty ? null : string.Join(' ', slices);

    private BomComponent Source(InstalledPackage package)
    {
        string type = package.System == PackageSystem.Apk ? "apk" : "deb";
        return new BomComponent
        {
            Id = _names.Give("Source", $"{type}-{package.SourceName}-{package.SourceVersion}", $"source {type} {package.SourceName} {package.SourceVersion}"),
            Kind = BomKind.Source,
            Name = package.SourceName,
            Version = package.SourceVersion,
            Purl = PackageUrls.OfSource(package, _contents.Release),
        };
    }

    private void Add(InstalledPackage package, BomComponent component)
    {
        _components.Add(component);
        _installed[package] = component;
        _byId.TryAdd(package.Id, component);
    }

    // The layer of its last file, which is the one that brought it as it is now; without files, that of the database.
    private int? LayerOf(InstalledPackage package)
    {
        if (_contents.Image is null)
        {
            return OnlyLayer;
        }

        int? layer = null;
        foreach (var path in _contents.FilesOf(package))
        {
            layer = Math.Max(layer ?? 0, _contents.LayerOf(path) ?? 0);
        }

        return layer ?? _contents.LayerOf(package.Database);
    }

    private int? OnlyLayer => _subject.Layers.Length == 1 ? 0 : null;

    private int? LayerOf(TreePath path) => _contents.Image is null ? OnlyLayer : _contents.LayerOf(path);

    // An image need not keep its package database; the lock still knows what it was made of.
    private void AddUnlisted(PackageGraph? graph)
    {
        if (graph is null or { Source: GraphSource.Inferred })
        {
            return;
        }

        foreach (var package in graph.Packages.Where(package => !package.IsOmitted && !_byId.ContainsKey(package.Id)))
        {
            var system = _contents.Packages is [var first, ..] ? first.System : SystemOf(package.Id);
            var purl = PackageUrls.Of(system, package.Id, _contents.Release);
            var component = new BomComponent
            {
                Id = _names.Give("Package", $"{purl.Type}-{package.Id.Name}-{package.Id.Version}", $"{purl}\nlock"),
                Kind = BomKind.Distribution,
                Name = package.Id.Name,
                Version = package.Id.Version,
                Purl = purl,
                Evidence = "installed according to the lock; the image has no package database that lists it",
                Slices = SlicesOf(package.Slices),
            };
            _components.Add(component);
            _byId.Add(package.Id, component);
        }
    }

    private PackageSystem SystemOf(PackageId package) =>
        _contents.Release is { Id: "alpine" or "wolfi" or "chainguard" } || package.Architecture is "x86_64" or "aarch64" or "noarch" or "x86" or "armv7" or "armhf" && _contents.Release is not { Id: "debian" or "ubuntu" }
            ? PackageSystem.Apk
            : PackageSystem.Dpkg;

    private List<BomDependency> AddLanguages(ImmutableArray<LanguagePackage> packages)
    {
        var added = new List<(LanguagePackage Package, BomComponent Component)>();
        foreach (var package in packages)
        {
            string place = package.Inside is null ? package.Location.ToString() : $"{package.Location}!/{package.Inside}";
            string name = package.Group is null ? package.Name : $"{package.Group}:{package.Name}";
            var component = new BomComponent
            {
                Id = _names.Give("Package", $"{package.Ecosystem.ToString().ToLowerInvariant()}-{name}-{package.Version}", $"{package.Ecosystem} {name} {package.Version} {place}"),
                Kind = package.IsApplication ? BomKind.Application : BomKind.Language,
                Name = name,
                Version = package.Version,
                Purl = PackageUrls.Of(package),
                License = LicenseExpressions.Of(package.License),
                Description = package.Description,
                Homepage = package.Homepage,
                Sha512 = package.PackageSha512,
                OwnChecksum = package.ModuleSum,
                Evidence = $"found in {place}",
                Location = package.Location,
                Layer = LayerOf(package.Location),
                Owner = _contents.OwnerOf(package.Location) is { } owner ? _installed[owner] : null,
            };
            _components.Add(component);
            added.Add((package, component));
            foreach (var path in package.Files)
            {
                if (!_languageFiles.TryGetValue(path, out var holders))
                {
                    _languageFiles[path] = holders = [];
                }

                holders.Add(component);
            }
        }

        return Dependencies(added);
    }

    private static List<BomDependency> Dependencies(List<(LanguagePackage Package, BomComponent Component)> added)
    {
        var byName = added.ToLookup(static item => (item.Package.Ecosystem, item.Package.Location, item.Package.Name, item.Package.Version), static item => item.Component);
        return
        [
            .. from item in added
               from reference in item.Package.Dependencies
               let target = byName[(item.Package.Ecosystem, item.Package.Location, reference.Name, reference.Version)].FirstOrDefault()
               where target is not null && target != item.Component
               select new BomDependency(item.Component, target, null),
        ];
    }

    private IEnumerable<BomDependency> OfGraph(PackageGraph? graph)
    {
        if (graph is null)
        {
            yield break;
        }

        bool inferred = graph.Source == GraphSource.Inferred;
        foreach (var request in graph.Requests)
        {
            foreach (var package in request.Packages)
            {
                if (_byId.TryGetValue(package, out var component))
                {
                    yield return new BomDependency(null, component, request.Kind switch
                    {
                        RequestKind.ImageFile => $"asked for by the image file: {request.Text}",
                        RequestKind.World => $"asked for by /etc/apk/world: {request.Text}",
                        RequestKind.Base => $"in the image that it is built on: {request.Text}",
                        _ => "no other package needs it",
                    });
                }
            }
        }

        foreach (var edge in graph.Edges)
        {
            if (edge.From != edge.To && _byId.TryGetValue(edge.From, out var from) && _byId.TryGetValue(edge.To, out var to))
            {
                // install_if is a condition of the other: the package is there because those it names are.
                yield return edge.Kind == EdgeKind.InstallIf ? new BomDependency(to, from, Reason(edge, inferred)) : new BomDependency(from, to, Reason(edge, inferred));
            }
        }
    }

    private static string Reason(PackageEdge edge, bool inferred)
    {
        string chosen = edge.IsChoice ? $"; taken for {edge.Alternative}{(edge.Provides is null ? "" : $", which it provides as {edge.Provides}")}" : "";
        return $"{edge.Field}: {edge.Relation}{chosen}{(inferred ? " (inferred from the package database)" : "")}";
    }

    private (ImmutableArray<BomFile> All, ImmutableArray<BomFile> Unowned) AddFiles(SbomFiles wanted, CancellationToken cancellationToken)
    {
        var all = ImmutableArray.CreateBuilder<BomFile>();
        var unowned = ImmutableArray.CreateBuilder<BomFile>();
        foreach (var entry in _contents.Tree.Entries)
        {
            var content = entry.Kind switch
            {
                EntryKind.File => entry.Content,
                EntryKind.HardLink => _contents.Tree.Find(entry.Path)?.Content,
                _ => null,
            };
            if (content is null)
            {
                continue;
            }

            var owner = _contents.OwnerOf(entry.Path);
            bool isLanguages = _languageFiles.TryGetValue(entry.Path, out var holders);
            if (owner is null && !isLanguages && wanted == SbomFiles.Owned)
            {
                continue;
            }

            cancellationToken.ThrowIfCancellationRequested();
            var file = new BomFile(_names.GiveFile(entry.Path.Value), entry.Path, content.Digest.Hex, Sha1Of(content), content.Length, LayerOf(entry.Path));
            all.Add(file);
            if (owner is not null)
            {
                _installed[owner].Files.Add(file);
            }

            foreach (var holder in holders ?? [])
            {
                holder.Files.Add(file);
            }

            if (owner is null && !isLanguages)
            {
                unowned.Add(file);
            }
        }

        return (all.ToImmutable(), unowned.ToImmutable());
    }

    // The store hashed it when it took the file; what is only in memory is hashed here.
    private static string Sha1Of(FileContent content)
    {
        if (content is PackedFile packed)
        {
            return Convert.ToHexStringLower(packed.Sha1.Span);
        }

        using var stream = content.OpenRead();
        return Convert.ToHexStringLower(SHA1.HashData(stream));
    }
}
