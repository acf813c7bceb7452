using System.CommandLine;
using System.Globalization;
using System.Text;
using Bothy.Cli.Rendering;
using Bothy.Engine.Locking;
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
            await WriteAsync(path, key.ExportPrivateKey(), PublicFile.Private, surroundings);
            await WriteAsync(path + ".pub", key.ExportPublicKey(), PublicFile.Public, surroundings);
            terminal.Result(arguments.GetValue(format) == OutputFormat.Json ? Json(path) : path);
            return ExitCode.Success;
        });
        return command;
    }

    private static async Task WriteAsync(string path, string pem, UnixFileMode mode, Surroundings surroundings)
    {
        string target = Path.Combine(surroundings.WorkingDirectory, path);
        byte[] bytes = Encoding.ASCII.GetBytes(pem);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            await PublicFile.WriteAsync(target, file => file.WriteAsync(bytes).AsTask(), mode, overwrite: false);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new BothyException($"cannot write {path}: {FileFailure.Reason(failure)}", failure);
        }
    }

    private static string Json(string path) => JsonText.Of(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("private", path);
        writer.WriteString("public", path + ".pub");
        writer.WriteEndObject();
    });
}
