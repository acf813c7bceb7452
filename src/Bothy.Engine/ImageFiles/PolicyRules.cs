using Bothy.Inspection.Advisories;
using Bothy.Inspection.Matching;
using Bothy.Inspection.Policy;

namespace Bothy.Engine.ImageFiles;

/// <summary>Reads what a policy names beside itself: which known vulnerabilities do not count.</summary>
public static class PolicyRules
{
    /// <summary>The rules of <paramref name="policy"/> at <paramref name="now"/>.</summary>
    /// <param name="policy">The policy. A file is looked for beside the file that names it first, then from <paramref name="workingDirectory"/>.</param>
    /// <param name="workingDirectory">Where relative names start: a full path.</param>
    /// <param name="now">What rules expire by.</param>
    /// <exception cref="ImageFileException">A file of rules has mistakes.</exception>
    /// <exception cref="BothyException">A file cannot be read, or is no VEX document.</exception>
    public static ScanRules Load(ImagePolicy policy, string workingDirectory, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return ScanRules.None(now) with
        {
            Ignores = [.. policy.Ignores, .. policy.IgnoreFiles.SelectMany(file => Read(file, workingDirectory, static (name, path) => IgnoreReader.Parse(name, FileInclusion.ReadBounded(path))))],
            Vex = [.. policy.VexFiles.Select(file => Read(file, workingDirectory, static (name, path) => new VexSource(name, VexDocument.Read(File.OpenRead(path), name))))],
        };
    }

    private static T Read<T>(PolicyFile file, string workingDirectory, Func<string, string, T> read)
    {
        string name = FileInclusion.NameBeside(file.Path, file.NamedBy, workingDirectory);
        try
        {
            return read(name, Path.Combine(workingDirectory, name));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new BothyException($"cannot read '{file.Path}' ({file.Place}): {FileInclusion.Reason(failure)}", failure);
        }
    }
}
