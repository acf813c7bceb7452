using System.Collections.Immutable;

namespace Bothy.Engine.Assembly.Scripts;

/// <summary>What a script's parameters are known to be. A null value is one that only running the script would tell.</summary>
internal sealed class ScriptVariables(ImmutableArray<string?> positional)
{
    private Dictionary<string, string?> _values = new(StringComparer.Ordinal);

    /// <summary><c>$1</c> and so on; null in place of the whole where not even their number is known.</summary>
    public ImmutableArray<string?>? Positional { get; set; } = positional;

    public string? this[string name]
    {
        get => name switch
        {
            "@" or "*" => Positional is { } all && !all.Any(static value => value is null) ? string.Join(' ', all) : null,
            "#" => Positional?.Length.ToString(System.Globalization.CultureInfo.InvariantCulture),
            "?" or "$" or "!" or "-" or "0" => null,
            _ when char.IsAsciiDigit(name[0]) => Positional is { } values && int.TryParse(name, System.Globalization.CultureInfo.InvariantCulture, out int index)
                ? index <= values.Length ? values[index - 1] : ""
                : null,
            _ => _values.TryGetValue(name, out string? value) ? value : "",
        };
        set => _values[name] = value;
    }

    public void Unset(string name) => _values.Remove(name);

    /// <summary>The values now, to come back to.</summary>
    public Dictionary<string, string?> Snapshot() => new(_values, StringComparer.Ordinal);

    public void Restore(Dictionary<string, string?> snapshot) => _values = snapshot;

    /// <summary>Forgets the value of each variable that has changed since <paramref name="snapshot"/>: it may have changed or not.</summary>
    public void Blur(Dictionary<string, string?> snapshot)
    {
        foreach (string name in _values.Keys.Union(snapshot.Keys, StringComparer.Ordinal).ToList())
        {
            if (this[name] != snapshot.GetValueOrDefault(name, ""))
            {
                _values[name] = null;
            }
        }
    }
}
