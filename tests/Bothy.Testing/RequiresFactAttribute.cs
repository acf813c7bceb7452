using Xunit;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace Bothy.Testing;

/// <summary>A test that needs something of the machine: see <see cref="Needs"/>. Each need is also its <c>Category</c> trait.</summary>
[TraitDiscoverer("Bothy.Testing.NeedsTraitDiscoverer", "Bothy.Testing")]
public sealed class RequiresFactAttribute : FactAttribute, ITraitAttribute
{
    /// <summary>Creates the attribute for a test with these needs.</summary>
    public RequiresFactAttribute(params string[] needs)
    {
        ArgumentNullException.ThrowIfNull(needs);
        Skip = needs.Select(Needs.ReasonToSkip).FirstOrDefault(reason => reason is not null);
    }
}

/// <summary>A table test that needs something of the machine: see <see cref="RequiresFactAttribute"/>.</summary>
[TraitDiscoverer("Bothy.Testing.NeedsTraitDiscoverer", "Bothy.Testing")]
public sealed class RequiresTheoryAttribute : TheoryAttribute, ITraitAttribute
{
    /// <summary>Creates the attribute for a test with these needs.</summary>
    public RequiresTheoryAttribute(params string[] needs)
    {
        ArgumentNullException.ThrowIfNull(needs);
        Skip = needs.Select(Needs.ReasonToSkip).FirstOrDefault(reason => reason is not null);
    }
}

/// <summary>Gives a test with needs the traits <c>Category=network</c> and so on, so that filters can choose.</summary>
public sealed class NeedsTraitDiscoverer : ITraitDiscoverer
{
    /// <inheritdoc />
    public IEnumerable<KeyValuePair<string, string>> GetTraits(IAttributeInfo traitAttribute) =>
        traitAttribute.GetConstructorArguments()
            .OfType<IEnumerable<object>>()
            .SelectMany(needs => needs.OfType<string>())
            .Select(need => KeyValuePair.Create("Category", need.Split(':')[0]));
}
