using System.Text;
using Bothy.Engine.ImageFiles;

namespace Bothy.Engine.Tests.ImageFiles;

public sealed class ImageFileMistakesTests
{
    private const string Valid = "contents: {packages: [a]}\n";

    [Theory]
    [InlineData("contents:\n  pacakges: [a]\n", "x.yaml:2:3: unknown key 'pacakges' (did you mean 'packages'?)")]
    [InlineData(Valid + "acounts: {}\n", "x.yaml:2:1: unknown key 'acounts' (did you mean 'accounts'?)")]
    [InlineData(Valid + "volume: []\n", "x.yaml:2:1: unknown key 'volume' (did you mean 'volumes'?)")]
    [InlineData(Valid + "healthcheck: x\n", "x.yaml:2:1: unknown key 'healthcheck'")] // nothing is near
    [InlineData(Valid + "accounts:\n  runas: a\n", "x.yaml:3:3: unknown key 'runas' (did you mean 'run-as'?)")]
    [InlineData(Valid + "accounts:\n  users:\n  - {username: a, uid: 1, home: /}\n", "x.yaml:4:27: unknown key 'home' (did you mean 'homedir'?)")] // the only one that begins so
    [InlineData(Valid + "accounts:\n  groups:\n  - groupname: a\n    gdi: 1\n    gid: 1\n", "x.yaml:5:5: unknown key 'gdi' (did you mean 'gid'?)")]
    [InlineData(Valid + "entrypoint: {comand: /bin/x}\n", "x.yaml:2:14: unknown key 'comand' (did you mean 'command'?)")]
    [InlineData(Valid + "paths:\n- {path: /a, type: directory, permission: 0o7}\n", "x.yaml:3:31: unknown key 'permission' (did you mean 'permissions'?)")]
    [InlineData(Valid + "os-release: {pretty_name: x}\n", "x.yaml:2:14: unknown key 'pretty_name' (did you mean 'pretty-name'?)")]
    [InlineData(Valid + "layering: {strategy: single, budjet: 2}\n", "x.yaml:2:30: unknown key 'budjet' (did you mean 'budget'?)")]
    [InlineData(Valid + "certificates: {aditional: []}\n", "x.yaml:2:16: unknown key 'aditional' (did you mean 'additional'?)")]
    [InlineData("contents:\n  packages: [a]\n  files:\n  - {source: a, path: /a, perms: 1}\n", "x.yaml:4:27: unknown key 'perms'")]
    [InlineData("contents: {baseimage: {imag: a, image: b}}\n", "x.yaml:1:24: unknown key 'imag' (did you mean 'image'?)")]
    [InlineData(Valid + "variants: [a]\n", "x.yaml:2:1: 'variants' is kept for a later version; write one image file each, with a common 'include'")]
    public void Unknown_keys(string text, string message) => Fails(text, message);

    [Theory]
    [InlineData("", "x.yaml:1:1: the file is empty")]
    [InlineData("# only a comment\n", "x.yaml:1:1: the file is empty")]
    [InlineData("---\n", "x.yaml:2:2: an image file must be a map, not nothing")]
    [InlineData("- a\n", "x.yaml:1:1: an image file must be a map, not a list")]
    [InlineData("just text\n", "x.yaml:1:1: an image file must be a map, not text")]
    [InlineData(Valid + "---\ncmd: x\n", "x.yaml:2:1: a second document begins here; an image file is one document")]
    [InlineData(Valid + "cmd: a\ncmd: b\n", "x.yaml:3:1: duplicate key 'cmd' (first at line 2)")]
    [InlineData("contents:\n  packages: [a]\n  packages: [b]\n", "x.yaml:3:3: duplicate key 'packages' (first at line 2)")]
    [InlineData(Valid + "environment: {A: 1, A: 2}\n", "x.yaml:2:21: duplicate key 'A' (first at line 2)")]
    [InlineData("contents:\n\tpackages: [a]\n", "x.yaml:2:1: a tab indents this line; YAML wants spaces")]
    [InlineData("contents:\n  packages:\n  \t- a\n", "x.yaml:3:3: a tab indents this line; YAML wants spaces")]
    [InlineData(Valid + "cmd: *nowhere\n", "x.yaml:2:6: nothing is called '&nowhere' before this '*nowhere'")]
    [InlineData(Valid + "cmd: !python/object x\n", "x.yaml:2:6: the tag '!python/object' is not supported")]
    [InlineData(Valid + "? [a, b]\n: c\n", "x.yaml:2:3: a key must be text")]
    [InlineData(Valid + "environment:\n  <<: text\n", "x.yaml:3:7: '<<' takes a map or a list of maps")]
    [InlineData(Valid + "cmd: \"open\n", "x.yaml:2:6: while scanning a quoted scalar, found unexpected end of stream")]
    [InlineData(Valid + "paths: [a\n", "x.yaml:3:1: while parsing a flow sequence, did not find expected ',' or ']'")]
    [InlineData(Valid + "a b\n", "x.yaml:2:1: while parsing a block mapping, did not find expected key")]
    [InlineData(Valid + "cmd: a\u0000b\n", "x.yaml:2:7: the file holds a NUL character")]
    [InlineData(Valid + "cmd: \"a\\0b\"\n", "x.yaml:2:6: 'cmd' holds a NUL character")]
    [InlineData(Valid + "cmd: a\uFEFFb\n", "x.yaml:2:7: a byte order mark stands inside the text")]
    public void The_text_itself(string text, string message) => Fails(text, message);

    [Theory]
    [InlineData("contents: {packages: a}\n", "x.yaml:1:22: 'packages' must be a list, not text")]
    [InlineData("contents: {packages: {a: b}}\n", "x.yaml:1:22: 'packages' must be a list, not a map")]
    [InlineData("contents: {packages: [a: b]}\n", "x.yaml:1:23: an entry of 'packages' must be text, not a map")]
    [InlineData("contents:\n  packages:\n  - a\n  -\n", "x.yaml:4:4: an entry of 'packages' must be text, not nothing")]
    [InlineData("contents: [a]\n", "x.yaml:1:11: 'contents' must be a map, not a list")]
    [InlineData(Valid + "cmd: {a: b}\n", "x.yaml:2:6: 'cmd' must be text, not a map")]
    [InlineData(Valid + "work-dir: [/a]\n", "x.yaml:2:11: 'work-dir' must be text, not a list")]
    [InlineData(Valid + "environment: [A=b]\n", "x.yaml:2:14: 'environment' must be a map, not a list")]
    [InlineData(Valid + "environment: {A: [b]}\n", "x.yaml:2:18: 'A' must be text, not a list")]
    [InlineData(Valid + "entrypoint: /bin/sh\n", "x.yaml:2:13: 'entrypoint' must be a map, not text")]
    [InlineData(Valid + "accounts: {users: [root]}\n", "x.yaml:2:20: an entry of 'users' must be a map, not text")]
    [InlineData(Valid + "debug: yes\n", "x.yaml:2:8: 'debug' must be true or false, not 'yes'")]
    [InlineData(Valid + "debug: \"true\"\n", "x.yaml:2:8: 'debug' must be true or false, not 'true'")] // quoted it is text
    [InlineData(Valid + "archs: amd64\n", "x.yaml:2:8: 'archs' must be a list, not text")]
    [InlineData(Valid + "layering: origin\n", "x.yaml:2:11: 'layering' must be a map, not text")]
    [InlineData(Valid + "include: {a: b}\n", "x.yaml:2:10: 'include' must be text, not a map")]
    public void Wrong_shapes(string text, string message) => Fails(text, message);

    [Theory]
    [InlineData("contents: {packages: []}\n", "x.yaml:1:12: the image would be empty: add an entry to 'packages' in 'contents'")]
    [InlineData("contents: {packages: }\n", "x.yaml:1:12: the image would be empty: add an entry to 'packages' in 'contents'")]
    [InlineData("cmd: a\n", "x.yaml:1:1: the image would be empty: add an entry to 'packages' in 'contents'")]
    [InlineData("contents: {packages: ['']}\n", "x.yaml:1:23: an entry of 'packages' is empty")]
    [InlineData("contents: {packages: [curl wget]}\n", "x.yaml:1:23: 'curl wget' holds a space; write one package an entry")]
    [InlineData("contents: {packages: [curl = 7]}\n", "x.yaml:1:23: 'curl = 7' holds a space; write the version directly after the name: name=version")]
    [InlineData("contents: {packages: ['curl,wget']}\n", "x.yaml:1:23: 'curl,wget' is not a package request: want name, name=version, name:arch or name/suite")]
    [InlineData("contents: {packages: ['curl=']}\n", "x.yaml:1:23: 'curl=' is not a package request: want name, name=version, name:arch or name/suite")]
    [InlineData("contents: {packages: ['curl=1*2']}\n", "x.yaml:1:23: 'curl=1*2' is not a package request: want name, name=version, name:arch or name/suite")] // a star ends a version
    [InlineData("contents: {packages: [-curl]}\n", "x.yaml:1:23: '-curl' is not a package request: want name, name=version, name:arch or name/suite")]
    [InlineData("contents: {packages: ['curl:']}\n", "x.yaml:1:23: 'curl:' is not a package request: want name, name=version, name:arch or name/suite")]
    [InlineData("contents: {packages: ['curl/']}\n", "x.yaml:1:23: 'curl/' is not a package request: want name, name=version, name:arch or name/suite")]
    [InlineData("contents: {packages: [a], omit: [mawk=1]}\n", "x.yaml:1:34: 'mawk=1' is not the name of a package")]
    [InlineData("contents: {packages: [a], repositories: [bookworm main]}\n", "x.yaml:1:42: 'bookworm main' is not a repository: want an apt source (deb URI SUITE COMPONENT…), a URL or a path")]
    [InlineData("contents: {packages: [a], repositories: ['ftp://mirror.example/']}\n", "x.yaml:1:42: 'ftp://mirror.example/' is not a repository: want http, https or file")]
    [InlineData("contents: {packages: [a], repositories: ['@edge']}\n", "x.yaml:1:42: '@edge' is not a repository: a tag is followed by a URL or a path")]
    [InlineData("contents: {packages: [a], exclude: [usr/share]}\n", "x.yaml:1:37: a pattern must begin with '/', not 'usr/share'")]
    [InlineData("contents: {packages: [a], exclude: [/usr/../etc]}\n", "x.yaml:1:37: a pattern must not hold '..': '/usr/../etc'")]
    [InlineData("contents:\n  packages: [a]\n  repositories:\n  - deb  bookworm\n", "x.yaml:4:18: 'deb  bookworm' is not a repository: it names no component of 'bookworm', such as main")]
    [InlineData("contents:\n  packages: [a]\n  repositories:\n  - deb-src bookworm main\n", "x.yaml:4:5: 'deb-src bookworm main' is not a repository: 'deb-src' names source packages, which no image is built from")]
    [InlineData("contents: {packages: [a], documentation: all}\n", "x.yaml:1:42: 'documentation' must be omit or keep, not 'all'")]
    [InlineData("contents: {packages: [a], database: dpkgg}\n", "x.yaml:1:37: 'database' must be auto or dpkg or status.d or none, not 'dpkgg' (did you mean 'dpkg'?)")]
    [InlineData("contents: {base: a, baseimage: {image: b}}\n", "x.yaml:1:21: 'base' and 'baseimage' exclude each other")]
    [InlineData("contents: {packages: [a], files: [{path: /a}]}\n", "x.yaml:1:35: 'source' is missing")]
    [InlineData("contents: {packages: [a], files: [{source: a, path: a}]}\n", "x.yaml:1:53: 'path' must be an absolute path, not 'a'")]
    public void Contents(string text, string message) => Fails(text, message);

    [Theory]
    [InlineData("users: [{username: a, uid: -1}]", "x.yaml:2:39: 'uid' must be a number from 0 to 4294967294, not '-1'")]
    [InlineData("users: [{username: a, uid: 4294967295}]", "x.yaml:2:39: 'uid' must be a number from 0 to 4294967294, not '4294967295'")] // (uid_t)-1 means nobody at all
    [InlineData("users: [{username: a, uid: 99999999999999999999}]", "x.yaml:2:39: 'uid' must be a number from 0 to 4294967294, not '99999999999999999999'")]
    [InlineData("users: [{username: a, uid: '1000'}]", "x.yaml:2:39: 'uid' must be a number from 0 to 4294967294, not '1000'")] // quoted it is text
    [InlineData("users: [{username: a, uid: [1]}]", "x.yaml:2:39: 'uid' must be a number from 0 to 4294967294, not a list")]
    [InlineData("users: [{username: a}]", "x.yaml:2:20: 'uid' is missing")]
    [InlineData("users: [{uid: 1}]", "x.yaml:2:20: 'username' is missing")]
    [InlineData("users: [{username: '', uid: 1}]", "x.yaml:2:31: 'username' is empty")]
    [InlineData("users: [{username: 'a:b', uid: 1}]", "x.yaml:2:31: 'username' must be a name of letters, digits, '_', '-' and '.', not 'a:b'")]
    [InlineData("users: [{username: 12, uid: 1}]", "x.yaml:2:31: 'username' must be a name of letters, digits, '_', '-' and '.', not '12'")]
    [InlineData("users: [{username: a, uid: 0}]", "x.yaml:2:34: only root has the uid 0; to run as root write 'run-as: 0'")]
    [InlineData("users: [{username: a, uid: 1, gid: x}]", "x.yaml:2:47: 'gid' must be a number from 0 to 4294967294, not 'x'")]
    [InlineData("users: [{username: a, uid: 1, shell: sh}]", "x.yaml:2:49: 'shell' must be an absolute path, not 'sh'")]
    [InlineData("users: [{username: a, uid: 1, homedir: /home/../a}]", "x.yaml:2:51: 'homedir' must not hold '..': '/home/../a'")]
    [InlineData("users: [{username: a, uid: 1}, {username: a, uid: 2}]", "x.yaml:2:43: duplicate user 'a' (first at x.yaml:2:20)")]
    [InlineData("users: [{username: a, uid: 1}, {username: b, uid: 1}]", "x.yaml:2:43: duplicate uid '1' (first at x.yaml:2:20)")]
    [InlineData("groups: [{groupname: a, gid: 1}, {groupname: a, gid: 2}]", "x.yaml:2:45: duplicate group 'a' (first at x.yaml:2:21)")]
    [InlineData("groups: [{groupname: a, gid: 1}, {groupname: b, gid: 1}]", "x.yaml:2:45: duplicate gid '1' (first at x.yaml:2:21)")]
    [InlineData("groups: [{groupname: a}]", "x.yaml:2:21: 'gid' is missing")]
    [InlineData("groups: [{groupname: a, gid: 1, members: ['b,c']}]", "x.yaml:2:54: an entry of 'members' must be a name of letters, digits, '_', '-' and '.', not 'b,c'")]
    [InlineData("users: [{username: nonroot, uid: 1}], run-as: nonrot", "x.yaml:2:58: unknown user 'nonrot' in 'run-as' (did you mean 'nonroot'?)")]
    [InlineData("users: [{username: app, uid: 1}], run-as: postgres", "x.yaml:2:54: unknown user 'postgres' in 'run-as' (define it, or give its number if a package brings it)")]
    [InlineData("groups: [{groupname: web, gid: 1}], run-as: '0:wbe'", "x.yaml:2:56: unknown group 'wbe' in 'run-as' (did you mean 'web'?)")]
    [InlineData("run-as: 'a:b:c'", "x.yaml:2:20: 'run-as' must be user or user:group, not 'a:b:c'")]
    [InlineData("run-as: a b", "x.yaml:2:20: 'run-as' must be a name of letters, digits, '_', '-' and '.', not 'a b'")]
    public void Accounts(string accounts, string message) => Fails($"{Valid}accounts: {{{accounts}}}\n", message);

    [Theory]
    [InlineData("path: a, type: directory", "x.yaml:2:16: 'path' must be an absolute path, not 'a'")]
    [InlineData("path: /a/../b, type: directory", "x.yaml:2:16: 'path' must not hold '..': '/a/../b'")]
    [InlineData("path: /a//b, type: directory", "x.yaml:2:16: 'path' is not a path: '/a//b'")]
    [InlineData("type: directory", "x.yaml:2:9: 'path' is missing")]
    [InlineData("path: /a", "x.yaml:2:9: 'type' is missing")]
    [InlineData("path: /a, type: dir", "x.yaml:2:26: 'type' must be directory or empty-file or hardlink or symlink or permissions, not 'dir' (did you mean 'directory'?)")]
    [InlineData("path: /a, type: sym-link", "x.yaml:2:26: 'type' must be directory or empty-file or hardlink or symlink or permissions, not 'sym-link' (did you mean 'symlink'?)")]
    [InlineData("path: /a, type: symlink", "x.yaml:2:9: 'source' is missing")]
    [InlineData("path: /a, type: hardlink, source: b", "x.yaml:2:44: 'source' must be an absolute path, not 'b'")]
    [InlineData("path: /a, type: directory, source: /b", "x.yaml:2:37: 'source' is for hardlink and symlink")]
    [InlineData("path: /a, type: directory, recursive: 1", "x.yaml:2:48: 'recursive' must be true or false, not '1'")]
    [InlineData("path: /a, type: directory, permissions: 755", "x.yaml:2:50: 'permissions' is octal or decimal: write 0o755, or 0o1363 if 755 is decimal")]
    [InlineData("path: /a, type: directory, permissions: 0o788", "x.yaml:2:50: 'permissions' must be a mode from 0o0 to 0o7777 such as 0o755, not '0o788'")]
    [InlineData("path: /a, type: directory, permissions: 0o10000", "x.yaml:2:50: 'permissions' must be a mode from 0o0 to 0o7777 such as 0o755, not '0o10000'")]
    [InlineData("path: /a, type: directory, permissions: '789'", "x.yaml:2:50: 'permissions' must be a mode from 0o0 to 0o7777 such as 0o755, not '789'")]
    [InlineData("path: /a, type: directory, permissions: rwxr-xr-x", "x.yaml:2:50: 'permissions' must be a mode from 0o0 to 0o7777 such as 0o755, not 'rwxr-xr-x'")]
    [InlineData("path: /a, type: directory, permissions: -1", "x.yaml:2:50: 'permissions' must be a mode from 0o0 to 0o7777 such as 0o755, not '-1'")]
    [InlineData("path: /a, type: directory, permissions: [7]", "x.yaml:2:50: 'permissions' must be a mode such as 0o755, not a list")]
    public void Paths(string path, string message) => Fails($"{Valid}paths: [{{{path}}}]\n", message);

    [Theory]
    [InlineData("archs: [amd46]", "x.yaml:2:9: unknown architecture 'amd46' (did you mean 'amd64'?)")]
    [InlineData("archs: [sparc]", "x.yaml:2:9: unknown architecture 'sparc'")]
    [InlineData("work-dir: app", "x.yaml:2:11: 'work-dir' must be an absolute path, not 'app'")]
    [InlineData("work-dir: ''", "x.yaml:2:11: 'work-dir' is empty")]
    [InlineData("volumes: [data]", "x.yaml:2:11: an entry of 'volumes' must be an absolute path, not 'data'")]
    [InlineData("volumes: [/a/../b]", "x.yaml:2:11: an entry of 'volumes' must not hold '..': '/a/../b'")]
    [InlineData("ports: [http]", "x.yaml:2:9: 'http' is not a port: want 1 to 65535 and tcp, udp or sctp, such as 8080/tcp")]
    [InlineData("ports: [70000]", "x.yaml:2:9: '70000' is not a port: want 1 to 65535 and tcp, udp or sctp, such as 8080/tcp")]
    [InlineData("ports: [0/tcp]", "x.yaml:2:9: '0/tcp' is not a port: want 1 to 65535 and tcp, udp or sctp, such as 8080/tcp")]
    [InlineData("ports: [80/http]", "x.yaml:2:9: '80/http' is not a port: want 1 to 65535 and tcp, udp or sctp, such as 8080/tcp")]
    [InlineData("ports: [80/tcp/udp]", "x.yaml:2:9: '80/tcp/udp' is not a port: want 1 to 65535 and tcp, udp or sctp, such as 8080/tcp")]
    [InlineData("ports: ['8080:80']", "x.yaml:2:9: '8080:80' is not a port: want 1 to 65535 and tcp, udp or sctp, such as 8080/tcp")]
    [InlineData("stop-signal: SIGTREM", "x.yaml:2:14: 'SIGTREM' is not a signal (did you mean 'SIGTERM'?)")]
    [InlineData("stop-signal: 65", "x.yaml:2:14: '65' is not a signal")]
    [InlineData("stop-signal: SIGRTMIN+31", "x.yaml:2:14: 'SIGRTMIN+31' is not a signal (did you mean 'SIGRTMIN'?)")]
    [InlineData("environment: {'A=B': c}", "x.yaml:2:15: the name 'A=B' in 'environment' must not hold '='")]
    [InlineData("environment: {'': c}", "x.yaml:2:15: the name '' in 'environment' is empty")]
    [InlineData("labels: {\"a\\nb\": c}", "x.yaml:2:10: the name 'a\nb' in 'labels' holds a control character")]
    [InlineData("init: systemd", "x.yaml:2:7: 'init' must be tini or dumb-init, not 'systemd'")]
    [InlineData("layering: {strategy: orign}", "x.yaml:2:22: 'strategy' must be single or origin, not 'orign' (did you mean 'origin'?)")]
    [InlineData("layering: {budget: 3}", "x.yaml:2:11: 'strategy' is missing")]
    [InlineData("layering: {strategy: origin, budget: 0}", "x.yaml:2:38: 'budget' must be a number from 1 to 127, not '0'")]
    [InlineData("cmd: echo 'a", "x.yaml:2:6: 'cmd' has a ' that is not closed")]
    [InlineData("cmd: 'echo \"a'", "x.yaml:2:6: 'cmd' has a \" that is not closed")]
    [InlineData("cmd: echo a\\", "x.yaml:2:6: 'cmd' ends in a backslash")]
    [InlineData("cmd: 'echo #a'", "x.yaml:2:6: 'cmd' has a word that begins with '#'; quote it")]
    [InlineData("entrypoint: {type: bundle}", "x.yaml:2:20: 'type' must be service-bundle, not 'bundle'")]
    [InlineData("entrypoint: {type: service-bundle}", "x.yaml:2:14: a service-bundle needs 'services'")]
    [InlineData("entrypoint: {services: {a: b}}", "x.yaml:2:14: 'services' needs 'type: service-bundle'")]
    [InlineData("entrypoint: {command: a, shell-fragment: b}", "x.yaml:2:26: 'command' and 'shell-fragment' exclude each other")]
    [InlineData("certificates: {additional: [{name: a}]}", "x.yaml:2:29: 'content' is missing")]
    [InlineData("certificates: {additional: [{name: a, content: b}]}", "x.yaml:2:48: 'content' must be a certificate in PEM")]
    [InlineData("certificates: {additional: [{name: a/b, content: \"-----BEGIN CERTIFICATE-----\\nAAAA\\n-----END CERTIFICATE-----\"}]}", "x.yaml:2:36: 'name' must be a file name of letters, digits, '_', '-' and '.', not 'a/b'")]
    [InlineData("os-release: {name: \"a\\nb\"}", "x.yaml:2:20: 'name' must be one line")]
    [InlineData("include: base.yaml", "x.yaml:2:10: 'include' needs a file to start from")]
    public void Single_keys(string line, string message) => Fails($"{Valid}{line}\n", message);

    [Fact]
    public void All_mistakes_come_at_once_and_in_order() => Fails(
        """
        contents:
          pacakges: [a]
          repositories: [main x]
        cmd: [a]
        accounts:
          users:
            - username: a
              uid: -1
          run-as: b
        archs: [amd46, x86]
        debug: maybe
        """,
        """
        x.yaml:2:3: unknown key 'pacakges' (did you mean 'packages'?)
        x.yaml:3:18: 'main x' is not a repository: want an apt source (deb URI SUITE COMPONENT…), a URL or a path
        x.yaml:8:12: 'uid' must be a number from 0 to 4294967294, not '-1'
        x.yaml:10:9: unknown architecture 'amd46' (did you mean 'amd64'?)
        x.yaml:11:8: 'debug' must be true or false, not 'maybe'
        """);

    [Fact]
    public void A_flood_of_mistakes_is_cut()
    {
        string text = Valid + string.Concat(Enumerable.Range(0, 80).Select(number => $"k{number:D2}xxxxxxxxxxxxxxxxx: 1\n"));

        var failure = Assert.Throws<ImageFileException>(() => ImageFile.Parse("x.yaml", Encoding.UTF8.GetBytes(text)));

        Assert.Equal(80, failure.Problems.Length);
        Assert.Equal(51, failure.Message.Split('\n').Length);
        Assert.EndsWith("\n… and 30 more", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_that_are_no_text()
    {
        Fails([.. "cmd: \"a"u8, 0xFF, .. "\"\n"u8], "x.yaml:1:8: the file is not UTF-8 (byte 0xFF)");
        Fails([.. "a: b\nü: "u8, 0xC3], "x.yaml:2:4: the file is not UTF-8 (byte 0xC3)");
        Fails([0xFF, 0xFE, 0x61, 0], "x.yaml:1:1: the file is UTF-16; save it as UTF-8");
        Fails(new byte[(1 << 20) + 1], "x.yaml:1:1: the file is larger than 1024 KiB");
    }

    [Fact]
    public void A_byte_order_mark_at_the_start_is_no_mistake() =>
        Assert.Equal("a", ImageFile.Parse("x.yaml", [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(Valid)]).Contents.Packages[0].Value);

    [Fact]
    public void Aliases_that_unfold_without_end_are_refused()
    {
        var text = new StringBuilder("policy:\n  a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int level = 1; level < 10; level++)
        {
            string below = $"*a{level - 1}";
            text.Append($"  a{level}: &a{level} [{string.Join(", ", Enumerable.Repeat(below, 10))}]\n");
        }

        Fails(text.ToString(), "x.yaml:6:12: the file has more than 20000 values, its aliases unfolded");
    }

    [Fact]
    public void Nesting_without_end_is_refused() =>
        Fails("policy: " + new string('[', 100_000), "x.yaml:1:41: more than 32 levels are nested");

    private static void Fails(string text, string message) => Fails(Encoding.UTF8.GetBytes(text), message);

    private static void Fails(byte[] content, string message) =>
        Assert.Equal(message, Assert.Throws<ImageFileException>(() => ImageFile.Parse("x.yaml", content)).Message);
}
