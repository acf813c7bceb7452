using System.Text;

namespace Bothy.Cli;

/// <summary>Reads what somebody types at a terminal.</summary>
internal static class ConsoleAnswer
{
    /// <summary>One line; a secret is not shown.</summary>
    public static string Read(bool secret) => secret ? ReadSecret() : Console.ReadLine() ?? "";

    private static string ReadSecret()
    {
        var text = new StringBuilder();
        while (true)
        {
            var key = Console.ReadKey(intercept: true);
            switch (key.Key)
            {
                case ConsoleKey.Enter:
                    Console.Error.WriteLine();
                    return text.ToString();
                case ConsoleKey.Backspace:
                    text.Length = Math.Max(0, text.Length - 1);
                    break;
                default:
                    if (!char.IsControl(key.KeyChar))
                    {
                        text.Append(key.KeyChar);
                    }

                    break;
            }
        }
    }
}
