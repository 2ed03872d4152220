using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Playbooks;
using Xunit;

namespace PlaybookOperator.Core.Tests.Executions;

public sealed class RetryBackoffTests
{
    private static readonly ErrorRetryPlan s_steady = new() { InitialDelay = TimeSpan.FromSeconds(1), BackoffMultiplier = 2, Jitter = false };

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 4)]
    [InlineData(6, 32)]
    [InlineData(7, 60)]
    [InlineData(100_000, 60)]
    public void Without_jitter_the_delay_doubles_up_to_the_maximum(int attempt, double seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), RetryBackoff.Delay(s_steady, attempt, 0.9, null));

    [Theory]
    [InlineData(0, 0.25)]
    [InlineData(0.5, 0.5)]
    [InlineData(0.999, 0.7495)]
    public void Jitter_spreads_the_delay_from_half_to_one_and_a_half(double random, double seconds)
    {
        var plan = s_steady with { InitialDelay = TimeSpan.FromSeconds(0.5), Jitter = true };
        Assert.Equal(seconds, RetryBackoff.Delay(plan, 1, random, null).TotalSeconds, 6);
    }

    [Fact]
    public void Jitter_never_exceeds_the_maximum()
    {
        var plan = s_steady with { Jitter = true, MaxDelay = TimeSpan.FromSeconds(3) };
        Assert.Equal(TimeSpan.FromSeconds(3), RetryBackoff.Delay(plan, 5, 0.99, null));
    }

    [Theory]
    [InlineData(7, 7)]
    [InlineData(0.5, 1)]
    [InlineData(3600, 60)]
    [InlineData(-5, 1)]
    public void Retry_after_replaces_a_shorter_delay_up_to_the_maximum(double asked, double seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), RetryBackoff.Delay(s_steady, 1, 0, TimeSpan.FromSeconds(asked)));

    [Fact]
    public void Retry_after_is_not_spread_by_jitter() =>
        Assert.Equal(TimeSpan.FromSeconds(10), RetryBackoff.Delay(s_steady with { Jitter = true }, 1, 0.2, TimeSpan.FromSeconds(10)));

    [Fact]
    public void No_initial_delay_stays_no_delay_at_any_attempt() =>
        Assert.Equal(TimeSpan.Zero, RetryBackoff.Delay(s_steady with { InitialDelay = TimeSpan.Zero, BackoffMultiplier = 1000 }, 5000, 0.5, null));
}
