using System.Globalization;
using Bothy.Transfer;

namespace Bothy.Cli;

/// <summary>Everything the program takes from the process it runs in, so that tests can hand in their own.</summary>
internal sealed record Surroundings
{
    // The last second of the year 9999, the last that the image format's times can say.
    private const long LastEpoch = 253_402_300_799;

    /// <summary>The environment variables.</summary>
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Where the machine's own configuration is read from; <c>/</c> but for tests.</summary>
    public string MachineRoot { get; init; } = "/";

    /// <summary>How many threads a build may use.</summary>
    public int Parallelism { get; init; } = 1;

    /// <summary>Where relative paths start.</summary>
    public string WorkingDirectory { get; init; } = "/";

    /// <summary>Standard input, for what is piped in.</summary>
    public Func<TextReader> Input { get; init; } = () => TextReader.Null;

    /// <summary>Asks whoever sits at the terminal for a line, which is not shown where it is secret; null where nobody does.</summary>
    public Func<bool, string>? ReadAnswer { get; init; }

    /// <summary>The value of <paramref name="name"/>; null where it is unset or empty.</summary>
    public string? Variable(string name) =>
        Environment.TryGetValue(name, out string? value) && value.Length > 0 ? value : null;

    /// <summary>The time that <c>SOURCE_DATE_EPOCH</c> sets, in seconds since 1970; null where it sets none.</summary>
    /// <exception cref="BothyException">Its value is not such a number.</exception>
    public long? SourceDateEpoch() => Variable("SOURCE_DATE_EPOCH") switch
    {
        null => null,
        { } text when long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long epoch) && epoch <= LastEpoch => epoch,
        { } text => throw new BothyException($"cannot use SOURCE_DATE_EPOCH: '{text}' is not a number of seconds since 1970"),
    };

    /// <summary>Credentials of <c>$NETRC</c> and of the machine's apt configuration, those files that can be read.</summary>
    /// <exception cref="BothyException">One of them is not well-formed.</exception>
    public NetrcCredentials Credentials()
    {
        string apt = Path.Combine(MachineRoot, "etc/apt");
        string parts = Path.Combine(apt, "auth.conf.d");
        var files = new[] { Variable("NETRC"), Path.Combine(apt, "auth.conf") }
            .OfType<string>()
            .Concat(Directory.Exists(parts) ? Directory.GetFiles(parts, "*.conf").Order(StringComparer.Ordinal) : []);
        var credentials = NetrcCredentials.None;
        foreach (string file in files.Where(File.Exists))
        {
            try
            {
                credentials = credentials.Then(NetrcCredentials.Parse(File.ReadAllText(file)));
            }
            catch (UnauthorizedAccessException)
            {
                // apt's own credentials are often root's alone; a mirror that needs them will say so.
            }
        }

        return credentials;
    }
}
