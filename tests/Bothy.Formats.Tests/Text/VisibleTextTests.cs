using Bothy.Formats.Text;

namespace Bothy.Formats.Tests.Text;

public class VisibleTextTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("usr/lib/lib.so", "usr/lib/lib.so")]
    [InlineData("a b~\\", "a b~\\")]
    [InlineData("F\u0151tan\u00fas\u00edtv\u00e1ny \u05d0 \u65e5\u672c \U0001F3D4", "F\u0151tan\u00fas\u00edtv\u00e1ny \u05d0 \u65e5\u672c \U0001F3D4")] // other scripts are text
    [InlineData("\e[31mred\e]0;title\a", "\\x1b[31mred\\x1b]0;title\\x07")]
    [InlineData("a\nb\rc\td\u007f", "a\\x0ab\\x0dc\\x09d\\x7f")]
    [InlineData("\u009b31m", "\\x9b31m")] // the one-character form of an escape sequence
    [InlineData("cod\u202egpj.exe", "cod\\u{202e}gpj.exe")] // shown in reverse
    [InlineData("\u2066x\u2069\ufeff\u200b", "\\u{2066}x\\u{2069}\\u{feff}\\u{200b}")]
    [InlineData("a\u2028b\u2029", "a\\u{2028}b\\u{2029}")]
    [InlineData("\U000E0041\ue000", "\\u{e0041}\\u{e000}")] // tags, private use
    public void Writes_out_what_cannot_be_seen(string text, string shown) => Assert.Equal(shown, VisibleText.Of(text));

    // Attributes cannot hold halves of pairs.
    [Fact]
    public void Writes_out_bytes_that_were_not_UTF8_and_halves_of_pairs()
    {
        Assert.Equal("\\xff\\x80/x", VisibleText.Of("\udcff\udc80/x"));
        Assert.Equal("a\\u{d83c}", VisibleText.Of("a\ud83c"));
        Assert.Equal("\\u{d83c}a", VisibleText.Of("\ud83ca"));
    }
}
