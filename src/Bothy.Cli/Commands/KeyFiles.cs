using System.Text;
using Bothy.Cli.Rendering;
using Bothy.Engine.Locking;

namespace Bothy.Cli.Commands;

/// <summary>Files of keys as the command line names them.</summary>
internal static class KeyFiles
{
    private const int MaxLength = 64 << 10;

    /// <summary>The text of a key file, or of one with a password.</summary>
    /// <exception cref="BothyException">It cannot be read, or is too large for one.</exception>
    public static string Read(string path, Surroundings surroundings) => PackageFiles.Read(path, surroundings, file => file.Length <= MaxLength
        ? File.ReadAllText(file.FullName)
        : throw new BothyException($"cannot use {path}: it is too large for a key"));

    /// <summary>Writes a new pair of keys, the private one for its owner alone. What stands there already stays.</summary>
    /// <exception cref="BothyException">One of the files is there already, or cannot be written.</exception>
    public static async Task WriteAsync(string privatePath, string privateKey, string publicPath, string publicKey, Surroundings surroundings)
    {
        foreach (string path in (string[])[privatePath, publicPath])
        {
            if (File.Exists(Path.Combine(surroundings.WorkingDirectory, path)))
            {
                throw new BothyException($"cannot write {path}: it is there already") { Hint = "Keys are never overwritten; name another file, or move it away." };
            }
        }

        await WriteAsync(privatePath, privateKey, PublicFile.Private, surroundings);
        await WriteAsync(publicPath, publicKey, PublicFile.Public, surroundings);
    }

    /// <summary>Where the two are, as JSON.</summary>
    public static string Json(string privatePath, string publicPath) => JsonText.Of(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("private", privatePath);
        writer.WriteString("public", publicPath);
        writer.WriteEndObject();
    });

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
}
