namespace Bothy.Testing;

/// <summary>podman with a storage of its own, so that a test neither sees nor leaves images on the machine.</summary>
public sealed class Podman : IDisposable
{
    private readonly TemporaryDirectory _storage = new();

    /// <summary>The options that make podman use this storage, and a place of its own for what runs: resetting it takes that away from everybody.</summary>
    public IReadOnlyList<string> Options => ["--root", _storage["root"], "--runroot", _storage["run"], "--tmpdir", _storage["tmp"], "--runtime", "runc"];

    /// <summary>Loads the image of an OCI layout or an archive and returns the name it can be run by.</summary>
    public string Pull(string reference) => Run("pull", "--quiet", reference).Succeeded().Output.Trim();

    /// <summary>Runs a container without network to its end.</summary>
    public JudgeResult RunImage(string image, params string[] arguments) => RunImage(image, "none", arguments);

    /// <summary>Runs a container that shares the machine's network.</summary>
    public JudgeResult RunImageWithNetwork(string image, params string[] arguments) => RunImage(image, "host", arguments);

    /// <summary>Runs podman itself.</summary>
    public JudgeResult Run(params string[] arguments) => Judge.Run("podman", [.. Options, .. arguments]);

    /// <inheritdoc />
    public void Dispose()
    {
        // podman's overlay mounts have to go before their directories can.
        Run("system", "reset", "--force");
        _storage.Dispose();
    }

    // The limits are those that every machine grants to root, containers included.
    private JudgeResult RunImage(string image, string network, string[] arguments) =>
        Run(["run", "--rm", "--network", network, "--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024", image, .. arguments]);
}
