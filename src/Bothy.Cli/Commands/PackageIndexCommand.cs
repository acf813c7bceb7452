using System.Collections.Immutable;
using System.CommandLine;
using Bothy.Cli.Rendering;
using Bothy.Packages.Alpine;
using Bothy.Packages.Alpine.Writing;

namespace Bothy.Cli.Commands;

/// <summary><c>bothy package index</c>.</summary>
internal static class PackageIndexCommand
{
    private const string MachineKeys = "etc/apk/keys";

    public static Command Create(Surroundings surroundings, Terminal terminal)
    {
        var command = new Command("index", "Verify apk packages, list them in an index and print its path.");
        var packages = new Argument<string[]>("PACKAGES") { Description = "Packages, or directories of them.", Arity = ArgumentArity.OneOrMore };
        var output = new Option<string>("--output", "-o") { Description = "The index; APKINDEX.tar.gz in the only directory, else here.", HelpName = "FILE" };
        var description = new Option<string>("--description", "-d") { Description = "What the repository is, such as its release.", HelpName = "TEXT" };
        var sign = new Option<string>("--sign") { Description = "The private key that signs the index; packages that its public key signed are trusted.", HelpName = "KEY" };
        var kind = PackageFiles.KindOption();
        var keys = new Option<string[]>("--keys") { Description = "Directories of public keys that packages may be signed with, beside /etc/apk/keys.", HelpName = "DIR" };
        var untrusted = new Option<bool>("--allow-untrusted") { Description = "List packages that no known key signed as well." };
        var architecture = new Option<string>("--rewrite-arch") { Description = "What the index says as every package's architecture, as repositories do for noarch.", HelpName = "ARCH" };
        var quiet = new Option<bool>("--quiet", "-q") { Description = "Only warnings and errors on standard error." };
        var format = Formats.Option();
        command.Add(packages);
        foreach (var option in new Option[] { output, description, sign, kind, keys, untrusted, architecture, quiet, format })
        {
            command.Add(option);
        }

        command.SetAction(async (arguments, cancellationToken) =>
        {
            string[] named = arguments.GetRequiredValue(packages);
            using var signer = arguments.GetValue(sign) is { } key ? PackageFiles.LoadSigner(key, surroundings, arguments.GetValue(kind)) : null;
            var index = new ApkIndexBuilder
            {
                Keys = Keyring(arguments.GetValue(keys) ?? [], signer, surroundings),
                AllowUntrusted = arguments.GetValue(untrusted),
                Architecture = arguments.GetValue(architecture),
            };
            foreach (string file in Expand(named, surroundings))
            {
                cancellationToken.ThrowIfCancellationRequested();
                PackageFiles.Read(file, surroundings, found => Add(index, found, file));
            }

            string target = arguments.GetValue(output) ?? DefaultOutput(named, surroundings);
            long time = surroundings.SourceDateEpoch() ?? index.NewestBuild;
            await PackageFiles.WriteAsync(target, surroundings, stream =>
                ApkIndexWriter.Write(index.Stanzas, arguments.GetValue(description), time, signer is null ? [] : [signer], stream));
            Report(index, terminal, arguments.GetValue(quiet));
            terminal.Result(arguments.GetValue(format) == OutputFormat.Json ? Json(index, target) : target);
            return ExitCode.Success;
        });
        return command;
    }

    private static IndexedApk Add(ApkIndexBuilder index, FileInfo file, string shown)
    {
        using var stream = file.OpenRead();
        return index.Add(stream, stream.Length, shown);
    }

    private static ApkKeyring Keyring(string[] directories, ApkSigner? signer, Surroundings surroundings)
    {
        string machine = Path.Combine(surroundings.MachineRoot, MachineKeys);
        var keys = directories.Select(directory => Path.Combine(surroundings.WorkingDirectory, directory))
            .Concat(Directory.Exists(machine) ? [machine] : [])
            .Select(ApkKeyring.ReadDirectory)
            .Aggregate(ApkKeyring.Empty, (all, one) => all.With(one));
        return signer is null ? keys : keys.With(ApkKeyring.Of([new(signer.KeyName, System.Text.Encoding.ASCII.GetBytes(signer.ExportPublicKey()))]));
    }

    private static IEnumerable<string> Expand(string[] named, Surroundings surroundings)
    {
        foreach (string name in named)
        {
            if (!Directory.Exists(Path.Combine(surroundings.WorkingDirectory, name)))
            {
                yield return name;
                continue;
            }

            string[] files = Directory.GetFiles(Path.Combine(surroundings.WorkingDirectory, name), "*.apk");
            if (files.Length == 0)
            {
                throw new BothyException($"cannot index {name}: there is no .apk in it");
            }

            foreach (string file in files.Order(StringComparer.Ordinal))
            {
                yield return Path.Combine(name, Path.GetFileName(file));
            }
        }
    }

    private static string DefaultOutput(string[] named, Surroundings surroundings) =>
        named is [var only] && Directory.Exists(Path.Combine(surroundings.WorkingDirectory, only))
            ? Path.Combine(only, ApkIndexWriter.FileName)
            : ApkIndexWriter.FileName;

    private static void Report(ApkIndexBuilder index, Terminal terminal, bool quiet)
    {
        int untrusted = index.Packages.Count(package => package.KeyName is null);
        if (untrusted > 0)
        {
            terminal.Warning(FormattableString.Invariant($"{untrusted} of {index.Packages.Length} packages are signed by no known key (--allow-untrusted)"));
        }

        if (index.Packages.Any(package => package.Info.Architecture == "noarch"))
        {
            terminal.Warning("the index says 'noarch' of packages, and apk will look for them in a directory of that name; --rewrite-arch says which architecture's they are in");
        }

        if (!quiet)
        {
            ReportMissing(index.MissingNames, terminal);
            terminal.Line(FormattableString.Invariant($"indexed {index.Packages.Length} packages"));
        }
    }

    private static void ReportMissing(ImmutableArray<string> missing, Terminal terminal)
    {
        const int Shown = 8;
        if (missing.Length > 0)
        {
            string more = missing.Length > Shown ? FormattableString.Invariant($" and {missing.Length - Shown} more") : "";
            terminal.Line($"packages need what none of them provides: {string.Join(", ", missing.Take(Shown))}{more}");
        }
    }

    private static string Json(ApkIndexBuilder index, string path) => JsonText.Of(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("index", path);
        writer.WriteStartArray("packages");
        foreach (var package in index.Packages)
        {
            writer.WriteStartObject();
            writer.WriteString("name", package.Info.Name);
            writer.WriteString("version", package.Info.Version);
            writer.WriteString("arch", package.Info.Architecture);
            writer.WriteString("checksum", package.Checksum.ToString());
            writer.WriteNumber("size", package.Size);
            writer.WriteString("key", package.KeyName);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    });
}
