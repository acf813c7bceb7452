using System.Text;
using Bothy.Formats.Trees;
using Bothy.Inspection.Languages;

namespace Bothy.Inspection.Tests.Languages;

public sealed class LanguagePackagesTests
{
    private static readonly Origin Source = new Origin.ImageFile("test");

    [Fact]
    public void Python_distributions_are_found_with_the_files_of_their_record() => Finds(
        """
        Python NoRecord 2 /usr/lib/python3/dist-packages/NoRecord-2.dist-info/METADATA
            files /usr/lib/python3/dist-packages/NoRecord-2.dist-info/METADATA /usr/lib/python3/dist-packages/NoRecord-2.dist-info/top_level.txt
        Python Old_Egg 1.0 /opt/Old_Egg-1.0.egg-info license ZPL 2.1
            files /opt/Old_Egg-1.0.egg-info
        Python requests 2.31.0 /usr/lib/python3/dist-packages/requests-2.31.0.dist-info/METADATA license Apache-2.0
            files /usr/bin/requests /usr/lib/python3/dist-packages/requests/a,"b".py /usr/lib/python3/dist-packages/requests-2.31.0.dist-info/METADATA
        Python typing-thing 4 /opt/typing_thing.egg-info/PKG-INFO license Python Software Foundation License
            files /opt/typing_thing.egg-info/PKG-INFO
        """,
        ("usr/lib/python3/dist-packages/requests-2.31.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: requests\nVersion: 2.31.0\nLicense: Something: else\n more of it\nLicense-Expression: Apache-2.0\n\nName: not this\n"),
        ("usr/lib/python3/dist-packages/requests-2.31.0.dist-info/RECORD", "\"requests/a,\"\"b\"\".py\",sha256=x,1\nrequests-2.31.0.dist-info/METADATA,,\n../../../bin/requests,,\n../../../../../../etc/passwd,,\n/etc/shadow,,\ngone.py,,\n"),
        ("usr/lib/python3/dist-packages/requests/a,\"b\".py", "x"),
        ("usr/bin/requests", "x"),
        ("etc/passwd", "x"),
        ("usr/lib/python3/dist-packages/NoRecord-2.dist-info/METADATA", "Name: NoRecord\r\nVersion: 2\r\nLicense: UNKNOWN\r\n\r\n"),
        ("usr/lib/python3/dist-packages/NoRecord-2.dist-info/top_level.txt", "norecord\n"),
        ("opt/Old_Egg-1.0.egg-info", "Name: Old_Egg\nVersion: 1.0\nLicense: ZPL 2.1\n"),
        ("opt/typing_thing.egg-info/PKG-INFO", "Name: typing-thing\nVersion: 4\nClassifier: Topic :: X\nClassifier: License :: OSI Approved\nClassifier: License :: OSI Approved :: Python Software Foundation License\n"));

    [Fact]
    public void Node_modules_are_found_wherever_they_are_nested_each_with_its_own_files() => Finds(
        """
        Node @scope/inner 3.0.0 /app/node_modules/outer/node_modules/@scope/inner/package.json license (MIT OR Apache-2.0)
            files /app/node_modules/outer/node_modules/@scope/inner/package.json
        Node outer 1.0.0 /app/node_modules/outer/package.json license MIT
            files /app/node_modules/outer/esm/package.json /app/node_modules/outer/lib/a.js /app/node_modules/outer/package.json
        Node semver 7.3.5 /usr/share/nodejs/semver/package.json license ISC
            files /usr/share/nodejs/semver/package.json
        """,
        ("app/package.json", """{"name":"app","version":"1.0.0"}"""),
        ("app/node_modules/outer/package.json", """{"name":"outer","version":"1.0.0","license":"MIT"}"""),
        ("app/node_modules/outer/lib/a.js", "x"),
        ("app/node_modules/outer/node_modules/@scope/inner/package.json", """{"name":"@scope/inner","version":"3.0.0","licenses":[{"type":"MIT"},"Apache-2.0"]}"""),
        ("app/node_modules/outer/esm/package.json", """{"type":"module"}"""),
        ("app/node_modules/nameless/package.json", """{"type":"module"}"""),
        ("usr/share/nodejs/semver/package.json", """{"name":"semver","version":"7.3.5","license":{"type":"ISC"}}"""));

    [Fact]
    public void Packages_of_dotnet_are_those_of_its_dependencies_file() => Finds(
        """
        NuGet Microsoft.NETCore.App.Runtime.linux-x64 8.0.1 /app/app.deps.json
        NuGet Newtonsoft.Json 13.0.3 /app/app.deps.json sha512 cf83e135
        NuGet app 1.2.0 /app/app.deps.json application
            with Microsoft.NETCore.App.Runtime.linux-x64 8.0.1, Newtonsoft.Json 13.0.3
        """,
        ("app/app.deps.json",
            """
            {"targets":{".NETCoreApp,Version=v8.0":{"app/1.2.0":{"dependencies":{"Newtonsoft.Json":"13.0.3","runtimepack.Microsoft.NETCore.App.Runtime.linux-x64":"8.0.1"}}}},
             "libraries":{
               "app/1.2.0":{"type":"project","serviceable":false,"sha512":""},
               "runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/8.0.1":{"type":"runtimepack","sha512":""},
               "System.Private.Reference/1.0.0":{"type":"referenceassembly","sha512":""},
               "Newtonsoft.Json/13.0.3":{"type":"package","sha512":"sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg=="}}}
            """));

    [Theory]
    [InlineData(false)]
    [InlineData(true)] // Go before 1.18
    public void Modules_of_a_go_program_are_what_was_really_built(bool old) => Finds(
        $"""
        Go example.org/app - /usr/bin/app application
            with github.com/BurntSushi/toml v1.2.1, golang.org/x/text v0.3.8, stdlib {(old ? "1.16.15" : "1.22.3")}
        Go github.com/BurntSushi/toml v1.2.1 /usr/bin/app sum h1:9F2/+DoOYIOksmaJFPw1tGFy1eDnIJXg+UHjuD8lTak=
        Go golang.org/x/text v0.3.8 /usr/bin/app sum h1:nAL+RVCQ9uMn3vJZbV+MRnydTJFPf8qqY42YiA6MrqY=
        Go stdlib {(old ? "1.16.15" : "1.22.3")} /usr/bin/app
        """,
        ("usr/bin/app", old ? LanguageSamples.OldGoProgram() : LanguageSamples.GoProgram()));

    [Fact]
    public void Crates_of_a_rust_program_are_those_in_it() => Finds(
        """
        Rust app 0.1.0 /usr/bin/tool application
            with itoa 1.0.5, serde 1.0.152
        Rust itoa 1.0.5 /usr/bin/tool
        Rust serde 1.0.152 /usr/bin/tool
            with itoa 1.0.5
        """,
        ("usr/bin/tool", LanguageSamples.RustProgram()));

    [Fact]
    public void Artifacts_of_jars_are_found_in_jars_in_jars_as_well()
    {
        byte[] deepest = LanguageSamples.MavenJar("org.deep", "four", "4");
        byte[] third = LanguageSamples.MavenJar("org.deep", "three", "3", ("lib/four.jar", deepest));
        byte[] second = LanguageSamples.MavenJar("org.deep", "two", "2", ("lib/three.jar", third));
        byte[] first = LanguageSamples.MavenJar("org.deep", "one", "1", ("lib/two.jar", second));
        byte[] bundle = LanguageSamples.Jar(("META-INF/MANIFEST.MF", Encoding.UTF8.GetBytes(
            "Manifest-Version: 1.0\r\nBundle-SymbolicName: org.slf4j.a\r\n pi;singleton:=true\r\nBundle-Version: 1.7.32\r\nBundle-License: MIT\r\n\r\nName: x\r\nBundle-Version: 9\r\n")));
        Finds(
            """
            Java - org.slf4j.api 1.7.32 /usr/share/java/slf4j.jar license MIT
            Java org.deep one 1 /srv/app.war!WEB-INF/lib/one.jar
            Java org.deep three 3 /srv/app.war!WEB-INF/lib/one.jar!/lib/two.jar!/lib/three.jar
            Java org.deep two 2 /srv/app.war!WEB-INF/lib/one.jar!/lib/two.jar
            Java org.example app 5 /srv/app.war
            Java org.shaded other 2 /srv/app.war
            """,
            ("srv/app.war", LanguageSamples.MavenJar(
                "org.example",
                "app",
                "5",
                ("WEB-INF/lib/one.jar", first),
                ("META-INF/maven/org.shaded/other/pom.properties", "version=2\ngroupId=org.shaded\nartifactId=other\n"u8.ToArray()))),
            ("usr/share/java/slf4j.jar", bundle));
    }

    [Theory]
    [InlineData("opt/x.dist-info/METADATA", "Version: 1\n")] // no name
    [InlineData("opt/x.dist-info/METADATA", "no header\n")]
    [InlineData("node_modules/x/package.json", "[1]")]
    [InlineData("node_modules/x/package.json", "{")]
    [InlineData("node_modules/x/package.json", "{\"name\":\"\\ud800\",\"version\":\"1\"}")] // half a surrogate pair
    [InlineData("app/x.deps.json", "{\"libraries\":[]}")]
    [InlineData("lib/x.jar", "no zip archive at all")]
    public void What_does_not_follow_its_format_is_passed_over_and_said_so(string path, string content)
    {
        var findings = LanguagePackages.Find(TreeOf([(path, Encoding.UTF8.GetBytes(content))]), CancellationToken.None);

        Assert.Empty(findings.Packages);
        Assert.Contains($"/{path}", Assert.Single(findings.PassedOver), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("python")]
    [InlineData("record")]
    [InlineData("node")]
    [InlineData("dotnet")]
    [InlineData("go")]
    [InlineData("old-go")]
    [InlineData("rust")]
    [InlineData("java")]
    public void Damaged_files_do_nothing_worse_than_to_be_passed_over(string kind)
    {
        var (path, good) = Sample(kind);
        var random = new Random(20_240_601);
        for (int i = 0; i < 1500; i++)
        {
            byte[] bad = Mutation.Of(good, random);
            for (int more = random.Next(3); more > 0 && bad.Length > 0; more--)
            {
                bad = Mutation.Of(bad, random);
            }

            LanguagePackages.Find(
                TreeOf([("lib/x.dist-info/METADATA", "Name: x\nVersion: 1\n\n"u8.ToArray()), (path, bad)]),
                CancellationToken.None);
        }
    }

    [Fact]
    public void A_list_that_unpacks_without_end_is_passed_over()
    {
        byte[] bomb = LanguageSamples.Zlib(new byte[64 << 20]);
        var findings = LanguagePackages.Find(TreeOf([("usr/bin/x", ElfSectionSample.Program((".dep-v0", bomb)))]), CancellationToken.None);

        Assert.Contains("unpacks to more than", Assert.Single(findings.PassedOver), StringComparison.Ordinal);
    }

    private static (string Path, byte[] Good) Sample(string kind) => kind switch
    {
        "python" => ("lib/y.dist-info/METADATA", "Metadata-Version: 2.1\nName: y\nVersion: 2\nLicense: MIT\nClassifier: License :: OSI Approved :: MIT License\n\ntext\n"u8.ToArray()),
        "record" => ("lib/x.dist-info/RECORD", "x/__init__.py,sha256=abc,10\n\"x/a,b.py\",,\n../../bin/x,,\n"u8.ToArray()),
        "node" => ("a/node_modules/@s/x/package.json", """{"name":"@s/x","version":"1.0.0","licenses":[{"type":"MIT"}],"dependencies":{"y":"^1"}}"""u8.ToArray()),
        "dotnet" => ("a/x.deps.json", """{"targets":{"net":{"x/1":{"dependencies":{"y":"2"}}}},"libraries":{"x/1":{"type":"project"},"y/2":{"type":"package","sha512":"sha512-AAAA"}}}"""u8.ToArray()),
        "go" => ("bin/x", LanguageSamples.GoProgram()),
        "old-go" => ("bin/x", LanguageSamples.OldGoProgram()),
        "rust" => ("bin/x", LanguageSamples.RustProgram()),
        _ => ("lib/x.jar", LanguageSamples.MavenJar("org.x", "x", "1", ("lib/y.jar", LanguageSamples.MavenJar("org.y", "y", "2")))),
    };

    private static FileTree TreeOf(IEnumerable<(string Path, byte[] Content)> files)
    {
        var tree = new FileTree();
        foreach (var (path, content) in files)
        {
            tree.Set(TreeEntry.File(TreePath.Parse(path), FileContent.Of(content), Source, 0b111_101_101));
        }

        return tree;
    }

    private static void Finds(string expected, params (string Path, object Content)[] files)
    {
        var findings = LanguagePackages.Find(
            TreeOf(files.Select(static file => (file.Path, file.Content as byte[] ?? Encoding.UTF8.GetBytes((string)file.Content)))),
            CancellationToken.None);

        Assert.Empty(findings.PassedOver);
        Assert.Equal(expected.ReplaceLineEndings("\n"), string.Join('\n', findings.Packages.Select(Line)));
    }

    private static string Line(LanguagePackage package)
    {
        var text = new StringBuilder();
        text.Append(package.Ecosystem).Append(' ');
        if (package.Ecosystem == Ecosystem.Java)
        {
            text.Append(package.Group ?? "-").Append(' ');
        }

        text.Append(package.Name).Append(' ').Append(package.Version ?? "-").Append(' ').Append(package.Location);
        text.Append(package.Inside is null ? "" : $"!{package.Inside}");
        text.Append(package.IsApplication ? " application" : "");
        text.Append(package.License is null ? "" : $" license {package.License}");
        text.Append(package.PackageSha512 is null ? "" : $" sha512 {package.PackageSha512[..8]}");
        text.Append(package.ModuleSum is null ? "" : $" sum {package.ModuleSum}");
        text.Append(package.Files.IsEmpty ? "" : $"\n    files {string.Join(' ', package.Files)}");
        text.Append(package.Dependencies.IsEmpty ? "" : $"\n    with {string.Join(", ", package.Dependencies.Select(static part => $"{part.Name} {part.Version}"))}");
        return text.ToString();
    }
}
