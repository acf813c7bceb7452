using System.Text;

namespace Bothy.Inspection.Advisories;

/// <summary>A world of packages with names and versions of its own.</summary>
public enum AdvisorySpace
{
    /// <summary>Alpine's packages, by origin.</summary>
    Alpine,

    /// <summary>Wolfi's packages, by origin.</summary>
    Wolfi,

    /// <summary>Chainguard's packages, by origin.</summary>
    Chainguard,

    /// <summary>Debian's source packages.</summary>
    Debian,

    /// <summary>Ubuntu's source packages.</summary>
    Ubuntu,

    /// <summary>Distributions of Python.</summary>
    PyPI,

    /// <summary>Packages of Node.js.</summary>
    Npm,

    /// <summary>Modules of Go.</summary>
    Go,

    /// <summary>Artifacts of Maven, as <c>group:artifact</c>.</summary>
    Maven,

    /// <summary>Packages of .NET.</summary>
    NuGet,

    /// <summary>Crates of Rust.</summary>
    CratesIo,
}

/// <summary>The names of the spaces and of packages in them.</summary>
public static class AdvisorySpaces
{
    private static readonly (AdvisorySpace Space, string Name)[] Names =
    [
        (AdvisorySpace.Alpine, "Alpine"),
        (AdvisorySpace.Wolfi, "Wolfi"),
        (AdvisorySpace.Chainguard, "Chainguard"),
        (AdvisorySpace.Debian, "Debian"),
        (AdvisorySpace.Ubuntu, "Ubuntu"),
        (AdvisorySpace.PyPI, "PyPI"),
        (AdvisorySpace.Npm, "npm"),
        (AdvisorySpace.Go, "Go"),
        (AdvisorySpace.Maven, "Maven"),
        (AdvisorySpace.NuGet, "NuGet"),
        (AdvisorySpace.CratesIo, "crates.io"),
    ];

    /// <summary>Every space.</summary>
    public static IEnumerable<AdvisorySpace> All => Names.Select(known => known.Space);

    /// <summary>The name of the space as OSV's schema writes it ("Defined Ecosystems").</summary>
    public static string Name(this AdvisorySpace space) => Names[(int)space].Name;

    /// <summary>The space that OSV's schema gives this name, whatever its case; null for one that is not known here.</summary>
    public static AdvisorySpace? Find(string name)
    {
        foreach (var (space, known) in Names)
        {
            if (known.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return space;
            }
        }

        return null;
    }

    /// <summary>Whether the packages are those of a distribution, whose releases have versions of their own.</summary>
    public static bool IsDistribution(this AdvisorySpace space) => space <= AdvisorySpace.Ubuntu;

    /// <summary>
    /// The one form of a package's name: for Python as PEP 503 normalises, for NuGet in lower case, elsewhere as it is.
    /// </summary>
    public static string Normalise(this AdvisorySpace space, string package)
    {
        ArgumentNullException.ThrowIfNull(package);
        return space switch
        {
            AdvisorySpace.PyPI => NormalisePython(package),
            AdvisorySpace.NuGet => package.ToLowerInvariant(),
            _ => package,
        };
    }

    private static string NormalisePython(string package)
    {
        var name = new StringBuilder(package.Length);
        bool separated = false;
        foreach (char character in package)
        {
            if (character is '-' or '_' or '.')
            {
                separated = true;
                continue;
            }

            if (separated)
            {
                name.Append('-');
                separated = false;
            }

            name.Append(char.ToLowerInvariant(character));
        }

        return separated ? name.Append('-').ToString() : name.ToString();
    }
}
