namespace Bothy.EndToEnd.Tests;

[Collection(RealImages.Name)]
public sealed class ReproducibilityTests(SharedStore store)
{
    [RequiresFact(Needs.Network)]
    public void Another_time_zone_umask_culture_directory_store_and_thread_count_give_the_same_digest()
    {
        using var output = new TemporaryDirectory();
        string file = Path.Combine(RealData.Project, "examples", "python.yaml");
        Directory.CreateDirectory(output["elsewhere"]);

        var first = BothyProgram.RunWithMask(
            store.Path, 22, ["build", file, "-o", $"oci:{output["a"]}"], RealData.Project, ("TZ", "UTC"), ("DOTNET_PROCESSOR_COUNT", "1"));
        var second = BothyProgram.RunWithMask(
            output["store"], 77, ["build", file, "-o", $"oci:{output["b"]}"], output["elsewhere"],
            ("TZ", "Pacific/Kiritimati"), ("LC_ALL", "tr_TR.UTF-8"), ("DOTNET_PROCESSOR_COUNT", "2"), ("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "0"));

        Assert.Equal(first.Succeeded().Output, second.Succeeded().Output);
        Assert.Equal(
            Judge.Run("find", output["a"], "-type", "f", "-printf", "%P %m %s\\n").Output.Split('\n').Order(StringComparer.Ordinal),
            Judge.Run("find", output["b"], "-type", "f", "-printf", "%P %m %s\\n").Output.Split('\n').Order(StringComparer.Ordinal));
    }
}
