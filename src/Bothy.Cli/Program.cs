using System.Collections;
using Bothy.Cli;

var environment = Environment.GetEnvironmentVariables()
    .Cast<DictionaryEntry>()
    .ToDictionary(entry => (string)entry.Key, entry => (string?)entry.Value ?? "", StringComparer.Ordinal);

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
