using System.Collections;
using Bothy.Cli;

var environment = Environment.GetEnvironmentVariables()
    .Cast<DictionaryEntry>()
    .ToDictionary(entry => (string)entry.Key, entry => (string?)entry.Value ?? "", StringComparer.Ordinal);

// Some of its threads wait for others: whoever reads the files of a layer for those that compress them. With as many as there are processors, the
// fewest that the pool has at once, one processor would be left without work, and the pool adds others only where nothing moves at all.
ThreadPool.GetMinThreads(out _, out int completing);
ThreadPool.SetMinThreads(2 * Environment.ProcessorCount, completing);

return await App.RunAsync(
    args,
    new Surroundings
    {
        Environment = environment,
        Parallelism = Environment.ProcessorCount,
        WorkingDirectory = Environment.CurrentDirectory,
        Input = () => Console.In,
        ReadAnswer = Console.IsInputRedirected ? null : ConsoleAnswer.Read,
    },
    Terminal.ForProcess(environment));
