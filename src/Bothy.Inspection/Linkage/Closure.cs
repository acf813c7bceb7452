using Bothy.Formats.Trees;

namespace Bothy.Inspection.Linkage;

/// <summary>Something that a file needs and that its loader does not find.</summary>
internal sealed record MissingNeed(LoadedObject By, string Name, LibraryLookup.NotFound Lookup);

/// <summary>A program, or a module alone, with all that is loaded for it, in the order of loading: breadth first.</summary>
internal sealed class Closure
{
    // More than any program; a chain of made-up libraries is not to take all memory.
    private const int MaxObjects = 4096;

    private const int MaxNeeds = 65536;

    private readonly LoaderSearch _search;
    private readonly List<LoadedObject> _objects = [];
    private readonly Dictionary<TreePath, LoadedObject> _byPath = [];

    private int _needs;

    private Closure(LoaderSearch search) => _search = search;

    public LoaderSearch Search => _search;

    public IReadOnlyList<LoadedObject> Objects => _objects;

    public List<MissingNeed> Missing { get; } = [];

    /// <summary>Those that only newer processors find.</summary>
    public List<(LoadedObject By, string Name, ElfObject Library)> ForSomeProcessors { get; } = [];

    public static Closure Load(ElfObject root, LoaderSearch search)
    {
        var closure = new Closure(search);
        closure.Add(root, root.Path, by: null);
        // It is there before anything else is loaded, though it is of no use to a library that stands alone.
        if (search.Loader is { } loader && loader.Path != root.Path)
        {
            closure.Add(loader, loader.Path, by: null);
        }

        for (int i = 0; i < closure._objects.Count && i < MaxObjects; i++)
        {
            closure.LoadNeeds(closure._objects[i]);
        }

        return closure;
    }

    /// <summary>The object that is loaded under that name; null for none.</summary>
    public LoadedObject? Named(string name) => _objects.FirstOrDefault(loaded => _search.IsName(loaded, name));

    /// <summary>Whether something that is loaded defines the symbol.</summary>
    public bool Defines(string symbol) => _objects.Exists(loaded => loaded.File.Facts.DefinedSymbols.Contains(symbol));

    private void LoadNeeds(LoadedObject by)
    {
        foreach (string name in by.File.Facts.Needed)
        {
            if (Named(name) is not null || ++_needs > MaxNeeds)
            {
                continue;
            }

            if (!IsUsable(name))
            {
                Missing.Add(new MissingNeed(by, name, new LibraryLookup.NotFound(null, null)));
                continue;
            }

            switch (_search.Find(name, by))
            {
                case LibraryLookup.Found found:
                    Add(found.Object, found.OpenedAs, by).Names.Add(name);
                    if (found.IsForSomeProcessors)
                    {
                        ForSomeProcessors.Add((by, name, found.Object));
                    }

                    break;
                case LibraryLookup.NotFound missing:
                    Missing.Add(new MissingNeed(by, name, missing));
                    break;
            }
        }
    }

    private static bool IsUsable(string name) =>
        name.Contains('/', StringComparison.Ordinal) || (TreePath.TryParse(name, null, out var path) && path.Value == name && !path.IsRoot);

    private LoadedObject Add(ElfObject file, TreePath openedAs, LoadedObject? by)
    {
        if (!_byPath.TryGetValue(file.Path, out var loaded))
        {
            _byPath[file.Path] = loaded = new LoadedObject(file, openedAs, by);
            _objects.Add(loaded);
        }

        return loaded;
    }
}
