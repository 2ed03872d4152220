using System.Text.RegularExpressions;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Operator.Workers;
using Xunit;

namespace PlaybookOperator.Operator.Tests.Workers;

public sealed partial class JobNameTests
{
    [Theory]
    [InlineData("fetch")]
    [InlineData("Fetch_All.Endpoints")]
    [InlineData("--")]
    [InlineData("schritt-ü-über")]
    [InlineData("7")]
    [InlineData("a_step_with_a_name_that_is_much_longer_than_a_label_of_the_domain_name_system_may_ever_be")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-_-_-_-_-_-_-_-_")]
    public void Names_are_DNS_labels_of_at_most_63_characters(string step)
    {
        foreach (var index in new[] { WorkKey.Call, 0, 999_999, long.MaxValue })
            Assert.Matches(Label(), JobName.Of(new ExecutionId(long.MaxValue), step, 3, Delivery(index)));
    }

    [Fact]
    public void The_same_delivery_has_the_same_name_and_every_other_one_another()
    {
        var names = new[]
        {
            JobName.Of(new ExecutionId(1), "a", 0, Delivery(1)), JobName.Of(new ExecutionId(1), "a", 0, Delivery(1)),
            JobName.Of(new ExecutionId(2), "a", 0, Delivery(1)), JobName.Of(new ExecutionId(1), "a", 1, Delivery(1)),
            JobName.Of(new ExecutionId(1), "a", 0, Delivery(2)), JobName.Of(new ExecutionId(1), "a", 0, Delivery(1, fence: 2)),
            JobName.Of(new ExecutionId(1), "a", 0, new Delivery(new WorkKey(8, 1), 1)), JobName.Of(new ExecutionId(1), "a", 0, Delivery(WorkKey.Call)),
        };
        Assert.Equal(names[0], names[1]);
        Assert.Equal(7, names.Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public void People_find_the_step_and_the_index_in_the_name() =>
        Assert.StartsWith("fetch-all-42-", JobName.Of(new ExecutionId(1), "Fetch_all", 0, Delivery(42)), StringComparison.Ordinal);

    private static Delivery Delivery(long index, int fence = 1) => new(new WorkKey(7, index), fence);

    [GeneratedRegex("^(?=.{1,63}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?$", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Label();
}
