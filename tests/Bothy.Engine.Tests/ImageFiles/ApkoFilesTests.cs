using Bothy.Engine.Building;
using Bothy.Engine.ImageFiles;

namespace Bothy.Engine.Tests.ImageFiles;

public sealed class ApkoFilesTests
{
    [RequiresFact(Needs.Data)]
    public void Every_real_apko_file_is_read_asks_for_nothing_that_is_not_built_and_prints_as_it_reads()
    {
        string source = Path.Combine(RealData.Directory, "configs", "apko");
        using var directory = new TemporaryDirectory();
        Directory.CreateDirectory(directory["examples"]);
        foreach (string file in Directory.GetFiles(source, "*.yaml"))
        {
            File.Copy(file, Path.Combine(directory["examples"], Path.GetFileName(file)));
        }

        string[] names = [.. Directory.GetFiles(source, "*.yaml").Select(Path.GetFileName).Order(StringComparer.Ordinal)!];
        var warned = new List<string>();
        foreach (string name in names)
        {
            var spec = ImageFile.Load($"examples/{name}", directory.Path);
            string printed = ImageSpecWriter.ToYaml(spec);
            Readiness.Check(spec);

            Assert.Equal(SpecDump.Of(spec), SpecDump.Of(ImageFile.Parse(name, System.Text.Encoding.UTF8.GetBytes(printed))));
            warned.AddRange(spec.Warnings.Select(warning => $"{name}: {warning.Value}"));
        }

        Assert.True(names.Length >= 20, $"only {names.Length} files");
        Assert.Equal(
            ["images-external-attacher-configs-latest.apko.yaml: 'recursive' in 'accounts' has no meaning, to apko neither; it is ignored"],
            warned);
    }

    [RequiresFact(Needs.Data)]
    public void Values_of_real_files_are_what_they_say()
    {
        string source = Path.Combine(RealData.Directory, "configs", "apko");

        var node = ImageFile.Load("images-node-configs-latest.apko.yaml", source);
        Assert.Equal("3000", node.Environment["NODE_PORT"]);
        Assert.Equal("false", node.Environment["NPM_CONFIG_UPDATE_NOTIFIER"]);
        Assert.Equal(Convert.ToInt32("777", 8), node.Paths[0].Permissions);
        Assert.Equal("65532", node.Accounts.RunAs?.Value);

        var nginx = ImageFile.Load("nginx.yaml", source);
        Assert.True(nginx.Entrypoint!.IsServiceBundle);
        Assert.Equal("/usr/sbin/nginx -c /etc/nginx/nginx.conf -g \"daemon off;\"", nginx.Entrypoint.Services["nginx"]);

        var certificates = ImageFile.Load("certificates.yaml", source);
        Assert.Equal(["pretend-pear-x1", "bogus-broccoli-x2"], certificates.Certificates.Select(certificate => certificate.Name));
    }
}
