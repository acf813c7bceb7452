namespace Bothy.Engine.Building;

/// <summary>What a build tells while it runs. The library reports; whoever shows it decides how.</summary>
public abstract record BuildEvent
{
    private BuildEvent()
    {
    }

    /// <summary>A phase began, such as <c>fetch packages</c>. Phases may overlap.</summary>
    public sealed record Started(string Phase) : BuildEvent;

    /// <summary>A phase is <paramref name="Done"/> of <paramref name="Total"/> bytes along; a total of 0 is not known yet.</summary>
    public sealed record Advanced(string Phase, long Done, long Total) : BuildEvent;

    /// <summary>A phase ended; <paramref name="Outcome"/> says with what, such as <c>34 packages, 21.4 MiB</c>.</summary>
    public sealed record Finished(string Phase, string Outcome) : BuildEvent;

    /// <summary>Something the user should know, though the build goes on.</summary>
    public sealed record Warning(string Message) : BuildEvent;

    /// <summary>Something that helps to understand what was done; shown on request.</summary>
    public sealed record Note(string Message) : BuildEvent;
}
