using Bothy.Packages.Slices;
using Bothy.Packages.Slices.Starlark;

namespace Bothy.Packages.Tests.Slices;

public sealed class StarlarkTests
{
    [Theory]
    [InlineData("1 + 2 * 3", "7")]
    [InlineData("(1 + 2) * 3", "9")]
    [InlineData("7 // 2, -7 // 2, 7 // -2, -7 // -2", "(3, -4, -4, 3)")] // towards minus infinity
    [InlineData("7 % 3, -7 % 3, 7 % -3, -7 % -3", "(1, 2, -2, -1)")]
    [InlineData("0x1F, 0o17, 0b101", "(31, 15, 5)")]
    [InlineData("6 & 3, 6 | 3, 6 ^ 3, ~6", "(2, 7, 5, -7)")]
    [InlineData("1 << 10, 1024 >> 3, -1 >> 100", "(1024, 128, -1)")]
    [InlineData("-2 - -3", "1")]
    [InlineData("9223372036854775807", "9223372036854775807")]
    [InlineData("not 1 == 2", "True")]
    [InlineData("1 < 2 and 'a' < 'b' and [1, 2] < [1, 3] and (1,) < (1, 0)", "True")]
    [InlineData("1 == True, 0 == False", "(False, False)")] // unlike Python's
    [InlineData("None == None, [] == [], {} == {}", "(True, True, True)")]
    [InlineData("'b' in 'abc', 2 in [1, 2], 'k' in {'k': 1}, 3 not in (1, 2), 4 in range(0, 10, 2)", "(True, True, True, True, True)")]
    [InlineData("0 or 'x', 0 and 'x', 1 and 'x'", "(\"x\", 0, \"x\")")]
    [InlineData("'a' if 0 else 'b' if 0 else 'c'", "\"c\"")]
    [InlineData("[x * x for x in range(5) if x % 2]", "[1, 9]")]
    [InlineData("[(x, y) for x in [1, 2] for y in 'ab'.elems() if x < 2 or y == 'b']", "[(1, \"a\"), (1, \"b\"), (2, \"b\")]")]
    [InlineData("{k: v for k, v in zip(['a', 'b'], [1, 2])}", "{\"a\": 1, \"b\": 2}")]
    [InlineData("[x for x in [x for x in [1]]]", "[1]")]
    [InlineData("'abcdef'[1], 'abcdef'[-1], 'abcdef'[1:3], 'abcdef'[:-2], 'abcdef'[::2], 'abcdef'[::-1]", "(\"b\", \"f\", \"bc\", \"abcd\", \"ace\", \"fedcba\")")]
    [InlineData("[0, 1, 2, 3][1:], [0, 1, 2, 3][-2:], (0, 1, 2)[5:], [0, 1, 2, 3][3:0:-1], [0, 1][5:9:-1], [0, 1][-9:]", "([1, 2, 3], [2, 3], (), [3, 2, 1], [], [0, 1])")]
    [InlineData("'ab' * 2 + 'c', 2 * [1], (1, 2) * 2, 'x' * -1", "(\"ababc\", [1, 1], (1, 2, 1, 2), \"\")")]
    [InlineData("[1] + [2], (1,) + (2,), {'a': 1} | {'a': 2, 'b': 3}", "([1, 2], (1, 2), {\"a\": 2, \"b\": 3})")]
    [InlineData("'%s and %r, %d%%, %x %o' % ('a', 'b', 5, 255, 8)", "\"a and \\\"b\\\", 5%, ff 10\"")]
    [InlineData("'%s' % [1], '%(k)s' % {'k': 1}, '%s' % ((1, 2),)", "(\"[1]\", \"1\", \"(1, 2)\")")]
    [InlineData("'{}-{}'.format(1, 'x'), '{1}{0}'.format('a', 'b'), '{n!r}{{}}'.format(n='x')", "(\"1-x\", \"ba\", \"\\\"x\\\"{}\")")]
    [InlineData("r'\\n', '\\x41\\u00e9\\101', '''a\nb'''", "(\"\\\\n\", \"AéA\", \"a\\nb\")")]
    [InlineData("' a b '.split(), 'a,b,,c'.split(','), 'a,b,c'.split(',', 1), 'a,b,c'.rsplit(',', 1), ' a  b c '.split(None, 1), ' a  b c '.rsplit(None, 1)", "([\"a\", \"b\"], [\"a\", \"b\", \"\", \"c\"], [\"a\", \"b,c\"], [\"a,b\", \"c\"], [\"a\", \"b c\"], [\"a  b\", \"c\"])")]
    [InlineData("''.split(), ''.split(','), '  '.split()", "([], [\"\"], [])")]
    [InlineData("'a\\nb\\r\\nc\\n'.splitlines(), 'a\\nb\\n'.splitlines(True)", "([\"a\", \"b\", \"c\"], [\"a\\n\", \"b\\n\"])")]
    [InlineData("'xaxbx'.replace('x', '-'), 'xaxbx'.replace('x', '-', 2), 'ab'.replace('', '.'), 'aa'.replace('a', 'aa')", "(\"-a-b-\", \"-a-bx\", \".a.b.\", \"aaaa\")")]
    [InlineData("'  x '.strip(), 'xxaxx'.strip('x'), 'xxa'.lstrip('x'), 'axx'.rstrip('x')", "(\"x\", \"a\", \"a\", \"a\")")]
    [InlineData("'a=b=c'.partition('='), 'a=b=c'.rpartition('='), 'a'.partition('='), 'a'.rpartition('=')", "((\"a\", \"=\", \"b=c\"), (\"a=b\", \"=\", \"c\"), (\"a\", \"\", \"\"), (\"\", \"\", \"a\"))")]
    [InlineData("'bonbon'.find('on'), 'bonbon'.rfind('on'), 'bonbon'.find('x'), 'bonbon'.find('on', 2), 'bonbon'.count('on'), 'aaa'.count('aa'), 'bonbon'.index('b', 1)", "(1, 4, -1, 4, 2, 1, 3)")]
    [InlineData("'a.pem'.endswith('.pem'), 'a.pem'.endswith(('.crt', '.pem')), 'a.pem'.startswith('b'), 'abc'.startswith('b', 1)", "(True, True, False, True)")]
    [InlineData("'hello world'.title(), 'Hello'.upper(), 'Hello'.lower(), 'heLLo'.capitalize()", "(\"Hello World\", \"HELLO\", \"hello\", \"Hello\")")]
    [InlineData("'ab1'.isalnum(), 'ab1'.isalpha(), '12'.isdigit(), ' '.isspace(), 'A'.isupper(), 'a'.islower(), ''.isalpha(), 'A Bc'.istitle()", "(True, False, True, True, True, True, False, True)")]
    [InlineData("','.join(['a', 'b']), ''.join([]), 'prefix-x'.removeprefix('prefix-'), 'x.y'.removesuffix('.y')", "(\"a,b\", \"\", \"x\", \"x\")")]
    [InlineData("len('abc'), len([1]), len({}), len(range(3))", "(3, 1, 0, 3)")]
    [InlineData("sorted([3, 1, 2]), sorted(['b', 'A'], key=lambda s: s.lower()), sorted([1, 2], reverse=True), sorted([(1, 'b'), (0, 'x'), (1, 'a')], key=lambda p: p[0])", "([1, 2, 3], [\"A\", \"b\"], [2, 1], [(0, \"x\"), (1, \"b\"), (1, \"a\")])")]
    [InlineData("min(3, 1), max([1, 5, 2]), max(['a', 'bbb'], key=len), abs(-3)", "(1, 5, \"bbb\", 3)")]
    [InlineData("list(range(3)), list(range(1, 7, 2)), list(range(3, 0, -1)), range(5), range(1, 9, 3)[1]", "([0, 1, 2], [1, 3, 5], [3, 2, 1], range(0, 5), 4)")]
    [InlineData("list(enumerate(['a', 'b'], 1)), list(reversed([1, 2])), tuple([1]), dict([('a', 1)], b=2)", "([(1, \"a\"), (2, \"b\")], [2, 1], (1,), {\"a\": 1, \"b\": 2})")]
    [InlineData("any([0, 1]), all([1, 0]), any([]), all([]), bool([]), bool('x')", "(True, False, False, True, False, True)")]
    [InlineData("int('42'), int('-0x1f', 16), int('0b11', 0), int(True), int(' 7 ')", "(42, -31, 3, 1, 7)")]
    [InlineData("str(1), str('x'), repr('x'), str([1, 'a', None, True]), str({'a': (1,)})", "(\"1\", \"x\", \"\\\"x\\\"\", \"[1, \\\"a\\\", None, True]\", \"{\\\"a\\\": (1,)}\")")]
    [InlineData("type(1), type(''), type([]), type(()), type({}), type(None), type(len), type(range(1))", "(\"int\", \"string\", \"list\", \"tuple\", \"dict\", \"NoneType\", \"builtin_function_or_method\", \"range\")")]
    [InlineData("chr(65), ord('A'), ord('é')", "(\"A\", 65, 233)")]
    [InlineData("{'a': 1}.get('a'), {}.get('a'), {}.get('a', 2), {'a': 1}.keys(), {'a': 1}.values(), {'a': 1}.items()", "(1, None, 2, [\"a\"], [1], [(\"a\", 1)])")]
    [InlineData("{1: 'int', True: 'bool', None: 'none', (1, 2): 'tuple'}[True]", "\"bool\"")]
    [InlineData("(lambda x, y=2, *z, **k: (x, y, z, k))(1, 3, 4, a=5)", "(1, 3, (4,), {\"a\": 5})")]
    [InlineData("(lambda *a: a)(*[1, 2], **{})", "(1, 2)")]
    [InlineData("[a for a, (b, c) in [(1, (2, 3))]]", "[1]")]
    [InlineData("(1,), (), (1)", "((1,), (), 1)")]
    public void Finds_the_value_of_an_expression(string expression, string value) => Assert.Equal(value, Result($"out = repr({(TopLevelComma(expression) ? $"({expression})" : expression)})"));

    [Theory]
    [InlineData("a, b = 1, 2\nout = str(a + b)", "3")]
    [InlineData("[a, (b, c)] = [1, (2, 3)]\nout = str(a + b + c)", "6")]
    [InlineData("x = [1]\ny = x\ny += [2]\nout = str(x)", "[1, 2]")] // a list is changed where it is
    [InlineData("x = (1,)\ny = x\ny += (2,)\nout = str(x)", "(1,)")]
    [InlineData("x = {'n': 1}\nx['n'] += 4\nout = str(x)", "{\"n\": 5}")]
    [InlineData("x = [1, 2, 3]\nx[-1] = 9\nx[0] *= 5\nout = str(x)", "[5, 2, 9]")]
    [InlineData("n = 7\nn -= 2\nn *= 3\nn //= 2\nn %= 4\nn |= 8\nn <<= 1\nn >>= 1\nn &= 15\nn ^= 1\nout = str(n)", "10")]
    [InlineData("out = ''\nfor i in range(10):\n  if i == 2: continue\n  if i == 5:\n    break\n  out += str(i)", "0134")]
    [InlineData("out = ''\nfor k in {'a': 1, 'b': 2}:\n  out += k", "ab")]
    [InlineData("x = 3\nif x < 3:\n  out = 'less'\nelif x == 3:\n  out = 'same'\nelse:\n  out = 'more'", "same")]
    [InlineData("if 0:\n  pass\nelse: out = 'x'; pass", "x")]
    [InlineData("def f(a, b=2, *c, d=4, **e):\n  return a, b, c, d, e\nout = str(f(1, 2, 3, d=5, x=6))", "(1, 2, (3,), 5, {\"x\": 6})")]
    [InlineData("def f(a, *, b): return a - b\nout = str(f(3, b=1) + f(b=1, a=2))", "3")]
    [InlineData("def f():\n  pass\nout = str(f())", "None")]
    [InlineData("def outer(n):\n  def inner(m):\n    return n + m\n  return inner\nout = str(outer(2)(3))", "5")] // a closure
    [InlineData("def f(x):\n  for i in x:\n    if i > 1:\n      return i\n  return 0\nout = str(f([1, 2, 3]))", "2")]
    [InlineData("l = [3, 1]\nl.append(2)\nl.extend((5,))\nl.insert(0, 9)\nl.insert(-100, 8)\nl.remove(1)\np = l.pop()\nq = l.pop(0)\nout = str((l, p, q, l.index(3)))", "([9, 3, 2], 5, 8, 1)")]
    [InlineData("l = [1]\nl.clear()\nout = str(l)", "[]")]
    [InlineData("d = {}\nd['a'] = 1\nd.update([('b', 2)], c=3)\ns = d.setdefault('z', [])\np = d.pop('a')\nq = d.pop('nope', 0)\nr = d.popitem()\nout = str((d, p, q, r, s))", "({\"c\": 3, \"z\": []}, 1, 0, (\"b\", 2), [])")]
    [InlineData("x = 1 # a comment\n\n   # another\ny = [\n  x,  # within\n\n  2,\n]\nout = str(y) + \\\n  '!'", "[1, 2]!")]
    [InlineData("x = 5\ny = [x for x in [1]]\nout = str(x)", "5")] // a comprehension keeps its names
    [InlineData("def f():\n  return g()\ndef g():\n  return 'later'\nout = f()", "later")]
    [InlineData("print('nobody hears', sep='')\nout = 'x'", "x")]
    [InlineData("for a, b in [(1, 2)]:\n\tpass\nout = ''", null)] // a tab
    [InlineData("out = 'a' 'b'", null)]
    public void Runs_statements(string script, string? result)
    {
        if (result is null)
        {
            Assert.Throws<SliceReleaseException>(() => Result(script));
        }
        else
        {
            Assert.Equal(result, Result(script));
        }
    }

    [Theory]
    [InlineData("x = 1\nwhile True:\n  pass", 2, "'while' is not supported")]
    [InlineData("import os", 1, "'import' is not supported")]
    [InlineData("class A: pass", 1, "'class' is not supported")]
    [InlineData("load('x', 'y')", 1, "'load' is not supported")]
    [InlineData("x = 1.5", 1, "'1.5': floating-point numbers are not supported")]
    [InlineData("x = 1 / 2", 1, "'/' is not supported, since it makes a floating-point number; '//' divides whole numbers")]
    [InlineData("x = {1, 2}", 1, "sets are not supported; a dict has keys and values")]
    [InlineData("x = b'1'", 1, "bytes are not supported")]
    [InlineData("open('/etc/passwd')", 1, "'open' is not known")]
    [InlineData("x = 'a'.encode()", 1, "a string has no 'encode'")]
    [InlineData("content.remove('/x')", 1, "a module has no 'remove'")]
    [InlineData("x = __builtins__", 1, "'__builtins__' is not known")]
    [InlineData("x = getattr('', 'x')", 1, "'getattr' is not known")]
    [InlineData("\n\nx = [1][3]", 3, "there is no item 3 among 1")]
    [InlineData("x = {}['a']", 1, "a dict has no key \"a\"")]
    [InlineData("x = 1 + 'a'", 1, "'+' cannot be used with a int and a string")]
    [InlineData("x = 9223372036854775807 + 1", 1, "a number needs more than 64 bits")]
    [InlineData("x = 9223372036854775808", 1, "'9223372036854775808' is not a whole number of 64 bits")]
    [InlineData("x = (-9223372036854775807 - 1) // -1", 1, "a number needs more than 64 bits")]
    [InlineData("x = 1 // 0", 1, "a division by zero")]
    [InlineData("a, b = [1]", 1, "1 values for 2 names")]
    [InlineData("a, b = [1, 2, 3]", 1, "more than 2 values for 2 names")]
    [InlineData("for c in 'abc': pass", 1, "a string cannot be gone through; its elems() can")]
    [InlineData("l = [1]\nfor x in l:\n  l.append(x)", 3, "a list cannot be changed while a loop goes through it")]
    [InlineData("d = {1: 1}\nfor x in d:\n  d[2] = 3", 3, "a dict cannot be changed while a loop goes through it")]
    [InlineData("x = {[]: 1}", 1, "a list cannot be the key of a dict")]
    [InlineData("x = {'a': 1, 'a': 2}", 1, "the key \"a\" stands twice in one dict")]
    [InlineData("def f():\n  return f()\nf()", 2, "'f' calls itself; functions cannot")]
    [InlineData("def f(x): pass\nf()", 2, "f() needs 'x'")]
    [InlineData("def f(x): pass\nf(1, 2)", 2, "f() takes 1 arguments, not 2")]
    [InlineData("def f(x): pass\nf(1, y=2)", 2, "f() has no parameter 'y'")]
    [InlineData("def f(x): pass\nf(1, x=2)", 2, "f() has two values for 'x'")]
    [InlineData("def f(a=1, b): pass", 1, "a parameter without a default comes before those that have one")]
    [InlineData("def f():\n  y = x\n  x = 1\nx = 2\nf()", 2, "'x' is used before it is set")]
    [InlineData("return 1", 1, "'return' stands in no function")]
    [InlineData("break", 1, "'break' stands in no loop")]
    [InlineData("def f():\n  continue", 2, "'continue' stands in no loop")]
    [InlineData("x = 1 < 2 < 3", 1, "comparisons do not chain; join them with 'and'")]
    [InlineData("f() = 1", 1, "only names, items and lists of them can be set")]
    [InlineData("x = (1", 1, "')' has to stand here, not the end of the line")]
    [InlineData("if 1:\npass", 2, "an indented block has to stand here, not 'pass'")]
    [InlineData("if 1:\n    x = 1\n  y = 2", 3, "this line is indented unlike any before it")]
    [InlineData("x = 'abc", 1, "this string has no end")]
    [InlineData("x = 'a\\qb'", 1, "'\\q' means nothing in a string")]
    [InlineData("x = 1 $ 2", 1, "'$' has no meaning here")]
    [InlineData("fail('no', 1)", 1, "it fails: no 1")]
    [InlineData("x = 'a%s' % (1, 2)", 1, "a format takes 1 values, not 2")]
    [InlineData("x = '{}'.format()", 1, "a format asks for '{}', which is not among its values")]
    [InlineData("x = [1] < ['a']", 1, "a int and a string have no order")]
    [InlineData("x = sorted([1], key=3)", 1, "a int cannot be called")]
    [InlineData("x = ','.join([1])", 1, "join() takes strings, not a int")]
    [InlineData("x = max([])", 1, "there is neither a largest nor a smallest of nothing")]
    public void Refuses_with_the_line(string script, int line, string problem)
    {
        var failure = Assert.Throws<SliceReleaseException>(() => Result(script));

        Assert.Equal($"slices/x.yaml:{line + 9}:1: the script cannot be run: {problem}", failure.Message);
    }

    [Theory]
    [InlineData("for i in range(1000000000000): pass", "steps")]
    [InlineData("x = [i for i in range(9223372036854775807)]", "steps|lists")]
    [InlineData("x = list(range(1000000000))", "steps|lists")]
    [InlineData("x = 'x' * 9223372036854775807", "makes more")]
    [InlineData("x = [0] * 1000000000", "makes more")]
    [InlineData("s = 'ab'\nfor i in range(100): s += s", "makes more")]
    [InlineData("l = [1]\nfor i in range(100): l = l + l", "makes more")]
    [InlineData("l = [1]\nfor i in range(100): l = [l, l]\nx = str(l)", "steps|makes more")] // doubles with each level
    [InlineData("l = [1]\nfor i in range(100): l = [l, l]\nm = [1]\nfor i in range(100): m = [m, m]\nx = l == m", "steps")]
    [InlineData("l = []\nfor i in range(100000): l = [l]\nx = str(l)", "nested")]
    [InlineData("l = []\nfor i in range(100000): l = [l]\nm = []\nfor i in range(100000): m = [m]\nx = l == m", "nested")]
    [InlineData("t = ()\nfor i in range(100000): t = (t,)\nx = {t: 1}", "nested")]
    [InlineData("l = []\nl.append(l)\nx = str(l)", "nested")] // a list in itself
    [InlineData("a = 'a' * 4000000\nb = 'a' * 1000000 + 'b' + 'a' * 1000000\nx = b in a", "steps")]
    [InlineData("a = 'a' * 4000000\nfor i in range(1000000): x = a == a + ''", "steps|makes more")]
    [InlineData("a = 'a' * 8000000\nfor i in range(4000000): x = a.isdigit()", "steps")]
    [InlineData("l = list(range(1000000))\nfor i in range(1000000): l.insert(0, 1)", "steps|makes more")]
    [InlineData("def a(n): return [n]\ndef b(n): return [a(x) for x in range(n)]\nfor i in range(100000): b(100000)", "steps")]
    [InlineData("x = '-' * 10000000\ny = x.replace('-', x)", "makes more")]
    public void Ends_what_does_not_end(string script, string limit)
    {
        var failure = Assert.Throws<SliceReleaseException>(() => Result(script));

        Assert.Contains(limit.Split('|'), word => failure.Message.Contains(word, StringComparison.Ordinal));
    }

    [Fact]
    public void Refuses_what_is_nested_too_deeply_to_be_read()
    {
        foreach (string script in (string[])[
            "x = " + new string('(', 100_000), "x = " + new string('[', 100_000), "x = " + new string('-', 100_000) + "1",
            "x = " + string.Concat(Enumerable.Repeat("not ", 100_000)) + "1", "x = " + string.Concat(Enumerable.Repeat("lambda: ", 100_000)) + "1",
            "x = 1" + string.Concat(Enumerable.Repeat(" + 1", 100_000)), "x = x" + string.Concat(Enumerable.Repeat(".a", 100_000)),
            "x = 1" + string.Concat(Enumerable.Repeat(" if 1 else 1", 100_000)), "if 1: pass\n" + string.Concat(Enumerable.Repeat("elif 1: pass\n", 100_000)),
            string.Concat(Enumerable.Range(0, 1000).Select(static depth => new string(' ', depth) + "if 1:\n"))])
        {
            Assert.Throws<SliceReleaseException>(() => Result(script));
        }
    }

    [Fact]
    public void Can_be_cancelled()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();

        Assert.Throws<OperationCanceledException>(() => StarlarkScript.Run(Script("for i in range(1000000): pass"), new Files(), source.Token));
    }

    [Fact]
    public void Damaged_scripts_are_refused_or_run()
    {
        string[] good =
        [
            "certs_dir = \"/usr/share/\"\ncerts = [\n  content.read(certs_dir + path) for path in content.list(certs_dir)\n]\ncontent.write(\"/etc/x\", \"\".join(certs))\n",
            "def f(a, b=[1, 2], *c, **d):\n  for x, y in enumerate(sorted(b, key=lambda k: -k)):\n    if x % 2 == 0 and y not in c:\n      continue\n    else:\n      d['%s' % x] = y if y else {k: 1 for k in 'ab'.elems()}\n  return d\nx = f(1, [3, 4], 5, z='{}{a!r}'.format(1, a=2))\nx['a'] = 'abc'[::-1].split('b')[0:1]\n",
        ];
        var random = new Random(7);
        for (int round = 0; round < 4000; round++)
        {
            byte[] bytes = System.Text.Encoding.UTF8.GetBytes(good[round % good.Length]);
            for (int times = random.Next(1, 5); times > 0 && bytes.Length > 0; times--)
            {
                bytes = Mutation.Of(bytes, random);
            }

            var failure = Record.Exception(() => Result(System.Text.Encoding.UTF8.GetString(bytes)));
            Assert.True(failure is null or SliceReleaseException, $"{failure}");
        }
    }

    private static bool TopLevelComma(string expression)
    {
        int depth = 0;
        char quote = '\0';
        for (int i = 0; i < expression.Length; i++)
        {
            char c = expression[i];
            if (quote != '\0')
            {
                quote = c == quote && expression[i - 1] != '\\' ? '\0' : quote;
            }
            else if (c is '\'' or '"')
            {
                quote = c;
            }
            else
            {
                depth += c is '(' or '[' or '{' ? 1 : c is ')' or ']' or '}' ? -1 : 0;
                if (c == ',' && depth == 0)
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static SliceScript Script(string text) => new(text, "slices/x.yaml", 10);

    // What a script leaves in the variable 'out', which it need not have.
    private static string Result(string script)
    {
        var files = new Files();
        bool hasOut = script.Contains("out", StringComparison.Ordinal);
        StarlarkScript.Run(Script(script + (hasOut ? "\ncontent.write('/out', out)" : "")), files, CancellationToken.None);
        return files.Out;
    }

    private sealed class Files : IScriptContent
    {
        public string Out { get; private set; } = "";

        public string Read(string path) => path.StartsWith("/usr", StringComparison.Ordinal) ? "text" : throw new BothyException($"cannot read {path}: it is not there");

        public void Write(string path, string text) => Out = text;

        public IReadOnlyList<string> List(string path) => ["a", "b/"];
    }
}
