using System.Collections.Immutable;
using System.Text;
using Bothy.Formats.Trees;

namespace Bothy.Engine.Assembly.Scripts;

/// <summary>Expands words (POSIX.1 Shell Command Language, 2.6); what is not known makes the whole field null.</summary>
internal sealed class ScriptExpansion(ScriptVariables variables, IScriptWorld world, Func<ShellNode, string?> substitute)
{
    private static readonly char[] Blanks = [' ', '\t', '\n'];

    /// <summary>The fields that the words become.</summary>
    public ImmutableArray<string?> Fields(ImmutableArray<ShellWord> words)
    {
        var fields = ImmutableArray.CreateBuilder<string?>();
        foreach (var word in words)
        {
            AddFields(word, fields);
        }

        return fields.ToImmutable();
    }

    /// <summary>The word as one field, as assignments, redirections and <c>case</c> expand it.</summary>
    public string? Single(ShellWord word)
    {
        var text = new StringBuilder();
        foreach (var part in word.Parts)
        {
            if (Value(part) is not { } value)
            {
                return null;
            }

            text.Append(value);
        }

        return text.ToString();
    }

    /// <summary>Whether <paramref name="subject"/> matches a pattern of a <c>case</c>; null where that is not known.</summary>
    public bool? Matches(ShellWord pattern, string subject)
    {
        bool quotedWildcard = pattern.Parts.Any(static part => part is ShellPart.Literal { Quoted: true } literal && PathPattern.HasWildcard(literal.Text));
        bool unquoted = pattern.Parts.Any(static part => !part.Quoted);
        if (Single(pattern) is not { } text
            || (quotedWildcard && unquoted)
            || pattern.Parts.Any(static part => part is ShellPart.Literal { Quoted: false } literal && literal.Text.Contains('[', StringComparison.Ordinal)))
        {
            return null;
        }

        return unquoted ? PathPattern.Matches(text, subject, crossSlashes: true) : text == subject;
    }

    private void AddFields(ShellWord word, ImmutableArray<string?>.Builder fields)
    {
        if (word.Parts is [ShellPart.Literal { Quoted: true, Text: "" }, ShellPart.Parameter { Name: "@", Operator: "" }] or [ShellPart.Parameter { Name: "@", Operator: "" }])
        {
            fields.AddRange(variables.Positional ?? [null]);
            return;
        }

        var field = new Field();
        foreach (var part in word.Parts)
        {
            string? value = Value(part);
            if (value is null)
            {
                field.Unknown();
            }
            else if (part.Quoted || part is ShellPart.Literal)
            {
                field.Append(value, isPattern: !part.Quoted && PathPattern.HasWildcard(value));
            }
            else
            {
                Split(value, field, fields);
            }
        }

        Emit(field, fields);
    }

    // The first and the last piece join what stands before and after the expansion; a blank at either end parts them.
    private void Split(string value, Field field, ImmutableArray<string?>.Builder fields)
    {
        string[] pieces = value.Split(Blanks, StringSplitOptions.RemoveEmptyEntries);
        if (value.Length > 0 && Blanks.Contains(value[0]))
        {
            Emit(field, fields);
        }

        for (int i = 0; i < pieces.Length; i++)
        {
            field.Append(pieces[i], PathPattern.HasWildcard(pieces[i]));
            if (i < pieces.Length - 1 || Blanks.Contains(value[^1]))
            {
                Emit(field, fields);
            }
        }
    }

    private void Emit(Field field, ImmutableArray<string?>.Builder fields)
    {
        if (field.IsUnknown)
        {
            fields.Add(null);
        }
        else if (field.HasText)
        {
            var matches = field.IsPattern ? world.Match(field.Text) : [];
            fields.AddRange(matches.Count > 0 ? matches : [field.Text]);
        }

        field.Clear();
    }

    private string? Value(ShellPart part) => part switch
    {
        ShellPart.Literal literal => literal.Text,
        ShellPart.Parameter parameter => Parameter(parameter),
        ShellPart.Substitution substitution => substitute(substitution.Body),
        _ => null,
    };

    private string? Parameter(ShellPart.Parameter parameter)
    {
        string? value = variables[parameter.Name];
        if (parameter.Operator.Length == 0 || value is null)
        {
            return value;
        }

        return parameter.Operator switch
        {
            ":-" or "-" or ":=" or "=" => value.Length > 0 ? value : Single(parameter.Argument),
            ":+" or "+" => value.Length > 0 ? Single(parameter.Argument) : "",
            ":?" or "?" => value,
            "#" or "##" => Trim(value, parameter, fromStart: true),
            "%" or "%%" => Trim(value, parameter, fromStart: false),
            _ => null,
        };
    }

    private string? Trim(string value, ShellPart.Parameter parameter, bool fromStart)
    {
        if (Single(parameter.Argument) is not { } pattern)
        {
            return null;
        }

        bool longest = parameter.Operator.Length == 2;
        for (int i = 0; i <= value.Length; i++)
        {
            int length = longest ? value.Length - i : i;
            var piece = fromStart ? value.AsSpan(0, length) : value.AsSpan(value.Length - length);
            if (PathPattern.Matches(pattern, piece, crossSlashes: true))
            {
                return fromStart ? value[length..] : value[..^length];
            }
        }

        return value;
    }

    private sealed class Field
    {
        private readonly StringBuilder _text = new();

        public bool HasText { get; private set; }

        public bool IsPattern { get; private set; }

        public bool IsUnknown { get; private set; }

        public string Text => _text.ToString();

        public void Append(string text, bool isPattern)
        {
            _text.Append(text);
            HasText = true;
            IsPattern |= isPattern;
        }

        public void Unknown() => IsUnknown = true;

        public void Clear()
        {
            _text.Clear();
            (HasText, IsPattern, IsUnknown) = (false, false, false);
        }
    }
}
