namespace Bothy.Cli;

/// <summary>What the process says at its end; documented in docs/cli.md.</summary>
internal static class ExitCode
{
    public const int Success = 0;
    public const int Failed = 1;
    public const int Usage = 2;

    /// <summary>The command did its work, and what it found does not meet what was asked for.</summary>
    public const int Threshold = 3;

    /// <summary>An error in Bothy itself, as sysexits' EX_SOFTWARE.</summary>
    public const int Bug = 70;

    /// <summary>Ended by Ctrl-C: 128 and the number of SIGINT, as shells report it.</summary>
    public const int Interrupted = 130;
}
