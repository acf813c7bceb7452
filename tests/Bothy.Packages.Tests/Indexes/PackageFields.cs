using System.Collections;
using System.Globalization;
using System.Reflection;
using Bothy.Packages.Debian;

namespace Bothy.Packages.Tests.Indexes;

/// <summary>Packages as text with every field they have, so that a field which is forgotten somewhere makes a difference.</summary>
internal static class PackageFields
{
    public static string Of(DebianIndex index) => string.Join("\n", index.Packages.Select(Of));

    public static string Of(object package) => string.Join(
        "; ",
        package.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(property => $"{property.Name}={Text(property.GetValue(package))}"));

    private static string Text(object? value) => value switch
    {
        string text => text,
        IEnumerable many => $"[{string.Join(", ", many.Cast<object>())}]",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };
}
