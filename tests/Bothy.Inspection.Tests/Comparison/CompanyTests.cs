using System.Collections.Immutable;
using Bothy.Inspection.Comparison;

namespace Bothy.Inspection.Tests.Comparison;

public sealed class CompanyTests
{
    [Fact]
    public void One_image_costs_what_it_is()
    {
        var company = Company.Of([Parts(("a", 100), ("b", 20))]);

        Assert.Equal((120, 120, 120), (company.Apart, company.Together, company.Common));
        Assert.Equal([new CompanyShare(120, 120, 120)], company.Images.AsEnumerable());
    }

    [Fact]
    public void Images_without_anything_in_common_cost_their_sum()
    {
        var company = Company.Of([Parts(("a", 100)), Parts(("b", 20))]);

        Assert.Equal((120, 120, 0), (company.Apart, company.Together, company.Common));
        Assert.Equal([new CompanyShare(100, 100, 100), new CompanyShare(20, 20, 20)], company.Images.AsEnumerable());
    }

    // 'base' is 125 MB, and paid once; each service adds its own.
    [Fact]
    public void A_base_is_paid_once()
    {
        var company = Company.Of([Parts(("base", 125), ("one", 3)), Parts(("base", 125), ("two", 4)), Parts(("base", 125), ("three", 5))]);

        Assert.Equal(387, company.Apart);
        Assert.Equal(137, company.Together);
        Assert.Equal(125, company.Common);
        Assert.Equal([new CompanyShare(128, 128, 3), new CompanyShare(129, 4, 4), new CompanyShare(130, 5, 5)], company.Images.AsEnumerable());
        Assert.Equal([125L, 125, 125], company.Images.Select(image => image.Shared));
    }

    // What two of three share is neither's own and not common to all.
    [Fact]
    public void What_some_share_is_nobodys_own()
    {
        var company = Company.Of([Parts(("a", 10), ("ab", 5)), Parts(("b", 20), ("ab", 5)), Parts(("c", 40))]);

        Assert.Equal((80, 75, 0), (company.Apart, company.Together, company.Common));
        Assert.Equal([new CompanyShare(15, 15, 10), new CompanyShare(25, 20, 20), new CompanyShare(40, 40, 40)], company.Images.AsEnumerable());
    }

    [Fact]
    public void A_part_that_an_image_has_twice_is_one()
    {
        var company = Company.Of([Parts(("empty", 32), ("empty", 32), ("a", 1)), Parts(("empty", 32))]);

        Assert.Equal((65, 33, 32), (company.Apart, company.Together, company.Common));
    }

    [Fact]
    public void The_same_image_twice_costs_nothing_more()
    {
        var company = Company.Of([Parts(("a", 7)), Parts(("a", 7))]);

        Assert.Equal((14, 7, 7), (company.Apart, company.Together, company.Common));
        Assert.Equal([new CompanyShare(7, 7, 0), new CompanyShare(7, 0, 0)], company.Images.AsEnumerable());
    }

    [Fact]
    public void Sizes_that_no_number_holds_are_not_summed_to_a_wrong_one() =>
        Assert.Throws<OverflowException>(() => Company.Of([Parts(("a", long.MaxValue)), Parts(("b", 1))]));

    // A registry keeps two images of the same layers in another order once; a host keeps them twice.
    [Fact]
    public void Layers_in_another_order_are_shared_by_a_registry_and_not_by_a_host()
    {
        var (a, b) = (Layer("a", 10), Layer("b", 20));
        var one = new ImageCost("one", [a, b], [Chained("a", 100), Chained("a b", 200)]);
        var other = new ImageCost("other", [b, a], [Chained("b", 200), Chained("b a", 100)]);

        Assert.Equal(30, ImageCost.InRegistry([one, other]).Together);
        Assert.Equal(600, ImageCost.OnHost([one, other]).Together);
    }

    [Theory]
    [InlineData(125, 1, 125, 125)]
    [InlineData(125, 20, 7, 2500)] // 6.25, rounded up
    [InlineData(0, 20, 0, 0)]
    public void A_base_of_several_services(long bytes, int services, long each, long apart)
    {
        var cost = new BaseCost(bytes, services);

        Assert.Equal((bytes, each, apart), (cost.Shared, cost.PerService, cost.Apart));
    }

    // 25 services with 5 MB in each pay what one shared base of 125 MB costs.
    [Theory]
    [InlineData(5, 125, 25L)]
    [InlineData(6, 125, 21L)]
    [InlineData(125, 5, null)]
    [InlineData(0, 125, null)]
    public void A_small_base_that_is_not_shared_costs_as_much_as_a_large_one_that_is(long small, long large, long? services) =>
        Assert.Equal(services, new BaseCost(small, 1).BreakEven(new BaseCost(large, 1)));

    private static SharedPart Layer(string name, long bytes) => new(Digest.Of(System.Text.Encoding.UTF8.GetBytes(name)), bytes);

    private static SharedPart Chained(string name, long bytes) => Layer($"chain {name}", bytes);

    private static ImmutableArray<SharedPart> Parts(params (string Name, long Bytes)[] parts) => [.. parts.Select(part => Layer(part.Name, part.Bytes))];
}
