using System.Globalization;

namespace Bothy.Packages.Slices.Starlark;

/// <summary>The arguments of one call of a built-in function, taken one after the other.</summary>
internal sealed class CallArguments(string function, List<object> positional, List<(string Name, object Value)> named, int line)
{
    private int _taken;

    /// <summary>Where the call stands.</summary>
    public int Line => line;

    /// <summary>How many arguments without a name are left.</summary>
    public int Left => positional.Count - _taken;

    /// <summary>The next argument, or the one of that name; null where it is not given.</summary>
    public object? Optional(string name)
    {
        int at = named.FindIndex(each => each.Name == name);
        if (_taken < positional.Count)
        {
            return at < 0 ? positional[_taken++] : throw new StarlarkException(line, $"{function} has two values for '{name}'");
        }

        if (at < 0)
        {
            return null;
        }

        object value = named[at].Value;
        named.RemoveAt(at);
        return value;
    }

    public object Required(string name) => Optional(name) ?? throw new StarlarkException(line, $"{function} needs '{name}'");

    public string Text(string name) => As<string>(Required(name), name, "a string");

    public string? OptionalText(string name) => Optional(name) is { } value and not None ? As<string>(value, name, "a string") : null;

    public long? OptionalNumber(string name) => Optional(name) is { } value and not None ? As<long>(value, name, "an int") : null;

    public long Number(string name) => As<long>(Required(name), name, "an int");

    /// <summary>A truth value by its name alone.</summary>
    public bool NamedTruth(string name) => Named(name) is { } value && ValueRules.IsTrue(value);

    /// <summary>An argument by its name alone; null where it is not given.</summary>
    public object? Named(string name)
    {
        int at = named.FindIndex(each => each.Name == name);
        if (at < 0)
        {
            return null;
        }

        object value = named[at].Value;
        named.RemoveAt(at);
        return value;
    }

    /// <summary>All arguments that are left, those without a name.</summary>
    public List<object> Rest()
    {
        var rest = positional.GetRange(_taken, Left);
        _taken = positional.Count;
        return rest;
    }

    /// <summary>All arguments that are left, those with a name.</summary>
    public List<(string Name, object Value)> NamedRest()
    {
        List<(string Name, object Value)> rest = [.. named];
        named.Clear();
        return rest;
    }

    /// <summary>Refuses what nobody took.</summary>
    public void End()
    {
        if (_taken < positional.Count)
        {
            throw new StarlarkException(line, string.Create(CultureInfo.InvariantCulture, $"{function} takes {_taken} arguments, not {positional.Count}"));
        }

        if (named.Count > 0)
        {
            throw new StarlarkException(line, $"{function} has no parameter '{named[0].Name}'");
        }
    }

    public T As<T>(object value, string name, string wanted) =>
        value is T good ? good : throw new StarlarkException(line, $"{function} takes {wanted} for '{name}', not a {ValueRules.TypeOf(value)}");
}
