namespace Bothy.Inspection.Comparison;

/// <summary>
/// What an image costs as the base of several services: the question whether a base of 5 MB beats one of 125 MB that is paid once. Services
/// that are built on the very same image share its layers; those built on rebuilds of it, or flattened into one layer, do not.
/// </summary>
/// <param name="Bytes">The size of the base.</param>
/// <param name="Services">How many services are built on it.</param>
public sealed record BaseCost(long Bytes, int Services)
{
    /// <summary>What all services pay for the base together, where they share it.</summary>
    public long Shared => Bytes;

    /// <summary>What each service pays, where they share it; rounded up.</summary>
    public long PerService => Services == 0 ? 0 : (Bytes + Services - 1) / Services;

    /// <summary>What all services pay, where each has a base of its own.</summary>
    /// <exception cref="OverflowException">The bytes are more than a number holds.</exception>
    public long Apart => checked(Bytes * Services);

    /// <summary>
    /// The number of services from which this base, not shared, costs as much as <paramref name="larger"/> paid once; null where this base is the larger one, or
    /// empty.
    /// </summary>
    public long? BreakEven(BaseCost larger)
    {
        ArgumentNullException.ThrowIfNull(larger);
        return Bytes <= 0 || larger.Bytes < Bytes ? null : (larger.Bytes + Bytes - 1) / Bytes;
    }
}
