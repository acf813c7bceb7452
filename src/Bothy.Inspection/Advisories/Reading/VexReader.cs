using System.Collections.Immutable;
using System.Text.Json;

namespace Bothy.Inspection.Advisories.Reading;

/// <summary>OpenVEX documents (openvex/spec 0.2.0, and the plainer texts of 0.0.x in place of its objects).</summary>
internal static class VexReader
{
    private const int MostStatements = 100_000;
    private const int MostProducts = 10_000;
    private const int MostNames = 1000;

    private static readonly string[] Justifications =
    [
        "component_not_present", "vulnerable_code_not_present", "vulnerable_code_not_in_execute_path", "vulnerable_code_cannot_be_controlled_by_adversary",
        "inline_mitigations_already_exist",
    ];

    public static VexDocument Read(JsonTokens json)
    {
        string? context = null;
        string? id = null;
        string? author = null;
        string? version = null;
        DateTimeOffset? time = null;
        var statements = ImmutableArray.CreateBuilder<VexStatement>();
        json.Next();
        foreach (var _ in json.MembersHere("the document"))
        {
            if (json.Is("@context"u8))
            {
                context = json.RequiredText("'@context'");
            }
            else if (json.Is("@id"u8))
            {
                id = json.RequiredText("'@id'");
            }
            else if (json.Is("author"u8))
            {
                author = json.RequiredText("'author'");
            }
            else if (json.Is("timestamp"u8))
            {
                time = json.Time("'timestamp'");
            }
            else if (json.Is("version"u8))
            {
                json.Next();
                version = json.Kind is JsonTokenType.String or JsonTokenType.Number ? json.Text() : throw json.Malformed("'version' is neither a number nor a text");
            }
            else if (json.Is("statements"u8))
            {
                foreach (var item in json.Items("'statements'"))
                {
                    statements.Add(statements.Count < MostStatements ? ReadStatement(json) : throw json.Malformed("'statements' has too many members"));
                }
            }
            else
            {
                json.Skip();
            }
        }

        json.End();
        if (context?.StartsWith("https://openvex.dev/ns", StringComparison.Ordinal) != true)
        {
            throw json.Malformed("it is no OpenVEX document: its '@context' says so");
        }

        return new VexDocument
        {
            Id = id ?? throw json.Malformed("'@id' is missing"),
            Author = author ?? throw json.Malformed("'author' is missing"),
            Time = time,
            Version = version,
            Statements = [.. statements.Select(statement => statement.Time is null ? statement with { Time = time } : statement)],
        };
    }

    private static VexStatement ReadStatement(JsonTokens json)
    {
        (string Name, ImmutableArray<string> Aliases)? vulnerability = null;
        VexStatus? status = null;
        var statement = new VexStatement { Vulnerability = "", Status = default };
        foreach (var _ in json.MembersHere("a statement"))
        {
            if (json.Is("vulnerability"u8))
            {
                vulnerability = ReadVulnerability(json);
            }
            else if (json.Is("products"u8))
            {
                statement = statement with { Products = ReadProducts(json, "'products'", nested: false) };
            }
            else if (json.Is("status"u8))
            {
                status = Status(json);
            }
            else if (json.Is("justification"u8))
            {
                statement = statement with { Justification = Justification(json) };
            }
            else if (json.Is("timestamp"u8))
            {
                statement = statement with { Time = json.Time("'timestamp'") };
            }
            else
            {
                statement = ReadWords(json, statement);
            }
        }

        return statement with
        {
            Vulnerability = vulnerability?.Name ?? throw json.Malformed("a statement is about no vulnerability"),
            Aliases = vulnerability.Value.Aliases,
            Status = status ?? throw json.Malformed("a statement has no 'status'"),
        };
    }

    private static VexStatement ReadWords(JsonTokens json, VexStatement statement)
    {
        if (json.Is("impact_statement"u8))
        {
            return statement with { ImpactStatement = json.OptionalText("'impact_statement'") };
        }

        if (json.Is("action_statement"u8))
        {
            return statement with { ActionStatement = json.OptionalText("'action_statement'") };
        }

        if (json.Is("status_notes"u8))
        {
            return statement with { Notes = json.OptionalText("'status_notes'") };
        }

        json.Skip();
        return statement;
    }

    private static VexStatus Status(JsonTokens json) => json.RequiredText("'status'") switch
    {
        "not_affected" => VexStatus.NotAffected,
        "affected" => VexStatus.Affected,
        "fixed" => VexStatus.Fixed,
        "under_investigation" => VexStatus.UnderInvestigation,
        var other => throw json.Malformed($"'{Formats.Text.VisibleText.Of(other)}' is no status"),
    };

    private static string? Justification(JsonTokens json) => json.OptionalText("'justification'") switch
    {
        null or "" => null,
        var label when Justifications.Contains(label) => label,
        var other => throw json.Malformed($"'{Formats.Text.VisibleText.Of(other)}' is no justification"),
    };

    private static (string Name, ImmutableArray<string> Aliases) ReadVulnerability(JsonTokens json)
    {
        json.Next();
        if (json.Kind == JsonTokenType.String)
        {
            return (json.Text(), []);
        }

        string? id = null;
        string? name = null;
        ImmutableArray<string> aliases = [];
        foreach (var _ in json.MembersHere("'vulnerability'"))
        {
            if (json.Is("@id"u8))
            {
                id = json.OptionalText("'@id'");
            }
            else if (json.Is("name"u8))
            {
                name = json.OptionalText("'name'");
            }
            else if (json.Is("aliases"u8))
            {
                aliases = [.. json.Texts("'aliases'", MostNames).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
            }
            else
            {
                json.Skip();
            }
        }

        return (name ?? id ?? throw json.Malformed("a vulnerability has no name"), aliases);
    }

    private static ImmutableArray<VexProduct> ReadProducts(JsonTokens json, string what, bool nested)
    {
        var products = ImmutableArray.CreateBuilder<VexProduct>();
        foreach (var _ in json.Items(what))
        {
            if (products.Count == MostProducts)
            {
                throw json.Malformed($"{what} has too many members");
            }

            products.Add(json.Kind == JsonTokenType.String ? new VexProduct(json.Text(), [], [], []) : ReadProduct(json, nested));
        }

        return products.ToImmutable();
    }

    private static VexProduct ReadProduct(JsonTokens json, bool nested)
    {
        var product = new VexProduct("", [], [], []);
        foreach (var _ in json.MembersHere("a product"))
        {
            if (json.Is("@id"u8))
            {
                product = product with { Id = json.OptionalText("'@id'") ?? "" };
            }
            else if (json.Is("identifiers"u8))
            {
                product = product with { Identifiers = Values(json, "'identifiers'", withName: false) };
            }
            else if (json.Is("hashes"u8))
            {
                product = product with { Hashes = Values(json, "'hashes'", withName: true) };
            }
            else if (!nested && json.Is("subcomponents"u8))
            {
                product = product with { Subcomponents = ReadProducts(json, "'subcomponents'", nested: true) };
            }
            else
            {
                json.Skip();
            }
        }

        return product;
    }

    private static ImmutableArray<string> Values(JsonTokens json, string what, bool withName)
    {
        var values = ImmutableSortedSet.CreateBuilder<string>(StringComparer.Ordinal);
        foreach (var _ in json.Members(what))
        {
            string name = json.Text();
            if (json.OptionalText(what) is { Length: > 0 } value)
            {
                values.Add(withName ? $"{name}:{value}" : value);
            }

            if (values.Count > MostNames)
            {
                throw json.Malformed($"{what} has too many members");
            }
        }

        return [.. values];
    }
}
