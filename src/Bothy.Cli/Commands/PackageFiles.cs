using System.CommandLine;
using Bothy.Engine.Locking;
using Bothy.Packages.Alpine.Writing;

namespace Bothy.Cli.Commands;

/// <summary>Files of packages, indexes and keys as the command line names them.</summary>
internal static class PackageFiles
{
    private const int MaxKeyLength = 64 << 10;
    private const int MaxFileLength = 1 << 30;

    /// <summary>Reads a private key. Its public key is found by the same name with <c>.pub</c> behind it.</summary>
    /// <exception cref="BothyException">It cannot be read, or is no such key.</exception>
    public static ApkSigner LoadSigner(string path, Surroundings surroundings, ApkSignatureKind kind)
    {
        string pem = Read(path, surroundings, file => file.Length <= MaxKeyLength
            ? File.ReadAllText(file.FullName)
            : throw new BothyException($"cannot use the private key {path}: it is too large for one"));
        return ApkSigner.FromPem(pem, Path.GetFileName(path) + ".pub", kind);
    }

    /// <summary>Reads a whole package or index.</summary>
    /// <exception cref="BothyException">It cannot be read, or is too large.</exception>
    public static byte[] ReadAll(string path, Surroundings surroundings) => Read(path, surroundings, file => file.Length <= MaxFileLength
        ? File.ReadAllBytes(file.FullName)
        : throw new BothyException(FormattableString.Invariant($"cannot read {path}: it has more than {MaxFileLength} bytes")));

    /// <summary>Does something with a file that must be there.</summary>
    /// <exception cref="BothyException">It cannot be read.</exception>
    public static T Read<T>(string path, Surroundings surroundings, Func<FileInfo, T> read)
    {
        try
        {
            return read(new FileInfo(Path.Combine(surroundings.WorkingDirectory, path)));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new BothyException($"cannot read {path}: {FileFailure.Reason(failure)}", failure);
        }
    }

    /// <summary>Replaces a file at once, or writes it.</summary>
    /// <exception cref="BothyException">It cannot be written.</exception>
    public static async Task WriteAsync(string path, Surroundings surroundings, Action<Stream> write)
    {
        try
        {
            await PublicFile.WriteAsync(Path.Combine(surroundings.WorkingDirectory, path), file =>
            {
                write(file);
                return Task.CompletedTask;
            });
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new BothyException($"cannot write {path}: {FileFailure.Reason(failure)}", failure);
        }
    }

    /// <summary>Makes a directory, and those it is in, where it is not there yet.</summary>
    /// <exception cref="BothyException">It cannot be made.</exception>
    public static void CreateDirectory(string path, Surroundings surroundings)
    {
        try
        {
            Directory.CreateDirectory(Path.Combine(surroundings.WorkingDirectory, path));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new BothyException($"cannot write {path}: {FileFailure.Reason(failure)}", failure);
        }
    }

    /// <summary>The option <c>--signature</c>.</summary>
    public static Option<ApkSignatureKind> KindOption() => new("--signature")
    {
        Description = "The kind of the signature: RSA256 (unless given), RSA512, or RSA for apk-tools before 2.7.",
        HelpName = "KIND",
        CustomParser = result =>
        {
            switch (result.Tokens[^1].Value.ToUpperInvariant())
            {
                case "RSA256":
                    return ApkSignatureKind.Rsa256;
                case "RSA512":
                    return ApkSignatureKind.Rsa512;
                case "RSA":
                    return ApkSignatureKind.Rsa;
                default:
                    result.AddError($"cannot sign by '{result.Tokens[^1].Value}': want RSA256, RSA512 or RSA");
                    return default;
            }
        },
    };
}
