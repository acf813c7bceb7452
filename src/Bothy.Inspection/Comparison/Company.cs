using System.Collections.Immutable;

namespace Bothy.Inspection.Comparison;

/// <summary>Something that is kept once however many images have it: a blob in a registry, a chain of layers on a host.</summary>
/// <param name="Id">What makes it the same thing.</param>
/// <param name="Bytes">What it costs.</param>
public sealed record SharedPart(Digest Id, long Bytes);

/// <summary>What one image costs among others.</summary>
/// <param name="Alone">What it costs where there is no other.</param>
/// <param name="Added">What it adds to the images before it, in the order in which they were given.</param>
/// <param name="Marginal">What goes when it alone goes: what no other image has.</param>
public sealed record CompanyShare(long Alone, long Added, long Marginal)
{
    /// <summary>What it has together with at least one other.</summary>
    public long Shared => Alone - Marginal;
}

/// <summary>
/// The cost of images that live beside each other, in bytes: what some of them have together is paid once. The price of a small base is
/// not its size, but its size divided by who else uses it.
/// </summary>
public sealed record Company
{
    /// <summary>What they would cost if nothing were shared.</summary>
    public required long Apart { get; init; }

    /// <summary>What they cost.</summary>
    public required long Together { get; init; }

    /// <summary>What each of them costs, in the order in which they were given.</summary>
    public required ImmutableArray<CompanyShare> Images { get; init; }

    /// <summary>What all of them have.</summary>
    public required long Common { get; init; }

    /// <summary>The cost of images that consist of these parts. A part that an image has twice is one.</summary>
    /// <exception cref="OverflowException">The bytes are more than a number holds.</exception>
    public static Company Of(IReadOnlyList<ImmutableArray<SharedPart>> images)
    {
        ArgumentNullException.ThrowIfNull(images);
        var sizes = new Dictionary<Digest, long>();
        var owners = new Dictionary<Digest, int>();
        var distinct = new List<ImmutableArray<SharedPart>>(images.Count);
        var added = new long[images.Count];
        for (int i = 0; i < images.Count; i++)
        {
            distinct.Add([.. images[i].DistinctBy(static part => part.Id)]);
            foreach (var part in distinct[i])
            {
                owners[part.Id] = owners.GetValueOrDefault(part.Id) + 1;
                if (sizes.TryAdd(part.Id, part.Bytes))
                {
                    added[i] = checked(added[i] + part.Bytes);
                }
            }
        }

        return new Company
        {
            Apart = Sum(distinct.SelectMany(static parts => parts)),
            Together = checked(sizes.Values.Sum()),
            Common = images.Count == 0 ? 0 : Sum(distinct[0].Where(part => owners[part.Id] == images.Count)),
            Images = [.. distinct.Select((parts, i) => new CompanyShare(Sum(parts), added[i], Sum(parts.Where(part => owners[part.Id] == 1))))],
        };
    }

    // Sizes are those that images claim: a sum of them can be anything.
    private static long Sum(IEnumerable<SharedPart> parts) => parts.Sum(static part => part.Bytes);
}
