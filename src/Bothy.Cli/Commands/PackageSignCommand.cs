using System.CommandLine;
using Bothy.Packages.Alpine.Writing;

namespace Bothy.Cli.Commands;

/// <summary><c>bothy package sign</c>.</summary>
internal static class PackageSignCommand
{
    public static Command Create(Surroundings surroundings, Terminal terminal)
    {
        var command = new Command("sign", "Sign apk packages and indexes in place; signatures of other keys stay. Prints their paths.");
        var key = new Argument<string>("KEY") { Description = "The private key; whoever verifies finds its public key by the name of this file with .pub behind it." };
        var files = new Argument<string[]>("FILE") { Description = "Packages and indexes.", Arity = ArgumentArity.OneOrMore };
        var kind = PackageFiles.KindOption();
        command.Add(key);
        command.Add(files);
        command.Add(kind);
        command.SetAction(async (arguments, cancellationToken) =>
        {
            using var signer = PackageFiles.LoadSigner(arguments.GetRequiredValue(key), surroundings, arguments.GetValue(kind));
            foreach (string file in arguments.GetRequiredValue(files))
            {
                cancellationToken.ThrowIfCancellationRequested();
                byte[] bytes = PackageFiles.ReadAll(file, surroundings);
                using var signed = new MemoryStream();
                ApkResigner.Sign(bytes, file, signer, signed);
                await PackageFiles.WriteAsync(file, surroundings, signed.WriteTo);
                terminal.Result(file);
            }

            return ExitCode.Success;
        });
        return command;
    }
}
