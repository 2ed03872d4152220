using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Operator.Executions;
using PlaybookOperator.Operator.Hosting;
using Xunit;

namespace PlaybookOperator.Operator.Tests.Hosting;

public sealed class LimitsOptionsTests
{
    private static LimitsOptions Read(params (string Name, string Value)[] given)
    {
        var values = given.Select(option => KeyValuePair.Create($"Limits:{option.Name}", (string?)option.Value)).Append(KeyValuePair.Create("Database:ConnectionString", (string?)"Host=localhost"));
        var services = new ServiceCollection();
        services.AddOperatorOptions(new ConfigurationBuilder().AddInMemoryCollection(values).Build());
        using var provider = services.BuildServiceProvider();
        return provider.GetRequiredService<LimitsOptions>();
    }

    [Fact]
    public void An_operator_that_says_nothing_has_no_ceilings() => Assert.Equal(LimitCeilings.None, Read().Ceilings());

    [Fact]
    public void Each_limit_has_a_ceiling()
    {
        var ceilings = Read(
            ("MaxIterations", "5000000000"), ("MaxDurationSeconds", "3600"), ("MaxParallel", "50"), ("MaxEvents", "1000"), ("MaxResultBytes", "0"), ("Memory", "1Gi")).Ceilings();
        Assert.Equal(
            new LimitCeilings { MaxIterations = 5_000_000_000, MaxDuration = TimeSpan.FromHours(1), MaxParallel = 50, MaxEvents = 1000, MaxResultBytes = 0, Memory = "1Gi" },
            ceilings);
    }

    [Theory]
    [InlineData("MaxIterations", "0")]
    [InlineData("MaxDurationSeconds", "0")]
    [InlineData("MaxParallel", "100001")]
    [InlineData("MaxEvents", "99")]
    [InlineData("MaxResultBytes", "-1")]
    [InlineData("Memory", "lots")]
    public void A_wrong_ceiling_ends_the_start_and_is_named(string name, string value) =>
        Assert.Contains(name, Assert.Throws<OptionsValidationException>(() => Read((name, value))).Message, StringComparison.Ordinal);
}
