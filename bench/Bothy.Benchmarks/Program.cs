using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Bothy.Benchmarks;
using Bothy.Formats.Compression;

// For compare.sh: one pass of the encoder of layers, on one thread, over a file.
if (args is ["encode", var file])
{
    using var input = File.OpenRead(file);
    using var gzip = new GzipEncodingStream(Stream.Null, parallelism: 1, leaveOpen: true);
    input.CopyTo(gzip, 1 << 20);
    return;
}

// For compare.sh: a document of the size and shape of Debian's security tracker.
if (args is ["tracker", var megabytes, var target])
{
    using var output = File.Create(target);
    Inputs.Tracker(output, int.Parse(megabytes, System.Globalization.CultureInfo.InvariantCulture) << 20);
    return;
}

// In this process: the house builds into one artifacts directory, where BenchmarkDotNet's own generated projects do not find their way.
var config = DefaultConfig.Instance
    .AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance))
    .WithArtifactsPath(Path.Combine(Path.GetTempPath(), "bothy-benchmarks"));
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args, config);
