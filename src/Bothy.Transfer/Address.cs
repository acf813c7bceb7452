namespace Bothy.Transfer;

/// <summary>Addresses as they may be shown: without the credentials that user names, passwords and queries carry.</summary>
internal static class Address
{
    public static string Shown(Uri address)
    {
        if (LocalFile.PathOf(address) is { } file)
        {
            return file;
        }

        string path = address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);
        // Object stores sign their addresses in the query: whoever reads it from a log can use it.
        return address.Query.Length > 0 ? path + "?…" : path;
    }

    public static bool SameServer(Uri a, Uri b) =>
        a.Scheme == b.Scheme && string.Equals(a.IdnHost, b.IdnHost, StringComparison.OrdinalIgnoreCase) && a.Port == b.Port;
}
