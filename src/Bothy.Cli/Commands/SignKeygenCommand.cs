using System.CommandLine;
using Bothy.Oci.Signing;

namespace Bothy.Cli.Commands;

/// <summary><c>bothy sign keygen</c>.</summary>
internal static class SignKeygenCommand
{
    public static Command Create(Surroundings surroundings, Terminal terminal)
    {
        var command = new Command("keygen", "Make a key for signing images, NAME.key and NAME.pub, and print the private one's path.");
        var name = new Argument<string>("NAME") { Description = "The name of both files, and where they are.", DefaultValueFactory = _ => "bothy" };
        command.Add(name);
        var password = new KeyPassword(command);
        var format = Formats.Option();
        command.Add(format);
        command.SetAction(async (arguments, _) =>
        {
            string path = arguments.GetRequiredValue(name) + ".key";
            string publicPath = arguments.GetRequiredValue(name) + ".pub";
            byte[] secret = password.ForNew(arguments, surroundings, terminal, path);
            using var key = SigningKey.Generate();
            await KeyFiles.WriteAsync(path, key.Export(secret), publicPath, key.PublicKey.Export(), surroundings);
            if (secret.Length == 0)
            {
                terminal.Warning($"{path} has no password: whoever reads the file can sign");
            }

            terminal.Result(arguments.GetValue(format) == OutputFormat.Json ? KeyFiles.Json(path, publicPath) : path);
            return ExitCode.Success;
        });
        return command;
    }
}
