using System.Collections.Immutable;
using System.Text;
using Bothy.Formats.OpenPgp;
using Bothy.Packages.Debian;

namespace Bothy.Packages.Repositories;

/// <summary>
/// Finds the keys that may sign an archive: those that the source names, else the image file's keyring, else those that the
/// machine's apt configuration names for the archive, else the machine's keyrings of the distribution and apt's own.
/// </summary>
public sealed class DebianKeys
{
    private const string TrustedParts = "etc/apt/trusted.gpg.d";

    private static readonly string[] Endings = ["gpg", "pgp"];

    private readonly Dictionary<string, TrustedKeys> _known = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _lookedAt = new(StringComparer.Ordinal);
    private readonly MachineApt _machine;
    private readonly string _directory;
    private readonly ImmutableArray<KeyFile> _imageKeyring;

    /// <summary>Creates the search.</summary>
    /// <param name="machine">The machine's apt configuration and, by its root, the machine's keyrings.</param>
    /// <param name="directory">What relative paths of <c>signed-by</c> are relative to: the image file's directory.</param>
    /// <param name="imageKeyring">The files of the image file's own keyring.</param>
    public DebianKeys(MachineApt machine, string directory, ImmutableArray<KeyFile> imageKeyring)
    {
        ArgumentNullException.ThrowIfNull(machine);
        ArgumentNullException.ThrowIfNull(directory);
        _machine = machine;
        _directory = directory;
        _imageKeyring = imageKeyring;
    }

    /// <summary>The paths that were looked at so far, whether or not anything is there; a directory's ends with a slash.</summary>
    public ImmutableArray<string> LookedAt => [.. _lookedAt];

    /// <summary>The keys of <paramref name="archive"/>; the same object for the same keys.</summary>
    /// <exception cref="BothyException">A file of keys cannot be read, or there is none.</exception>
    public TrustedKeys For(DebianArchive archive)
    {
        ArgumentNullException.ThrowIfNull(archive);
        if (archive.Source.SignedBy.Length > 0)
        {
            return OfFiles(archive.Source.SignedBy.Select(file => Path.Combine(_directory, file)));
        }

        if (_imageKeyring.Length > 0)
        {
            return Known("the image file's keyring", () => OpenPgpKeyring.Merge([.. _imageKeyring.Select(file => OpenPgpKeyring.Parse(file.Bytes, file.Name))]));
        }

        return OfEntry(archive.Entry) ?? OfMachine(archive);
    }

    private TrustedKeys? OfEntry(MachineAptEntry? entry)
    {
        if (entry?.EmbeddedKey is { } key)
        {
            string shown = $"{entry.File} ({entry.Suite})";
            return Known(shown, () => OpenPgpKeyring.Parse(Encoding.ASCII.GetBytes(key), shown));
        }

        return entry is { SignedBy.IsEmpty: false } ? OfFiles(entry.SignedBy.Select(OnMachine)) : null;
    }

    private TrustedKeys OfMachine(DebianArchive archive)
    {
        string[] vendors = SuiteName.Of(archive.Source.Suite).Vendor switch
        {
            SuiteVendor.Debian => ["debian"],
            SuiteVendor.Ubuntu => ["ubuntu"],
            _ => ["debian", "ubuntu"],
        };
        var keyrings = vendors
            .Select(vendor => Endings.Select(ending => OnMachine($"usr/share/keyrings/{vendor}-archive-keyring.{ending}")).FirstOrDefault(Exists))
            .OfType<string>();
        string[] files = [.. keyrings, .. TrustedFiles()];
        return files.Length > 0
            ? OfFiles(files)
            : throw new BothyException($"cannot trust {DebianRepository.ShownUri(archive.Uri)} {archive.Source.Suite}: there is no key to verify it with")
            {
                Hint = "Install the package debian-archive-keyring on this machine, or name a file of keys: deb [signed-by=FILE] …",
            };
    }

    private IEnumerable<string> TrustedFiles()
    {
        string directory = OnMachine(TrustedParts);
        _lookedAt.Add(directory + "/");
        return Directory.Exists(directory)
            ? Directory.EnumerateFiles(directory).Where(file => Path.GetExtension(file) is ".gpg" or ".asc").Order(StringComparer.Ordinal)
            : [];
    }

    private bool Exists(string file)
    {
        _lookedAt.Add(file);
        return File.Exists(file);
    }

    private string OnMachine(string path) => Path.Combine(_machine.Root, path.TrimStart('/'));

    private TrustedKeys OfFiles(IEnumerable<string> files)
    {
        string[] paths = [.. files];
        _lookedAt.UnionWith(paths);
        return Known(string.Join(", ", paths), () => OpenPgpKeyring.Merge([.. paths.Select(Read)]));
    }

    private TrustedKeys Known(string shown, Func<OpenPgpKeyring> read)
    {
        if (!_known.TryGetValue(shown, out var keys))
        {
            keys = new TrustedKeys(read(), shown);
            _known.Add(shown, keys);
        }

        return keys;
    }

    private static OpenPgpKeyring Read(string path)
    {
        try
        {
            return OpenPgpKeyring.Parse(File.ReadAllBytes(path), path);
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new BothyException($"cannot read the keys of {path}: there is no such file", failure)
            {
                Hint = "A relative path of signed-by starts at the image file's directory.",
            };
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new BothyException($"cannot read the keys of {path}: {FileFailure.Reason(failure)}", failure);
        }
    }
}
