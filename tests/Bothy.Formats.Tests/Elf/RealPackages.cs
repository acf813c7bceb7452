namespace Bothy.Formats.Tests.Elf;

/// <summary>Packages of the machine's own mirror, unpacked by dpkg to compare with.</summary>
internal static class RealPackages
{
    /// <summary>Fetches and unpacks packages into a directory below <paramref name="directory"/>, whose path is returned.</summary>
    public static string Unpack(TemporaryDirectory directory, string[] options, params string[] packages)
    {
        string debs = Directory.CreateDirectory(directory["debs"]).FullName;
        string root = Directory.CreateDirectory(directory["root"]).FullName;
        Judge.Run("apt-get", ["-o", "APT::Sandbox::User=root", .. options, "download", .. packages], directory: debs).Succeeded();
        foreach (string deb in Directory.GetFiles(debs, "*.deb").Order(StringComparer.Ordinal))
        {
            Judge.Run("dpkg-deb", "-x", deb, root).Succeeded();
        }

        return root;
    }

    /// <summary>Fetches the index of another suite from the machine's mirror; the options under which apt-get uses it.</summary>
    public static string[] UpdateSuite(TemporaryDirectory directory, string suite)
    {
        string mirror = Judge.Run("apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages", "Component: main")
            .Succeeded().Output.Split('\n').First(uri => uri.Contains("/debian/", StringComparison.Ordinal));
        File.WriteAllText(directory["sources.list"], $"deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] {mirror} {suite} main\n");
        Directory.CreateDirectory(directory["lists/partial"]);
        string[] options =
        [
            "-o", "Dir::Etc::SourceList=" + directory["sources.list"], "-o", "Dir::Etc::SourceParts=/dev/null",
            "-o", "Dir::State::lists=" + directory["lists"], "-o", "Dir::Cache=" + Directory.CreateDirectory(directory["cache"]).FullName,
            "-o", "Acquire::Languages=none", "-o", "APT::Sandbox::User=root",
        ];
        Judge.Run("apt-get", [.. options, "update"]).Succeeded();
        return options;
    }
}
