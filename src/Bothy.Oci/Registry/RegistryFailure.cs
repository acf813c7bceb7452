using System.Text.Json;
using System.Text.Json.Nodes;
using Bothy.Formats.Text;
using Bothy.Oci.Json;
using Bothy.Transfer;

namespace Bothy.Oci.Registry;

/// <summary>Turns what registries say when they refuse (distribution-spec, "Error Codes") into sentences that say what to do.</summary>
internal static class RegistryFailure
{
    private const int MaxBody = 64 << 10;
    private const int MaxShown = 300;

    /// <summary>The failure that an answer is.</summary>
    /// <param name="deed">What cannot be done, such as <c>pull registry.example/app:1</c>.</param>
    /// <param name="host">The registry.</param>
    /// <param name="answer">What it says.</param>
    /// <param name="known">Whether it knew who we are.</param>
    public static async Task<BothyException> OfAsync(string deed, string host, TransferAnswer answer, bool known)
    {
        var (code, said) = await ReadAsync(answer);
        string detail = said.Length > 0 ? $" (the registry says: {said})" : "";
        string reason = code switch
        {
            "MANIFEST_UNKNOWN" => "there is no such tag or digest",
            "NAME_UNKNOWN" => "there is no such repository",
            "BLOB_UNKNOWN" => "the blob is not there",
            "MANIFEST_BLOB_UNKNOWN" => "the registry misses a blob that the manifest names",
            "NAME_INVALID" => "the registry does not take the name of the repository",
            "MANIFEST_INVALID" => "the registry does not take the manifest",
            "DIGEST_INVALID" => "other bytes arrived than were sent",
            "SIZE_INVALID" => "the registry does not take that many bytes",
            "UNSUPPORTED" => "the registry cannot do that",
            "TOOMANYREQUESTS" => "the registry is asked too often",
            _ => answer.Status switch
            {
                401 => known ? "the registry does not accept the credentials" : "the registry wants to know who you are",
                403 => known ? "these credentials do not allow it" : "that is not allowed to everybody",
                404 => "there is no such image",
                429 => "the registry is asked too often",
                _ => $"the registry answers {answer.StatusText}",
            },
        };
        return answer.Failure($"cannot {deed}: {reason}{detail}", HintFor(host, answer.Status, known));
    }

    /// <summary>What to do about a registry that does not let us in.</summary>
    public static string LoginHint(string host, bool known) =>
        known ? $"Log in again with 'bothy login {host}', or as somebody who may." : $"Log in with 'bothy login {host}'.";

    private static string? HintFor(string host, int status, bool known) => status switch
    {
        401 or 403 => LoginHint(host, known),
        404 when !known => $"Check the spelling. Some registries hide what they do not show to everybody: 'bothy login {host}' may help.",
        404 => "Check the spelling.",
        429 => known ? "Try again later." : $"Try again later; who logs in with 'bothy login {host}' is often given more.",
        >= 500 => "The registry has a problem of its own; try again later.",
        _ => null,
    };

    private static async Task<(string? Code, string Said)> ReadAsync(TransferAnswer answer)
    {
        try
        {
            var body = await answer.ReadAllAsync(MaxBody);
            var error = body.IsEmpty ? null : (JsonNode.Parse(body.Span, documentOptions: OciJson.ReaderOptions)?["errors"] as JsonArray)?.FirstOrDefault();
            string said = VisibleText.Of((string?)error?["message"] ?? "");
            return ((string?)error?["code"], said.Length <= MaxShown ? said : said[..MaxShown] + "…");
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or BothyException)
        {
            // An error page of something in between, or a broken connection: the status says enough.
            return (null, "");
        }
    }
}
