using PlaybookOperator.Kubernetes.Client;
using PlaybookOperator.Kubernetes.Objects;
using PlaybookOperator.Kubernetes.Tests.Server;
using PlaybookOperator.Testing;
using Xunit;

namespace PlaybookOperator.Kubernetes.Tests.Client;

public sealed class RetryTests
{
    private const string Path = "GET /apis/tests.dev/v1/namespaces/a/widgets/one";
    private static readonly NamespacedName One = new("a", "one");

    [Fact]
    public async Task A_server_that_stumbles_is_asked_again()
    {
        await using var world = await ClientFixture.StartAsync();
        world.Server.Next(Path, Answers.Status(503, "x", "busy"), Answers.Cut(), Answers.Status(500, "x", "oops"),
            Answers.Json(Widget.Text("one", 2, "1")));
        Assert.NotNull(await world.Client.GetAsync(Widget.Type, One, default));
        Assert.Equal(4, world.Server.Requests.Count);
    }

    [Fact]
    public async Task Attempts_end_with_the_last_failure()
    {
        await using var world = await ClientFixture.StartAsync(ClientFixture.QuickRetries with { MaxAttempts = 3 });
        world.Server.Always(Path, Answers.Status(503, "x", "etcd leader changed"));
        var failure = await Assert.ThrowsAsync<ApiServerErrorException>(() => world.Client.GetAsync(Widget.Type, One, default));
        Assert.Equal(
            "The API server failed (503) to get widgets.tests.dev \"one\" in namespace \"a\": etcd leader changed.", failure.Message);
        Assert.Equal(3, world.Server.Requests.Count);
    }

    [Fact]
    public async Task Retry_After_is_obeyed()
    {
        var clock = new HastyTimeProvider();
        await using var world = await ClientFixture.StartAsync(ClientFixture.QuickRetries with { RequestTimeout = TimeSpan.FromHours(1) }, clock);
        world.Server.Next(Path, Answers.Status(429, "TooManyRequests", "slow down", retryAfter: "7"), Answers.Json(Widget.Text("one", 2, "1")));
        Assert.NotNull(await world.Client.GetAsync(Widget.Type, One, default).Soon());
        Assert.Equal(TimeSpan.FromSeconds(7), Assert.Single(clock.Delays));
    }

    [Fact]
    public async Task A_wait_beyond_the_budget_is_not_begun()
    {
        await using var world = await ClientFixture.StartAsync();
        world.Server.Always(Path, Answers.Status(429, "TooManyRequests", "slow down", retryAfter: "3600"));
        var failure = await Assert.ThrowsAsync<ApiTooManyRequestsException>(() => world.Client.GetAsync(Widget.Type, One, default)).Soon();
        Assert.Equal(TimeSpan.FromHours(1), failure.RetryAfter);
        Assert.Single(world.Server.Requests);
    }

    [Fact]
    public async Task A_server_that_never_answers_is_given_up_in_time()
    {
        // Long enough for the first connection of a busy machine: a request that is given up before it arrives is not counted there.
        var options = ClientFixture.QuickRetries with { RequestTimeout = TimeSpan.FromSeconds(1), MaxAttempts = 2 };
        await using var world = await ClientFixture.StartAsync(options);
        world.Server.Always(Path, Answers.Nothing());
        var failure = await Assert.ThrowsAsync<ApiUnreachableException>(() => world.Client.GetAsync(Widget.Type, One, default)).Soon();
        Assert.Contains("did not answer within 1 s", failure.Message, StringComparison.Ordinal);
        Assert.Equal(2, world.Server.Requests.Count);
    }

    [Fact]
    public async Task Cancellation_is_not_mistaken_for_a_failure()
    {
        await using var world = await ClientFixture.StartAsync();
        world.Server.Always(Path, Answers.Nothing());
        using var stop = new CancellationTokenSource();
        var call = world.Client.GetAsync(Widget.Type, One, stop.Token);
        await Patience.UntilAsync(() => world.Server.Requests.Count == 1);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call).Soon();
    }

    [Fact]
    public async Task An_answer_over_the_limit_is_not_read_to_its_end()
    {
        await using var world = await ClientFixture.StartAsync(ClientFixture.QuickRetries with { MaxResponseBytes = 1000 });
        world.Server.Always(Path, Answers.Json(new string(' ', 100_000)));
        var failure = await Assert.ThrowsAsync<ApiResponseException>(() => world.Client.GetAsync(Widget.Type, One, default));
        Assert.Contains("limit of 1000 bytes", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Requests_keep_to_the_rate_but_leases_pass()
    {
        var clock = new ManualTimeProvider();
        var options = ClientFixture.QuickRetries with { RequestsPerSecond = 1, RequestBurst = 1 };
        await using var world = await ClientFixture.StartAsync(options, clock);
        await world.Client.GetAsync(Widget.Type, One, default);
        var second = world.Client.GetAsync(Widget.Type, One, default);
        await world.Client.GetAsync(Resources.Leases, One, default).Soon();
        Assert.False(second.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(1));
        await second.Soon();
        Assert.Equal(3, world.Server.Requests.Count);
    }
}
