using Bothy.Packages.Solving;

namespace Bothy.Packages.Alpine;

/// <summary>Chooses apk packages, and their order of installation, as apk would in an empty root.</summary>
public static class ApkSolver
{
    /// <summary>Chooses packages from <paramref name="pool"/> for <paramref name="request"/>.</summary>
    /// <remarks>
    /// A package that others bring along by <c>install_if</c> has the reason <see cref="Reason.Needed"/> with the field
    /// <c>install_if</c>: each condition's package needs it.
    /// </remarks>
    /// <exception cref="BothyException">The world contradicts itself in its words: a tag that no repository has, a name both wanted and omitted.</exception>
    /// <exception cref="MalformedDataException">The stanza of a package that was looked at is wrong.</exception>
    public static Resolution<ApkPackage> Solve(ApkPool pool, ApkSolverRequest request, CancellationToken cancellationToken) =>
        throw new NotSupportedException();
}
