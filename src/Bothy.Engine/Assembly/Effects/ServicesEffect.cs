using Bothy.Formats.Trees;

namespace Bothy.Engine.Assembly.Effects;

/// <summary>
/// The service directories of an entrypoint of type <c>service-bundle</c>, where apko has them: s6-svscan(8) starts
/// a supervisor for each directory below <c>/sv</c>, and runs the program <c>run</c> in it.
/// </summary>
internal sealed class ServicesEffect : IEffect
{
    // The supervisor keeps its state in them, whoever the container runs as.
    private const int ForEverybody = 0b111_111_111;
    private const int Executable = 0b111_101_101;

    public string Name => "services";

    public void Apply(AssemblyState state)
    {
        if (state.Image.Entrypoint is not { IsServiceBundle: true } entrypoint)
        {
            return;
        }

        var origin = new Origin.ImageFile("entrypoint.services");
        state.MakeDirectory("sv", origin, ForEverybody);
        foreach (var (name, command) in entrypoint.Services)
        {
            state.MakeDirectory($"sv/{name}", origin, ForEverybody);
            state.Write($"sv/{name}/run", FileContent.Of($"#!/bin/execlineb\n{command}\n"), origin, Executable);
        }
    }
}
