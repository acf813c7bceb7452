using System.CommandLine;

namespace Bothy.Cli.Commands;

/// <summary>The examples that close the help of each command.</summary>
internal static class Examples
{
    private static readonly Dictionary<string, string> ByCommand = new(StringComparer.Ordinal)
    {
        ["build"] = """
            Examples:
              bothy build python.yaml -o oci:out/python                   build, print the digest
              bothy build python.yaml -t app:1 -o docker-archive:app.tar  for 'podman load' and 'docker load'
              bothy build python.yaml --arch amd64,arm64 -o oci:out       one index, two architectures
              bothy build python.yaml -t registry.example/me/app:1 --push straight into a registry
              bothy build python.yaml --locked --offline -o oci:out       exactly what the lock says, without the network
              bothy build python.yaml -o oci:out --sbom-path out/sboms    and bills of materials beside it
              bothy build --from registry.example/app:1 --verify          build it again, and compare

            """,
        ["solve"] = """
            Examples:
              bothy solve python.yaml                                     the packages, in order of installation
              bothy solve python.yaml --format json | jq -r '.[].name'

            """,
        ["lock"] = """
            Examples:
              bothy lock python.yaml                                      writes python.lock.json
              bothy lock python.yaml --vendor vendor                      and keeps the exact packages

            """,
        ["outdated"] = """
            Examples:
              bothy outdated python.yaml                                  what 'bothy lock' would change today
              bothy outdated python.yaml --files --format markdown        with the files, for a review
              bothy outdated registry.example/app:1 --exit-code           3 where something would change

            """,
        ["show"] = """
            Examples:
              bothy show python.yaml                                      the effective image file, packages and sizes

            """,
        ["inspect"] = """
            Examples:
              bothy inspect oci:out/python                                how big, how many moving parts, will it run
              bothy inspect app.tar --html app.html                       the same as a page, with a map of its bytes
              bothy inspect oci:out/app --beside oci:out/base             and what of it the other image has already
              bothy inspect oci:out/app --format json | jq .size.unpacked

            """,
        ["tree"] = """
            Examples:
              bothy tree oci:out/python                                   every file, directory by directory
              bothy tree docker-archive:app.tar '/etc/**' --depth 2       some of them
              bothy tree podman:app --by package --depth 0                what each package weighs
              bothy tree oci-archive:app.tar --diff-layers --format json  what each layer adds, changes and hides

            """,
        ["compare"] = """
            Examples:
              bothy compare oci:old oci:new                               what an update changes
              bothy compare oci:a oci:b oci:c                             and what they cost beside each other
              bothy compare oci:alpine oci:debian --times 20              as the base of 20 services
              bothy compare oci:old oci:new --format markdown             for a review
              bothy compare oci:old oci:new --exit-code                   3 where they differ

            """,
        ["why"] = """
            Examples:
              bothy why oci:out/python /usr/bin/python3                   which request brought the file, and what it costs
              bothy why oci:out/python libssl.so.3                        who needs the library
              bothy why oci:out/python CVE-2023-0286                      from the advisory to who asked for the package
              bothy why python.yaml openssl --refresh                     before the image is built; by indexes of today

            """,
        ["check"] = """
            Examples:
              bothy check oci:out/python                                  will it run, and how well is it hardened
              bothy check podman:app --only linkage                       loaders, libraries, versions, interpreters
              bothy check oci-archive:app.tar --policy policy.yaml        and does it keep to the rules
              bothy check oci:out --fail-on warning --format json | jq '.findings[]'

            """,
        ["test"] = """
            Examples:
              bothy test oci:out/base -c tests/base.yaml                  container-structure-test's files, without a daemon
              bothy test oci:out/app -c app.yaml                          the 'tests' of an image file, those of commands too
              bothy test oci:out/app -c app.yaml --platforms linux/amd64,linux/arm64 --format junit > app.xml

            """,
        ["scan"] = """
            Examples:
              bothy scan oci:out/python                                   by the advisories that 'bothy db update' fetched
              bothy scan python.lock.json --fail-on high,fixable          before anything is built; 3 where something is found
              bothy scan app.cdx.json --format sarif > app.sarif          a bill of materials, for a forge
              bothy scan registry.example/app:1 --vex app.vex.json --ignore ignore.yaml --baseline last.json
              bothy scan oci:out/python --upgrade --html python.html      and what a new lock would fix

            """,
        ["sbom"] = """
            Examples:
              bothy sbom oci:out/python > python.spdx.json                packages, files, licences, dependencies
              bothy sbom debian:12 --format cyclonedx -o debian.cdx.json  any image, from anywhere
              bothy sbom registry.example/app:1 --platforms all -o bills  one for each image of an index
              bothy sbom oci:out/python --files none | jq -r '.packages[].externalRefs[0].referenceLocator'

            """,
        ["copy"] = """
            Examples:
              bothy copy oci:out/python registry.example/me/python:1      an index goes whole, what is there is not sent
              bothy copy registry.example/me/python:1 oci:copy --referrers
              bothy copy alpine:3.20 docker-archive:alpine.tar --platform linux/arm64
              bothy copy podman:app localhost:5000/app

            """,
        ["login"] = """
            Examples:
              bothy login registry.example -u me                          asks for the password
              pass registry | bothy login registry.example -u me --password-stdin

            """,
        ["logout"] = """
            Examples:
              bothy logout registry.example

            """,
        ["sign"] = """
            Examples:
              bothy sign registry.example/app:1 --key bothy.key           in both of cosign's shapes
              bothy sign oci:out/app -k bothy.key -a env=prod --recursive the images of an index too

            """,
        ["sign keygen"] = """
            Examples:
              bothy sign keygen                                           bothy.key, under a password, and bothy.pub
              bothy sign keygen keys/release --password-file secret.txt

            """,
        ["verify"] = """
            Examples:
              bothy verify registry.example/app:1 --key bothy.pub         3 where the key did not sign it
              bothy verify oci:out/app -k bothy.pub -a env=prod
              bothy verify registry.example/app:1 -k bothy.pub --type slsaprovenance --format json

            """,
        ["attest"] = """
            Examples:
              bothy attest registry.example/app:1 -k bothy.key --provenance
              bothy attest oci:out/app -k bothy.key --type spdx --predicate app.spdx.json
              bothy attest oci:out/app -k bothy.key --type vuln           its known vulnerabilities, as 'bothy scan' finds them

            """,
        ["db update"] = """
            Examples:
              bothy db update --for alpine:3.20,debian                    what is known of their packages
              bothy db update --for pypi,npm                              and of these besides
              bothy db update                                             what has changed since
              bothy db update --source https://example.org/security.json  from elsewhere

            """,
        ["db status"] = """
            Examples:
              bothy db status                                             how old, from where, of which releases
              bothy db status --format json | jq .ageInDays

            """,
        ["db import"] = """
            Examples:
              bothy db import secdb/v3.19/main.json DSA-list              documents as they are published
              bothy db import osv/                                        records, one in each file
              bothy db import advisories.db --only                        a snapshot that was exported, as it was

            """,
        ["db export"] = """
            Examples:
              bothy db export advisories.db                               for a machine without a network

            """,
        ["db push"] = """
            Examples:
              bothy db push registry.example/advisories:2026-03-01

            """,
        ["db pull"] = """
            Examples:
              bothy db pull registry.example/advisories:2026-03-01        everyone judges by the same

            """,
        ["store prune"] = """
            Examples:
              bothy store prune --keep 5G                                 what was not used for longest goes first
              bothy store prune --keep 0                                  all but what running builds use

            """,
        ["debug"] = """
            Examples:
              bothy debug web                                             a shell beside the running container, its files in /target
              bothy debug oci:out/app                                     a shell in a container of the image, as the image's user
              bothy debug --root registry.example/app:1 -- ls -l /app     one command, as root
              bothy debug web --toolbox registry.example/app:1-debug      with the shell of a debug image

            """,
        ["slices check"] = """
            Examples:
              bothy slices check slices/debian-12                         every mistake, file:line:column
              bothy slices check chisel-releases --format json | jq '.findings[] | select(.kind == "conflict")'

            """,
        ["slices find"] = """
            Examples:
              bothy slices find python3 --release slices/debian-12        by package or name, near ones too
              bothy slices find /usr/bin/openssl --release slices/debian-12    which slice has the file

            """,
        ["package index"] = """
            Examples:
              bothy package index repo/x86_64 --sign me@example.org-65f1a2b3.rsa    writes repo/x86_64/APKINDEX.tar.gz
              bothy package index *.apk -o APKINDEX.tar.gz --allow-untrusted        without asking who made the packages

            """,
        ["package sign"] = """
            Examples:
              bothy package sign me@example.org-65f1a2b3.rsa repo/x86_64/APKINDEX.tar.gz
              bothy package sign me@example.org-65f1a2b3.rsa repo/x86_64/*.apk

            """,
        ["package keygen"] = """
            Examples:
              bothy package keygen me@example.org                                   prints me@example.org-HEX.rsa
              bothy package keygen me@example.org -o ~/.abuild

            """,
    };

    /// <summary>The examples of <paramref name="command"/>; null where it has none.</summary>
    public static string? Of(Command command) => ByCommand.GetValueOrDefault(string.Join(' ', App.PathOf(command)));
}
