using System.Globalization;
using Bothy.Formats.Trees;

namespace Bothy.Packages.Slices.Reading;

/// <summary>Reads what a slice says about one path.</summary>
internal sealed class RuleReader(FindingList findings)
{
    private const string BelowDirectory = "/**";
    private const int MostMode = 0b111_111_111_111;

    /// <summary>The rule; null after noting why there is none.</summary>
    public ContentRule? Read(YamlNode.Scalar path, YamlNode value)
    {
        int before = findings.Count;
        CheckPath(path, path.Text, "a path");
        bool hasWildcard = PathPattern.HasWildcard(path.Text);
        if (value is YamlNode.Scalar { IsNull: true })
        {
            return findings.Count > before ? null : new ContentRule
            {
                Path = path.Text,
                Place = findings.PlaceOf(path),
                Kind = hasWildcard ? ContentKind.Glob : ContentKind.Extracted,
            };
        }

        var map = new YamlMapReader(value, $"what is said about {path.Text}", findings);
        var rule = ReadMap(path, map, hasWildcard);
        map.Finish();
        if (findings.Count == before)
        {
            CheckRule(path, rule, (value as YamlNode.Map)?.Entries.Count ?? 0);
        }

        return findings.Count > before ? null : rule;
    }

    private ContentRule ReadMap(YamlNode.Scalar path, YamlMapReader map, bool hasWildcard)
    {
        bool make = map.Truth("make");
        var copy = map.Scalar("copy");
        string? text = map.Text("text");
        var target = map.Scalar("symlink");
        string? generate = Choice(map.Scalar("generate"), "generate", "manifest");
        if ((make ? 1 : 0) + (copy is null ? 0 : 1) + (text is null ? 0 : 1) + (target is null ? 0 : 1) + (generate is null ? 0 : 1) > 1)
        {
            findings.Add(path, "a path has one of make, copy, text, symlink and generate");
        }

        if (copy is not null)
        {
            CheckOther(copy, "'copy'");
        }

        if (target is not null)
        {
            CheckOther(target, "'symlink'");
        }

        var prefer = map.Scalar("prefer");
        if (prefer is not null && !SliceName.IsPackage(prefer.Text))
        {
            findings.Add(prefer, $"'prefer' names a package, not '{prefer.Text}'");
        }

        return new ContentRule
        {
            Path = path.Text,
            Place = findings.PlaceOf(path),
            Kind = generate is not null ? ContentKind.Manifest
                : make ? ContentKind.Directory
                : text is not null ? ContentKind.Text
                : target is not null ? ContentKind.SymbolicLink
                : hasWildcard ? ContentKind.Glob
                : ContentKind.Extracted,
            CopyOf = copy is null || copy.Text == path.Text ? null : copy.Text,
            Text = text,
            Target = target?.Text,
            Mode = Mode(map.Scalar("mode")),
            IsMutable = map.Truth("mutable"),
            IsUntilMutate = Choice(map.Scalar("until"), "until", "mutate") is not null,
            Architectures = ArchitectureNames.Read(map, findings),
            Prefer = prefer?.Text,
        };
    }

    private void CheckRule(YamlNode.Scalar path, ContentRule rule, int keys)
    {
        bool isDirectory = rule.Path.EndsWith('/');
        bool hasWildcard = PathPattern.HasWildcard(rule.Path);
        string? problem = rule.Kind switch
        {
            ContentKind.Manifest when keys > 1 => "a path that is generated has no other keys",
            ContentKind.Manifest when !rule.Path.EndsWith(BelowDirectory, StringComparison.Ordinal) || PathPattern.HasWildcard(rule.Path.AsSpan(0, rule.Path.Length - 2))
                => "a path that is generated ends with '/**', its only wildcard",
            ContentKind.Manifest => null,
            ContentKind.Glob when rule.CopyOf is not null => "a pattern cannot be a copy",
            ContentKind.Glob when rule.Mode is not null || rule.IsMutable || rule.Prefer is not null => "a pattern has neither mode, mutable nor prefer",
            not ContentKind.Glob when hasWildcard => "a path that is made has no wildcards",
            ContentKind.Directory when !isDirectory => "the path of a directory that is made ends with a slash",
            ContentKind.Text when isDirectory => "a text is a file: its path does not end with a slash",
            ContentKind.SymbolicLink when rule.Mode is not null => "a symbolic link has no mode",
            ContentKind.Directory or ContentKind.SymbolicLink when rule.IsMutable => "only a file can be mutable",
            ContentKind.Extracted when rule.IsMutable && isDirectory => "only a file can be mutable",
            _ => null,
        };
        if (problem is not null)
        {
            findings.Add(path, problem);
        }
    }

    private void CheckOther(YamlNode.Scalar path, string what)
    {
        CheckPath(path, path.Text, what);
        if (PathPattern.HasWildcard(path.Text))
        {
            findings.Add(path, $"{what} has no wildcards");
        }
    }

    // The root is no path of a slice: it is there whatever is in it.
    private void CheckPath(YamlNode.Scalar node, string path, string what)
    {
        if (!path.StartsWith('/'))
        {
            findings.Add(node, $"{what} begins with a slash: '{path}' does not");
        }
        else if (path.Length == 1 || path.StartsWith("//", StringComparison.Ordinal) || path.EndsWith("//", StringComparison.Ordinal) || !TreePath.TryParseRooted(path, out _))
        {
            findings.Add(node, $"'{path}' is not a clean path inside an image");
        }
    }

    private string? Choice(YamlNode.Scalar? scalar, string key, string choice)
    {
        if (scalar is not null && scalar.Text != choice)
        {
            findings.Add(scalar, $"'{key}' is '{choice}', not '{scalar.Text}'");
        }

        return scalar?.Text;
    }

    // As YAML 1.1 and 1.2 write octal numbers; without a mark it is a decimal one.
    private int? Mode(YamlNode.Scalar? scalar)
    {
        if (scalar is null)
        {
            return null;
        }

        string text = scalar.Text;
        string digits = text.StartsWith("0o", StringComparison.Ordinal) ? text[2..] : text;
        bool isOctal = digits.Length < text.Length || text.StartsWith('0');
        int mode = 0;
        bool isGood = digits.Length is > 0 and <= 8;
        foreach (char digit in isGood ? digits : "")
        {
            isGood &= digit is >= '0' and <= '9' && (!isOctal || digit < '8');
            mode = (mode * (isOctal ? 8 : 10)) + (digit - '0');
        }

        if (!isGood || mode > MostMode)
        {
            findings.Add(scalar, string.Create(CultureInfo.InvariantCulture, $"'mode' is permission bits such as 0755, not '{text}'"));
            return null;
        }

        return mode;
    }
}
