using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Bothy.Engine.ImageFiles;
using Bothy.Packages;
using Bothy.Packages.Repositories;
using Bothy.Packages.Slices;
using Bothy.Packages.Solving;

namespace Bothy.Engine.Locking;

/// <summary>Reads a lock strictly: every field is known, present where it must be, and of its type.</summary>
internal static class LockReader
{
    /// <summary>The largest lock: a package takes about 1 KiB, so tens of thousands fit.</summary>
    public const int MaxBytes = 64 << 20;

    /// <summary>How dates are written: in UTC, to the second.</summary>
    public const string DateFormat = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    private const int MaxDepth = 12;

    private static readonly string[] DebianFields =
        ["uri", "suite", "codename", "version", "origin", "date", "validUntil", "release", "keys", "indexes"];

    private static readonly string[] AlpineFields = ["uri", "tag", "description", "date", "index", "size", "key", "untrusted"];

    private static readonly string[] PackageFields =
        ["name", "version", "architecture", "source", "sourceVersion", "url", "size", "digest", "checksum", "tag", "slices", "why"];

    /// <summary>Reads <paramref name="content"/>, which is called <paramref name="name"/> in messages.</summary>
    /// <exception cref="BothyException">It is not a lock that can be used.</exception>
    public static LockFile Read(string name, ReadOnlyMemory<byte> content)
    {
        try
        {
            if (content.Length > MaxBytes)
            {
                throw new MalformedLockException("", $"it is larger than {MaxBytes >> 20} MiB");
            }

            var options = new JsonDocumentOptions { MaxDepth = MaxDepth, AllowDuplicateProperties = false };
            using var document = JsonDocument.Parse(content, options);
            return ReadLock(name, new LockField(document.RootElement, ""));
        }
        catch (JsonException failure)
        {
            string place = FormattableString.Invariant($"line {failure.LineNumber + 1}, column {failure.BytePositionInLine + 1}");
            throw Failure(name, failure.LineNumber is null ? failure.Message : $"it is not JSON ({place})", failure);
        }
        catch (InvalidOperationException failure)
        {
            // JsonElement says so of a string with half a surrogate pair.
            throw Failure(name, "it holds text that is not Unicode", failure);
        }
        catch (MalformedLockException failure)
        {
            throw Failure(name, failure.Message, failure);
        }
    }

    private static BothyException Failure(string name, string reason, Exception inner) =>
        new($"cannot read {name}: {reason}", inner) { Hint = "Write it again with 'bothy lock'." };

    private static LockFile ReadLock(string name, LockField root)
    {
        CheckVersion(name, root);
        root.Object("version", "tool", "image", "slices", "architectures");
        var tool = root["tool"].Object("name", "version", "compression");
        var image = root["image"].Object("file", "digest", "repositories", "keyring", "packages", "omit", "settings");
        var inputs = new LockInputs
        {
            Repositories = Texts(image["repositories"]),
            Keyring = Texts(image["keyring"]),
            Packages = Texts(image["packages"]),
            Omit = Texts(image["omit"]),
            Settings = image["settings"].Fields().Aggregate(ImageSpec.NoTexts, static (all, field) => all.SetItem(field.Key, field.Value.Text())),
        };
        if (image["digest"].Digest() != inputs.Digest)
        {
            throw image["digest"].Problem("it is not the digest of what stands beside it");
        }

        return new LockFile
        {
            Tool = new LockedTool(tool["name"].Text(), tool["version"].Text(), tool["compression"].Text()),
            ImageFileName = image["file"].Text(),
            Inputs = inputs,
            Slices = root.Find("slices")?.Digest(),
            Architectures = root["architectures"].Fields().Aggregate(
                ImmutableSortedDictionary.Create<string, LockedArchitecture>(StringComparer.Ordinal),
                static (all, field) => all.SetItem(ArchitectureName(field), ReadArchitecture(field.Value))),
        };
    }

    private static void CheckVersion(string name, LockField root)
    {
        long version = root.Object("version", "tool", "image", "slices", "architectures") is var top ? top["version"].Size() : 0;
        if (version != LockFile.FormatVersion)
        {
            throw new BothyException(string.Create(CultureInfo.InvariantCulture, $"cannot read {name}: it is a lock of version {version}, and this bothy reads version {LockFile.FormatVersion}"))
            {
                Hint = version > LockFile.FormatVersion ? "Use a newer bothy, or write it again with 'bothy lock'." : "Write it again with 'bothy lock'.",
            };
        }
    }

    private static string ArchitectureName(KeyValuePair<string, LockField> field) =>
        ImageArchitecture.All.Any(architecture => architecture.Name == field.Key) ? field.Key : throw field.Value.Problem("unknown architecture");

    private static LockedArchitecture ReadArchitecture(LockField field)
    {
        field.Object("repositories", "keys", "base", "packages", "debug", "omitted", "warnings");

        // The reasons name packages by names that are only known when all of them are.
        var names = new LockedNames(field["packages"].List(ReadId).Concat(field.Find("debug")?.List(ReadId) ?? []).Concat(field["omitted"].List(ReadId)).Concat(field.Find("base")?["packages"].List(ReadId) ?? []));
        return new LockedArchitecture
        {
            Repositories = field["repositories"].List(ReadRepository),
            Keys = field.Find("keys")?.List(ReadKey) ?? [],
            Base = field.Find("base") is { } below ? ReadBase(below, names) : null,
            Packages = field["packages"].List(package => ReadPackage(package, names)),
            Debug = field.Find("debug")?.List(package => ReadPackage(package, names)) ?? [],
            Omitted = field["omitted"].List(omitted => ReadOmission(omitted, names)),
            Warnings = Texts(field["warnings"]),
        };
    }

    private static LockedBase ReadBase(LockField field, LockedNames names)
    {
        field.Object("image", "manifest", "packages");
        return new LockedBase(
            field["image"].Text(),
            field["manifest"].Digest(),
            field["packages"].List(package => new LockedBasePackage(
                ReadId(package), package["source"].Text(), package["sourceVersion"].Text(), package["why"].List(reason => ReadReason(reason, names)))));
    }

    private static LockedRepository ReadRepository(LockField field) =>
        field.Object([.. DebianFields, .. AlpineFields]).Find("index") is null ? new LockedRepository.Debian(ReadRelease(field)) : ReadAlpine(field);

    private static LockedRepository.Alpine ReadAlpine(LockField field)
    {
        field.Object(AlpineFields);
        bool isUntrusted = field.Find("untrusted")?.True() ?? false;
        string? key = field.Find("key")?.Text();
        if (key is null != isUntrusted)
        {
            throw field.Problem(isUntrusted ? "it has a key and is untrusted" : "it has no key and is not untrusted");
        }

        return new LockedRepository.Alpine
        {
            Uri = field["uri"].Text(),
            Tag = field.Find("tag")?.Text(),
            Description = field.Find("description")?.Text(),
            Date = field["date"].Date(),
            Index = field["index"].Digest(),
            Size = field["size"].Size(),
            Key = key,
        };
    }

    private static LockedKey ReadKey(LockField field)
    {
        field.Object("name", "text");
        return new LockedKey(field["name"].FileName(), field["text"].Text());
    }

    private static VerifiedRelease ReadRelease(LockField field)
    {
        field.Object(DebianFields);
        return new VerifiedRelease
        {
            Uri = field["uri"].Text(),
            Suite = field["suite"].Text(),
            Codename = field.Find("codename")?.Text(),
            Version = field.Find("version")?.Text(),
            Origin = field.Find("origin")?.Text(),
            Date = field["date"].Date(),
            ValidUntil = field.Find("validUntil")?.Date(),
            Digest = field["release"].Digest(),
            KeyFingerprints = Texts(field["keys"]),
            Indexes = field["indexes"].List(static index =>
            {
                index.Object("path", "digest", "size");
                return new VerifiedIndex(index["path"].Text(), index["digest"].Digest(), index["size"].Size());
            }),
        };
    }

    private static LockedPackage ReadPackage(LockField field, LockedNames names)
    {
        field.Object(PackageFields);
        return new LockedPackage
        {
            Id = ReadId(field),
            Source = field["source"].Text(),
            SourceVersion = field["sourceVersion"].Text(),
            Url = field["url"].Url(),
            Size = field["size"].Size(),
            Digest = field["digest"].Digest(),
            Checksum = field.Find("checksum")?.ApkChecksum(),
            Tag = field.Find("tag")?.Text(),
            Slices = field.Find("slices")?.List(SliceNamed) ?? [],
            Reasons = field["why"].List(reason => ReadReason(reason, names)),
        };
    }

    private static LockedOmission ReadOmission(LockField field, LockedNames names)
    {
        field.Object("name", "version", "architecture", "why");
        return new LockedOmission(ReadId(field), field["why"].List(reason => ReadReason(reason, names)));
    }

    private static PackageId ReadId(LockField field)
    {
        field.Object(PackageFields);
        return new PackageId(field["name"].Text(), field["version"].Text(), field["architecture"].Text());
    }

    private static Reason ReadReason(LockField field, LockedNames names)
    {
        field.Object("request", "by", "field", "relation", "alternative", "provides", "bySlice", "slice");
        if (field.Find("request") is { } request)
        {
            field.Object("request");
            return new Reason.Requested(request.Text());
        }

        var by = field["by"];
        var package = names.Find(by.Text()) ?? throw by.Problem($"the lock has no package '{by.Text()}'");
        if (field.Find("slice") is { } slice)
        {
            field.Object("by", "bySlice", "slice");
            return new Reason.NeededSlice(package, SliceNamed(field["bySlice"]), SliceNamed(slice));
        }

        field.Object("by", "field", "relation", "alternative", "provides");
        return new Reason.Needed(
            package,
            field["field"].Text(),
            field["relation"].Text(),
            field["alternative"].Text(),
            field.Find("provides")?.Text());
    }

    private static string SliceNamed(LockField field) =>
        SliceName.TryParse(field.Text(), null, out var name) ? name.ToString() : throw field.Problem($"'{field.Text()}' is not the name of a slice");

    private static ImmutableArray<string> Texts(LockField field) => field.List(static item => item.Text());
}
