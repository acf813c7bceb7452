using System.CommandLine;
using System.Globalization;
using Bothy.Packages.Alpine.Writing;

namespace Bothy.Cli.Commands;

/// <summary><c>bothy package keygen</c>.</summary>
internal static class PackageKeygenCommand
{
    private const int Bits = 4096;

    public static Command Create(Surroundings surroundings, Terminal terminal)
    {
        var command = new Command("keygen", "Make a key for signing, NAME-HEX.rsa and NAME-HEX.rsa.pub, and print the private one's path.");
        var name = new Argument<string>("NAME") { Description = "Whose key it is, best an address.", DefaultValueFactory = _ => "bothy" };
        var directory = new Option<string>("--output", "-o") { Description = "The directory for both; here unless given.", HelpName = "DIR" };
        var format = Formats.Option();
        command.Add(name);
        command.Add(directory);
        command.Add(format);
        command.SetAction(async (arguments, _) =>
        {
            // The time keeps keys of one name apart, as those of abuild are.
            string hex = surroundings.Time.GetUtcNow().ToUnixTimeSeconds().ToString("x8", CultureInfo.InvariantCulture);
            string fileName = $"{arguments.GetRequiredValue(name)}-{hex}.rsa";
            using var key = ApkSigner.Generate(fileName + ".pub", Bits);
            string path = Path.Combine(arguments.GetValue(directory) ?? "", fileName);
            await KeyFiles.WriteAsync(path, key.ExportPrivateKey(), path + ".pub", key.ExportPublicKey(), surroundings);
            terminal.Result(arguments.GetValue(format) == OutputFormat.Json ? KeyFiles.Json(path, path + ".pub") : path);
            return ExitCode.Success;
        });
        return command;
    }
}
