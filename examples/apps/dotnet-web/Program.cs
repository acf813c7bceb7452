// An image without a shell has no program that could ask it: it asks itself.
if (args is ["--get", var address])
{
    using var client = new HttpClient();
    Console.Write(await client.GetStringAsync(new Uri(address)));
    return;
}

var builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning);
var app = builder.Build();
app.MapGet("/", () => $"hello from ASP.NET Core {Environment.Version.Major} as {Environment.UserName}\n");
app.MapGet("/trust", () =>
{
    using var store = new System.Security.Cryptography.X509Certificates.X509Store(
        System.Security.Cryptography.X509Certificates.StoreName.Root, System.Security.Cryptography.X509Certificates.StoreLocation.LocalMachine);
    store.Open(System.Security.Cryptography.X509Certificates.OpenFlags.ReadOnly);
    return $"{store.Certificates.Count > 100}\n";
});
await app.RunAsync();
