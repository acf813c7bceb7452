using System.Text.Json;

namespace Bothy.EndToEnd.Tests;

/// <summary>Images of the slices that come with Bothy: they are whole, they run, and they are small.</summary>
[Collection(RealImages.Name)]
public sealed class StarterReleaseTests(SharedStore store)
{
    // What an application may import, a TLS context with the authorities, and a time zone.
    private const string Imports = """
        import argparse, ast, asyncio, base64, bz2, calendar, collections, concurrent.futures, configparser, contextlib, copy, csv, ctypes, dataclasses
        import datetime, decimal, difflib, email.message, enum, fractions, functools, gzip, hashlib, heapq, hmac, html.parser, http.client, http.server
        import importlib.metadata, inspect, io, ipaddress, itertools, json, logging.handlers, lzma, mimetypes, mmap, multiprocessing, os, pathlib, pickle
        import platform, pprint, queue, random, re, resource, secrets, select, selectors, shutil, signal, smtplib, socket, socketserver, ssl, statistics
        import string, struct, subprocess, sys, sysconfig, tarfile, tempfile, textwrap, threading, time, tomllib, traceback, types, typing, unicodedata
        import urllib.request, uuid, warnings, weakref, wsgiref.simple_server, xml.dom.minidom, xml.etree.ElementTree, xml.sax, xmlrpc.client, zipfile, zlib, zoneinfo
        context = ssl.create_default_context()
        assert ctypes.CDLL(None).getpid() > 0 and uuid.uuid1() and decimal.Decimal('0.1') * 3 == decimal.Decimal('0.3')
        assert zoneinfo.ZoneInfo('Europe/Berlin').utcoffset(datetime.datetime(2026, 7, 1)).seconds == 7200
        assert lzma.decompress(lzma.compress(b'x')) == bz2.decompress(bz2.compress(b'x')) == gzip.decompress(gzip.compress(b'x'))
        async def run(): return await asyncio.to_thread(lambda: len(context.get_ca_certs()) > 100)
        print(asyncio.run(run()), hashlib.new('sha256', b'').hexdigest()[:4], sys.version_info[:2])
        """;

    [RequiresTheory(Needs.Network, Needs.Containers)]
    [InlineData("sliced-python", "python", "(3, 11)")]
    [InlineData("sliced-python-trixie", "python-trixie", "(3, 13)")]
    public void Python_runs_with_its_standard_library_and_is_40_percent_smaller_than_whole_packages(string sliced, string whole, string version)
    {
        using var output = new TemporaryDirectory();
        using var podman = new Podman();
        string part = Build(output, $"examples/{sliced}.yaml", "part");
        string all = Build(output, $"examples/{whole}.yaml", "all");

        Assert.Equal($"True e3b0 {version}", podman.RunImage(podman.Pull(part), "-c", Imports).Succeeded().Output.Trim());
        var (partSize, allSize) = (SizeOf(part), SizeOf(all));
        Assert.InRange((double)partSize.Compressed / allSize.Compressed, 0.2, 0.6);
        Assert.InRange((double)partSize.Unpacked / allSize.Unpacked, 0.2, 0.6);
        AssertNothingIsMissing(part);
    }

    [RequiresTheory(Needs.Network, Needs.Containers)]
    [InlineData("bookworm", "12", "nodejs_bins, ca-certificates_data", "/usr/bin/node", "-e", "console.log(require('tls').rootCertificates.length > 100, typeof fetch, new Intl.NumberFormat('de').format(1234.5))", "true function 1.234,5")]
    [InlineData("trixie", "13", "nodejs_bins, ca-certificates_data", "/usr/bin/node", "-e", "console.log(require('tls').rootCertificates.length > 100, typeof fetch, new Intl.NumberFormat('de').format(1234.5))", "true function 1.234,5")]
    [InlineData("bookworm", "12", "openssl_bins, ca-certificates_data", "/usr/bin/openssl", "sha256", "/etc/ssl/openssl.cnf", "SHA2-256(/etc/ssl/openssl.cnf)= ")]
    [InlineData("trixie", "13", "openssl_bins, ca-certificates_certs", "/usr/bin/openssl", "verify", "/usr/share/ca-certificates/mozilla/ISRG_Root_X1.crt", "/usr/share/ca-certificates/mozilla/ISRG_Root_X1.crt: OK")]
    [InlineData("bookworm", "12", "bash_bin-sh, coreutils_bins, base-passwd_data", "/bin/sh", "-c", "id -un www-data; seq 3 | sort -r | head -n1; [ -d /tmp ] && stat -c %a /tmp", "www-data\n3\n1777")]
    [InlineData("trixie", "13", "bash_bin-sh, coreutils_bins, base-passwd_data", "/bin/sh", "-c", "id -un www-data; seq 3 | sort -r | head -n1; [ -d /tmp ] && stat -c %a /tmp", "www-data\n3\n1777")]
    [InlineData("bookworm", "12", "busybox_bins", "/bin/busybox", "wc", "/etc/os-release", " /etc/os-release")]
    [InlineData("bookworm", "12", "openjdk-17-jre-headless_core, ca-certificates-java_data", "/usr/bin/java", "-XshowSettings:vm", "-version", "")]
    public void Slices_of_programs_run(string suite, string release, string slices, string program, string first, string second, string says)
    {
        using var output = new TemporaryDirectory();
        using var podman = new Podman();
        File.WriteAllText(output["image.yaml"], Image(suite, release, "base-files_base, base-files_release-info, " + slices));
        string image = Build(output, output["image.yaml"], "image");

        Assert.Contains(says, podman.RunImage(podman.Pull(image), program, first, second).Succeeded().Output, StringComparison.Ordinal);
        AssertNothingIsMissing(image);
    }

    [RequiresFact(Needs.Network, Needs.Containers)]
    public void Java_trusts_the_authorities_that_a_slice_brought()
    {
        using var output = new TemporaryDirectory();
        File.WriteAllText(output["image.yaml"], Image("bookworm", "12", "base-files_base, ca-certificates-java_data"));
        string root = Unpack(output);

        Assert.Contains("Your keystore contains 1", Judge.Run("keytool", "-list", "-keystore", $"{root}/etc/ssl/certs/java/cacerts", "-storepass", "changeit").Succeeded().Output, StringComparison.Ordinal);
    }

    [RequiresTheory(Needs.Network)]
    [InlineData("bookworm", "12")]
    [InlineData("trixie", "13")]
    public void Every_path_of_every_slice_is_in_its_package(string suite, string release)
    {
        using var output = new TemporaryDirectory();
        var definitions = Directory.GetFiles(Path.Combine(RealData.Project, $"slices/debian-{release}/slices"));
        string[] all = [.. definitions.SelectMany(SlicesOf).Order(StringComparer.Ordinal)];
        File.WriteAllText(output["image.yaml"], Image(suite, release, string.Join(", ", all)));

        var shown = BothyProgram.Run(store.Path, ["show", output["image.yaml"], "--format", "json", "--quiet"]).Succeeded();

        Assert.Equal("", shown.Error);
        Assert.Contains("python3_all", shown.Output, StringComparison.Ordinal);
    }

    [RequiresFact(Needs.Network, Needs.Containers)]
    public void The_manifest_names_the_slices_and_the_database_is_dpkgs()
    {
        using var output = new TemporaryDirectory();
        File.WriteAllText(output["image.yaml"], Image("bookworm", "12", "base-files_chisel, bash_bins", "  database: dpkg\n"));
        string root = Unpack(output);

        string manifest = Judge.Run("zstd", "-dc", $"{root}/var/lib/chisel/manifest.wall").Succeeded().Output;
        Assert.Contains("{\"kind\":\"content\",\"slice\":\"bash_bins\",\"path\":\"/bin/bash\"}", manifest, StringComparison.Ordinal);
        Assert.Equal(
            "bash bash_bins bash_copyright\n",
            Judge.Run("dpkg-query", "--admindir", $"{root}/var/lib/dpkg", "-W", "-f", "${Package} ${X-Bothy-Slices}\\n", "bash").Succeeded().Output);
        Assert.Equal("", Judge.Run("dpkg", "--root", root, "--verify").Succeeded().Output);
    }

    private static string Image(string suite, string release, string slices, string more = "") =>
        $"""
        contents:
          repositories: [deb {suite} main, deb {suite}-updates main, deb {suite}-security main]
          slices: {RealData.Project}/slices/debian-{release}
          packages: [{slices}]
        {more}archs: [amd64]

        """;

    private static IEnumerable<string> SlicesOf(string file) => File.ReadLines(file)
        .Where(line => line is [' ', ' ', not (' ' or '#'), .., ':'])
        .Select(line => $"{Path.GetFileNameWithoutExtension(file)}_{line.Trim(' ', ':')}");

    private string Build(TemporaryDirectory output, string imageFile, string name)
    {
        BothyProgram.Build(store.Path, imageFile, $"oci:{output[name]}");
        return $"oci:{output[name]}";
    }

    private string Unpack(TemporaryDirectory output)
    {
        Build(output, output["image.yaml"], "image");
        Judge.Run("umoci", "unpack", "--image", $"{output["image"]}:latest", output["bundle"]).Succeeded();
        return output["bundle/rootfs"];
    }

    private void AssertNothingIsMissing(string image)
    {
        var report = BothyProgram.Run(store.Path, ["check", image, "--format", "json"]).Succeeded();
        using var json = JsonDocument.Parse(report.Output);
        Assert.DoesNotContain(json.RootElement.GetProperty("findings").EnumerateArray(), finding => finding.GetProperty("severity").GetString() is "error" or "warning");
    }

    private (long Compressed, long Unpacked) SizeOf(string image)
    {
        using var json = JsonDocument.Parse(BothyProgram.Run(store.Path, ["inspect", image, "--format", "json"]).Succeeded().Output);
        var size = json.RootElement.GetProperty("size");
        return (size.GetProperty("compressed").GetInt64(), size.GetProperty("unpacked").GetInt64());
    }
}
