using System.Collections.Immutable;
using Bothy.Formats.Trees;
using Bothy.Inspection.Checks;

namespace Bothy.Inspection.Linkage;

/// <summary>
/// Will it run: whether each program of an image finds its loader, libraries, versions and symbols, each script its interpreter, each Python
/// module its Python, and the container its program, by the rules of the loaders that are in the image and without running anything.
/// </summary>
public static class LinkageCheck
{
    /// <summary>The findings, the worst first.</summary>
    /// <exception cref="BothyException">A file of the tree cannot be read.</exception>
    public static ImmutableArray<Finding> Run(CheckSubject subject, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(subject);
        var findings = new FindingList(CheckArea.Linkage, subject);
        var objects = ElfObjects.Of(subject.Tree, cancellationToken);
        var loaders = new ImageLoaders(objects, subject.Environment("LD_LIBRARY_PATH"));
        foreach (var (path, problem) in objects.Damaged.OrderBy(static damaged => damaged.Key))
        {
            subject.Tree.TryGet(path, out var entry);
            findings.Add("damaged-file", Severity.Error, entry!, $"begins as a program and is damaged: {problem}");
        }

        new ProgramFindings(subject, objects, loaders, findings).Add(cancellationToken);
        new ScriptFindings(subject, objects, findings).Add();
        new PythonFindings(subject, loaders, findings).Add();
        return findings.ToImmutable();
    }

    /// <summary>
    /// What each program of a tree loads, as its loader does: the paths of the libraries in the order of loading, and the names of those that are
    /// not found. Programs whose loader is absent are left out.
    /// </summary>
    /// <exception cref="BothyException">A file of the tree cannot be read.</exception>
    public static IEnumerable<ProgramLinkage> Programs(FileTree tree, CancellationToken cancellationToken)
    {
        var objects = ElfObjects.Of(tree, cancellationToken);
        var loaders = new ImageLoaders(objects, libraryPath: null);
        foreach (var program in objects.All.Where(program => program.IsDynamicProgram && loaders.LoaderOf(program) is not null))
        {
            var closure = Closure.Load(program, loaders.For(program));
            yield return new ProgramLinkage(
                program,
                [.. closure.Objects.Skip(1).Select(static loaded => loaded.File.Path)],
                [.. closure.Missing.Select(static missing => missing.Name)]);
        }
    }
}

/// <summary>What a program loads.</summary>
/// <param name="Program">The program.</param>
/// <param name="Libraries">The libraries, the loader among them.</param>
/// <param name="Missing">What it or one of them needs and is not found.</param>
public sealed record ProgramLinkage(ElfObject Program, ImmutableArray<TreePath> Libraries, ImmutableArray<string> Missing);
