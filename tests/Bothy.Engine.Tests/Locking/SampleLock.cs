using System.Collections.Immutable;
using System.Text;
using Bothy.Engine.ImageFiles;
using Bothy.Engine.Locking;
using Bothy.Packages;
using Bothy.Packages.Alpine;
using Bothy.Packages.Repositories;
using Bothy.Packages.Solving;

namespace Bothy.Engine.Tests.Locking;

/// <summary>A lock with everything a lock can hold.</summary>
internal static class SampleLock
{
    public const string ImageFileText =
        """
        contents:
          repositories:
            - deb http://mirror.example/debian bookworm main
            - deb http://mirror.example/debian-security bookworm-security main
          keyring: [keys/debian.gpg]
          packages: [curl, "ca-certificates=20230311*"]
          omit: [debconf]
        init: tini
        archs: [amd64, arm64]
        """;

    public static ImageSpec Spec(string text = ImageFileText) => ImageFile.Parse("x.yaml", Encoding.UTF8.GetBytes(text));

    public static LockFile Create() => new()
    {
        Tool = new LockedTool("bothy", "0.1.0", "v1"),
        ImageFileName = "x.yaml",
        Inputs = LockInputs.Of(Spec()),
        Architectures = ImmutableSortedDictionary.Create<string, LockedArchitecture>(StringComparer.Ordinal)
            .Add("amd64", Amd64())
            .Add("arm64", Arm64())
            .Add("s390x", new LockedArchitecture()),
    };

    public static LockedPackage Package(string name, string version, byte[] content, params Reason[] reasons) => new()
    {
        Id = new PackageId(name, version, "amd64"),
        Source = name,
        SourceVersion = version,
        Url = new Uri($"http://mirror.example/debian/pool/main/{name[0]}/{name}/{name}_{version.Split(':')[^1]}_amd64.deb"),
        Size = content.Length,
        Digest = Digest.Of(content),
        Reasons = [.. reasons],
    };

    private static LockedArchitecture Amd64()
    {
        var curl = new PackageId("curl", "7.88.1-10+deb12u5", "amd64");
        return new LockedArchitecture
        {
            Repositories =
            [
                new LockedRepository.Debian(new VerifiedRelease
                {
                    Uri = "http://mirror.example/debian/",
                    Suite = "bookworm",
                    Codename = "bookworm",
                    Version = "12.5",
                    Origin = "Debian",
                    Date = new DateTimeOffset(2024, 2, 10, 11, 7, 25, TimeSpan.Zero),
                    Digest = Digest.Of("release"u8),
                    KeyFingerprints = ["4CB50190207B4758A3F73A796ED0E7B82643E131"],
                    Indexes = [new VerifiedIndex("main/binary-amd64/Packages.xz", Digest.Of("index"u8), 8786996)],
                }),
                new LockedRepository.Debian(new VerifiedRelease
                {
                    Uri = "http://mirror.example/debian-security/",
                    Suite = "bookworm-security",
                    Date = new DateTimeOffset(2024, 3, 1, 0, 0, 0, TimeSpan.Zero),
                    ValidUntil = new DateTimeOffset(2024, 3, 8, 0, 0, 0, TimeSpan.Zero),
                    Digest = Digest.Of("security"u8),
                    KeyFingerprints = [],
                }),
            ],
            Packages =
            [
                Package("libc6", "2.36-9+deb12u4", [1, 2], new Reason.Needed(curl, "Depends", "libc6 (>= 2.34) | libc6.1", "libc6 (>= 2.34)", null)),
                Package("curl", "7.88.1-10+deb12u5", [3], new Reason.Requested("curl")) with { Source = "cürl", SourceVersion = "1:7" },
                Package("awk", "1", [], new Reason.Needed(new PackageId("gone", "1.0", "all"), "Pre-Depends", "awk-virtual", "awk-virtual", "awk-virtual")),
            ],
            Omitted = [new LockedOmission(new PackageId("debconf", "1.5.82", "all"), [new Reason.Needed(curl, "Depends", "debconf", "debconf", null)])],
            Warnings = ["'curl' is asked for twice"],
        };
    }

    private static LockedArchitecture Arm64() => new()
    {
        Repositories =
        [
            new LockedRepository.Alpine
            {
                Uri = "https://mirror.example/alpine/v3.19/main/",
                Description = "v3.19.1-41-g5a2a16a1e0c",
                Date = new DateTimeOffset(2024, 1, 26, 17, 55, 7, TimeSpan.Zero),
                Index = Digest.Of("APKINDEX"u8),
                Size = 423_000,
                Key = "builder-6165ee59.rsa.pub",
            },
            new LockedRepository.Alpine
            {
                Uri = "/packages/",
                Tag = "local",
                Date = new DateTimeOffset(2024, 2, 1, 0, 0, 0, TimeSpan.Zero),
                Index = Digest.Of("unsigned"u8),
                Size = 12,
                Key = null,
            },
        ],
        Keys = [new LockedKey("builder-6165ee59.rsa.pub", "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----\n")],
        Packages =
        [
            new LockedPackage
            {
                Id = new PackageId("hello", "1.0-r0", "aarch64"),
                Source = "hello",
                SourceVersion = "1.0-r0",
                Url = new Uri("file:///packages/aarch64/hello-1.0-r0.apk"),
                Size = 3,
                Digest = Digest.Of("apk"u8),
                Checksum = ApkChecksum.Parse("Q1eSUzT3rVPf3fqWYpVs25LWdQ4uw="),
                Tag = "local",
                Reasons = [new Reason.Requested("hello@local")],
            },
        ],
        Debug =
        [
            new LockedPackage
            {
                Id = new PackageId("busybox-static", "1.36.1-r15", "aarch64"),
                Source = "busybox",
                SourceVersion = "1.36.1-r15",
                Url = new Uri("https://mirror.example/alpine/v3.19/main/aarch64/busybox-static-1.36.1-r15.apk"),
                Size = 7,
                Digest = Digest.Of("busybox"u8),
                Checksum = ApkChecksum.Parse("Q1eSUzT3rVPf3fqWYpVs25LWdQ4uw="),
                Reasons = [new Reason.Requested("busybox-static")],
            },
        ],
    };
}
