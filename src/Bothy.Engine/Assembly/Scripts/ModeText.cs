namespace Bothy.Engine.Assembly.Scripts;

/// <summary>Modes as chmod(1) takes them: octal, or clauses such as <c>u+s,go-w</c>.</summary>
internal static class ModeText
{
    private const int AllExecute = 0b001_001_001;

    /// <summary>The mode after <paramref name="text"/> is applied to <paramref name="mode"/>; null where it is not a mode.</summary>
    public static int? Apply(string text, int mode, bool isDirectory, int umask)
    {
        if (ScriptReader.ParseMode(text) is { } octal)
        {
            return octal;
        }

        foreach (string clause in text.Split(','))
        {
            if (ApplyClause(clause, mode, isDirectory, umask) is not { } changed)
            {
                return null;
            }

            mode = changed;
        }

        return mode;
    }

    private static int? ApplyClause(string clause, int mode, bool isDirectory, int umask)
    {
        int at = clause.AsSpan().IndexOfAny('+', '-', '=');
        if (at < 0)
        {
            return null;
        }

        int who = 0;
        foreach (char c in clause.AsSpan(0, at))
        {
            switch (c)
            {
                case 'u':
                    who |= 0b100_111_000_000;
                    break;
                case 'g':
                    who |= 0b010_000_111_000;
                    break;
                case 'o':
                    who |= 0b001_000_000_111;
                    break;
                case 'a':
                    who |= 0xFFF;
                    break;
                default:
                    return null;
            }
        }

        int reach = at == 0 ? 0xFFF & ~umask : who;
        int bits = 0;
        foreach (char c in clause.AsSpan(at + 1))
        {
            bits |= c switch
            {
                'r' => 0b100_100_100,
                'w' => 0b010_010_010,
                'x' => AllExecute,
                'X' => isDirectory || (mode & AllExecute) != 0 ? AllExecute : 0,
                's' => 0b110_000_000_000,
                't' => 0b001_000_000_000,
                _ => -1,
            };
            if (bits < 0)
            {
                return null;
            }
        }

        bits &= reach;
        return clause[at] switch
        {
            '+' => mode | bits,
            '-' => mode & ~bits,
            _ => (mode & ~(reach & 0x1FF)) | bits,
        };
    }
}
