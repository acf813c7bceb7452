using System.Collections;
using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;
using System.Text;
using Bothy.Engine.ImageFiles;
using Bothy.Formats.Trees;

namespace Bothy.Engine.Tests.ImageFiles;

/// <summary>Every value of a spec as text, places and file names aside, so that two can be compared whatever they are made of.</summary>
internal static class SpecDump
{
    private static readonly string[] Places = ["Mark", "Keys", "FileName", "Warnings", "EqualityContract"];

    private static readonly Type[] PlaceTypes = [typeof(SourceMark), typeof(ImmutableArray<FileRead>)];

    // They only say again what others hold.
    private static readonly string[] Derived = ["PackageRepositories", "IsAlpine", "IsPath", "DefaultDocumentation"];

    public static string Of(ImageSpec spec)
    {
        var text = new StringBuilder();
        Dump(text, "spec", spec, depth: 0);
        return text.ToString();
    }

    private static void Dump(StringBuilder text, string name, object? value, int depth)
    {
        text.Append(' ', depth * 2).Append(name).Append(": ");
        switch (value)
        {
            case null or string or Enum or ImageArchitecture or Uri or TreePath:
            case IFormattable:
                text.Append(CultureInfo.InvariantCulture, $"{value?.ToString() ?? "-"}\n");
                break;
            case IEnumerable items:
                text.Append('\n');
                foreach (object item in items)
                {
                    Dump(text, "-", item, depth + 1);
                }

                break;
            default:
                text.Append(value.GetType().Name).Append('\n');
                foreach (var property in value.GetType().GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
                {
                    if (!Places.Contains(property.Name) && !Derived.Contains(property.Name) && property.GetIndexParameters().Length == 0 && !PlaceTypes.Contains(property.PropertyType))
                    {
                        Dump(text, property.Name, property.GetValue(value), depth + 1);
                    }
                }

                break;
        }
    }
}
