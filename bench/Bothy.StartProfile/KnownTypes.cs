using System.Reflection;

namespace Bothy.StartProfile;

/// <summary>The types of the framework that this runs on and of the assemblies beside it, by full name.</summary>
internal sealed class KnownTypes
{
    private static readonly Dictionary<string, Type> Primitives = new(StringComparer.Ordinal)
    {
        ["bool"] = typeof(bool), ["char"] = typeof(char), ["byte"] = typeof(byte), ["ubyte"] = typeof(byte), ["sbyte"] = typeof(sbyte),
        ["short"] = typeof(short), ["ushort"] = typeof(ushort), ["int"] = typeof(int), ["uint"] = typeof(uint),
        ["long"] = typeof(long), ["ulong"] = typeof(ulong), ["float"] = typeof(float), ["double"] = typeof(double),
        ["nint"] = typeof(nint), ["nuint"] = typeof(nuint),
    };

    private readonly Dictionary<string, List<Type>> _types = new(StringComparer.Ordinal);

    public KnownTypes()
    {
        string paths = (string?)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES") ?? "";
        foreach (string path in paths.Split(':').Order(StringComparer.Ordinal))
        {
            foreach (var type in TypesOf(Assembly.Load(new AssemblyName(Path.GetFileNameWithoutExtension(path)))))
            {
                if (!_types.TryGetValue(type.FullName!, out var types))
                {
                    _types[type.FullName!] = types = [];
                }

                types.Add(type);
            }
        }
    }

    /// <summary>The definition with that name; null where there is none.</summary>
    public Type? Find(string name) => Primitives.GetValueOrDefault(name) ?? (FindAll(name) is [var first, ..] ? first : null);

    /// <summary>All definitions with that name: several assemblies have the same internal code each.</summary>
    public IReadOnlyList<Type> FindAll(string name) => _types.GetValueOrDefault(name) ?? [];

    private static Type[] TypesOf(Assembly assembly)
    {
        try
        {
            return assembly.GetTypes();
        }
        catch (ReflectionTypeLoadException partly)
        {
            return [.. partly.Types.OfType<Type>()];
        }
    }
}
