namespace Bothy.Engine.Tests.Assembly;

public sealed class MaintainerScriptTests : AssemblerTestBase
{
    [Theory]
    [InlineData("touch /etc/a", "/etc/a")]
    [InlineData("if [ \"$1\" = configure ]; then touch /etc/a; fi", "/etc/a")]
    [InlineData("case \"$1\" in (configure|reconfigure) touch /etc/a;; *) exit 1;; esac", "/etc/a")]
    [InlineData("[ -n \"$2\" ] || touch /etc/a", "/etc/a")] // no older version
    [InlineData("if dpkg --compare-versions \"$2\" lt-nl 2.0; then rm -rf /etc; fi; touch /etc/a", "/etc/a")]
    [InlineData("f() { touch /etc/$1; }\nf a", "/etc/a")]
    [InlineData("dir=/etc\nfor i in 'a b' c; do touch \"$dir/$i\"; done", "/etc/a b /etc/c")]
    [InlineData("x='a b'\nfor i in $x; do touch /etc/$i; done", "/etc/a /etc/b")]
    [InlineData("touch /etc/${x:-a}; y=foo.d; touch /etc/${y%.d}; touch /etc/${y#foo}", "/etc/.d /etc/a /etc/foo")]
    [InlineData("touch /etc/`basename /x/a`; touch /etc/$(dirname b/c)", "/etc/a /etc/b")]
    [InlineData("if ! getent passwd nosuch >/dev/null; then touch /etc/a; fi", "/etc/a")]
    [InlineData("set -- a b; shift; touch /etc/$1", "/etc/b")]
    [InlineData("(x=b; exit 0); touch /etc/a$x", "/etc/a")] // a subshell keeps its variables
    [InlineData("echo a | while read x; do :; done; touch /etc/a", "/etc/a")]
    [InlineData("for i in a b c; do [ $i != b ] || break; touch /etc/$i; done", "/etc/a")]
    [InlineData("f() { : > \"$1\"; }\nf /etc/a", "/etc/a")] // how base-files makes its log files
    [InlineData("cat > /etc/a <<EOF\n$1\nEOF", "/etc/a")]
    [InlineData("exit 0\nno-such-program", "")]
    [InlineData("f() { exit 0; }\nf\nno-such-program", "")]
    [InlineData("if false; then no-such-program; else touch /etc/a; fi", "/etc/a")]
    [InlineData("set -e # comment\n# no-such-program\ntouch /etc/a \\\n  /etc/b", "/etc/a /etc/b")]
    public void Follows_what_is_certain(string script, string made)
    {
        var result = Assemble(new TestPackage("a").Directory("etc").Script("postinst", script));

        Assert.Empty(result.Uncovered.Select(static uncovered => uncovered.ToString()));
        Assert.Equal(made, string.Join(' ', result.Tree.Entries.Where(static entry => entry.Origin.ToString() == "effect file-commands of a").Select(static entry => entry.Path)));
    }

    [Theory]
    [InlineData("no-such-program --now", "a: postinst line 3: no-such-program --now: no effect stands in for it")]
    [InlineData("true\nif [ \"$(cat /proc/version)\" = x ]; then no-such-program; fi", "a: postinst line 4: no-such-program: no effect stands in for it")]
    [InlineData("mkdir /etc/$(hostname)", "a: postinst line 3: mkdir …: its arguments are known only when the script runs")]
    [InlineData("if grep -q x /etc/y; then touch /etc/a; fi", "a: postinst line 3: touch /etc/a: whether it runs is known only when the script runs")]
    [InlineData("sed -i s/a/b/ /etc/passwd", "a: postinst line 3: sed -i s/a/b/ /etc/passwd: changes files")]
    [InlineData("sort /etc/a > /etc/b", "a: postinst line 3: sort /etc/a > /etc/b: writes /etc/b")]
    [InlineData("echo 'never ends", "a: postinst line 4: : the script cannot be read: a quote does not end")]
    [InlineData("$(cat /etc/program) run", "a: postinst line 3: … run: which program it runs is known only when the script runs")]
    [InlineData(". /usr/share/a/functions", "a: postinst line 3: . /usr/share/a/functions: it goes on in another script")]
    [InlineData("if x; then\n y\nfi", "a: postinst line 3: x: no effect stands in for it")] // only the first of a script
    public void Reports_the_first_command_that_nothing_covers(string script, string report)
    {
        var result = Assemble(new TestPackage("a").Script("postinst", script));

        Assert.Equal([report], result.Uncovered.Select(static uncovered => uncovered.ToString()));
    }

    [Fact]
    public void A_script_in_another_language_is_reported()
    {
        var result = Assemble(new TestPackage("a").Control("postinst", "#!/usr/bin/perl\nprint 1;\n"));

        Assert.Equal("a: postinst line 1: #!/usr/bin/perl: the script is not a shell script", Assert.Single(result.Uncovered).ToString());
    }

    [Fact]
    public void What_debhelper_adds_is_covered()
    {
        var result = Assemble(new TestPackage("a")
            .Script("postinst", """
                if [ "$1" = "configure" ] || [ "$1" = "abort-upgrade" ] ; then
                	deb-systemd-helper unmask 'a.service' >/dev/null || true
                	if deb-systemd-helper --quiet was-enabled 'a.service'; then
                		deb-systemd-helper enable 'a.service' >/dev/null || true
                	else
                		deb-systemd-helper update-state 'a.service' >/dev/null || true
                	fi
                	if [ -d /run/systemd/system ]; then
                		systemctl --system daemon-reload >/dev/null || true
                		deb-systemd-invoke $_dh_action 'a.service' >/dev/null || true
                	fi
                fi
                dpkg-maintscript-helper rm_conffile /etc/a 1.0\~ -- "$@"
                if command -v py3compile >/dev/null 2>&1; then
                	py3compile -p a
                fi
                if [ "$1" = "configure" ]; then
                	update-rc.d a defaults >/dev/null || exit 1
                fi
                """)
            .Control("triggers", "activate-noawait ldconfig\n"));

        Assert.Empty(result.Uncovered);
    }

    [Fact]
    public void Answers_of_debconf_are_its_defaults_or_those_of_the_config_script()
    {
        var result = Assemble(new TestPackage("a")
            .Control("templates", "Template: a/one\nType: select\nDefault: first\nDescription: x\n\nTemplate: a/two\nType: string\nDescription: y\n")
            .Script("config", ". /usr/share/debconf/confmodule\ndb_set a/two second\ndb_input low a/one || true")
            .Script("postinst", ". /usr/share/debconf/confmodule\ndb_get a/one\ntouch /etc/$RET\ndb_get a/two\ntouch /etc/$RET"));

        Assert.True(Has(result, "etc/first"));
        Assert.True(Has(result, "etc/second"));
    }

    [Fact]
    public void Deep_nesting_ends_as_a_report()
    {
        string script = string.Concat(Enumerable.Repeat("if true; then ", 5000)) + string.Concat(Enumerable.Repeat(" fi;", 5000));

        Assert.Contains("nested too deeply", Assert.Single(Assemble(new TestPackage("a").Script("postinst", script)).Uncovered).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Endless_recursion_ends() =>
        Assert.NotNull(Assemble(new TestPackage("a").Script("postinst", "f() { f; f; }\nf")));
}
