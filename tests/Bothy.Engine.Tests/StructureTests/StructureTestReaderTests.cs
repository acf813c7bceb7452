using System.Text;
using Bothy.Engine.ImageFiles;
using Bothy.Engine.StructureTests;
using Bothy.Inspection.StructureTests;

namespace Bothy.Engine.Tests.StructureTests;

public sealed class StructureTestReaderTests
{
    [Theory]
    [InlineData("fileExistenceTests: []", "t.yaml:1:1: 'schemaVersion' is missing")]
    [InlineData("schemaVersion: 3.0.0", "t.yaml:1:16: 'schemaVersion' must be 1.0.0 or 2.0.0, not '3.0.0'")]
    [InlineData("schemaVersion: 2.0.0\nfileExistencTests: []", "t.yaml:2:1: unknown key 'fileExistencTests' (did you mean 'fileExistenceTests'?)")]
    [InlineData("schemaVersion: 1.0.0\nmetadataTest: {}", "t.yaml:2:1: unknown key 'metadataTest'")]
    [InlineData("schemaVersion: 2.0.0\nfileExistenceTests:\n- path: /x", "t.yaml:3:3: 'name' is missing")]
    [InlineData("schemaVersion: 2.0.0\nfileExistenceTests:\n- name: x", "t.yaml:3:3: 'path' is missing")]
    [InlineData("schemaVersion: 2.0.0\nfileExistenceTests:\n- {name: x, path: /x, shouldExist: perhaps}", "t.yaml:3:36: 'shouldExist' must be true or false, not 'perhaps'")]
    [InlineData("schemaVersion: 2.0.0\nfileExistenceTests:\n- {name: x, path: /x, permissions: '0644'}", "t.yaml:3:36: 'permissions' must be a mode as Go prints it, such as -rw-r--r-- or drwxr-xr-x, not '0644'")]
    [InlineData("schemaVersion: 2.0.0\nfileExistenceTests:\n- {name: x, path: /x, isExecutableBy: everybody}", "t.yaml:3:39: 'isExecutableBy' must be owner or group or other or any, not 'everybody'")]
    [InlineData("schemaVersion: 2.0.0\nfileContentTests:\n- name: x\n  path: /x\n  expectedContents:\n  - 'a(?=b)'", "t.yaml:6:5: 'a(?=b)' is not a regular expression of Go's: invalid or unsupported Perl syntax: `(?=`")]
    [InlineData("schemaVersion: 2.0.0\ncommandTests:\n- {name: x, command: ls, setup: [[]]}", "t.yaml:3:34: an entry of 'setup' must be a list of a program and its arguments")]
    [InlineData("schemaVersion: 2.0.0\ncommandTests:\n- {name: x, command: ls, exitCode: -1}", "t.yaml:3:36: 'exitCode' must be a number from 0 to 2147483647, not '-1'")]
    [InlineData("schemaVersion: 2.0.0\ndigestTests:\n- {name: x, path: /x, sha256: abc}", "t.yaml:3:31: 'sha256' must be 64 lower-case hex digits, not 'abc'")]
    [InlineData("schemaVersion: 2.0.0\nsizeTest: {maxUnpacked: much}", "t.yaml:2:25: 'maxUnpacked' must be a size such as 500K or 20M, not 'much'")]
    [InlineData("- a", "t.yaml:1:1: a test file must be a map, not a list")]
    public void Mistakes_are_named_with_line_and_column(string text, string problem) =>
        Assert.Equal(problem, Assert.Throws<ImageFileException>(() => StructureTestReader.Parse("t.yaml", Encoding.UTF8.GetBytes(text))).Message);

    [Fact]
    public void Both_schemas_say_commands_in_their_way()
    {
        var first = Command("schemaVersion: 1.0.0\ncommandTests: [{name: a, command: [ls, -l, /]}]");
        var second = Command("schemaVersion: 2.0.0\ncommandTests: [{name: a, command: ls, args: [-l, /], setup: [[touch, /x]], exitCode: 2}]");

        Assert.Equal(["ls", "-l", "/"], first.Words.AsEnumerable());
        Assert.Equal(["ls", "-l", "/"], second.Words.AsEnumerable());
        Assert.Equal((2, "touch"), (second.ExitCode, second.Setup[0][0]));
    }

    [Fact]
    public void Json_is_read_as_yaml_is()
    {
        var command = Command("{\n  \"schemaVersion\": \"2.0.0\",\n  \"commandTests\": [{\"name\": \"a\", \"command\": \"ls\", \"expectedOutput\": [\"a\\\\.b\\n\"]}]\n}");

        Assert.Equal("a\\.b\n", Assert.Single(command.ExpectedOutput).Text);
    }

    [Fact]
    public void Damaged_files_are_refused_and_never_crash()
    {
        byte[] good = Encoding.UTF8.GetBytes("schemaVersion: 2.0.0\nfileExistenceTests:\n- name: x\n  path: /x\n  uid: 3\nfileContentTests:\n- {name: y, path: /y, expectedContents: ['^a+$']}\nmetadataTest:\n  envVars: [{key: A, value: b, isRegex: true}]\n");
        var random = new Random(7);
        for (int i = 0; i < 2000; i++)
        {
            byte[] damaged = [.. good];
            for (int change = random.Next(1, 4); change > 0; change--)
            {
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            }

            try
            {
                StructureTestReader.Parse("t.yaml", damaged);
            }
            catch (ImageFileException)
            {
                // What is expected of most.
            }
        }
    }

    private static StructureTest.Command Command(string text) =>
        Assert.IsType<StructureTest.Command>(Assert.Single(StructureTestReader.Parse("t.yaml", Encoding.UTF8.GetBytes(text)).Tests));
}
