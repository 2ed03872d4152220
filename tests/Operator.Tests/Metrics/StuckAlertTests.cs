using Microsoft.Extensions.DependencyInjection;
using PlaybookOperator.Operator.Executions;
using PlaybookOperator.Operator.Hosting;
using PlaybookOperator.Operator.Tests.Support;
using Xunit;

namespace PlaybookOperator.Operator.Tests.Metrics;

/// <summary>The alert on stuck executions, on what a whole operator tells a real Prometheus.</summary>
[Collection(WholeOperator.Name)]
public sealed class StuckAlertTests
{
    [Fact]
    public async Task The_expression_of_the_alert_finds_an_execution_that_a_running_operator_cannot_move()
    {
        var clock = new ClockAhead();
        await using var started = await OperatorUnderTest.StartAsync(
            services => services.AddSingleton(provider => new StuckExecutions(
                provider.GetRequiredService<IWorkers>(), TimeSpan.FromSeconds(provider.GetRequiredService<ReconcileOptions>().StuckAfterSeconds), clock)),
            ("Api:Auth", "none"));
        started.Playbook("book", "workflow: [{step: only, tool: {kind: http, url: 'http://example.invalid/'}}]");
        started.Execution("one", "{playbook: book}");
        await OperatorUnderTest.UntilAsync("there is a Job", () => started.Jobs().Count == 1);
        using var prometheus = new PrometheusServer(started.Address);
        Assert.Equal(0, (await prometheus.QueryAsync("playbook_executions_stuck", "job", 1))["operator"]);

        // Every pass fails from here on, so the worker that is gone is never replaced.
        await started.TextAsync("ALTER TABLE iteration RENAME TO iteration_gone");
        started.Cluster.Delete($"/apis/batch/v1/namespaces/team/jobs/{(string)started.Jobs()[0]["metadata"]!["name"]!}");
        clock.Ahead = TimeSpan.FromHours(1);

        var firing = await prometheus.QueryAsync(await ExpressionAsync(), "job", 1);
        Assert.Equal(1, firing["operator"]);
    }

    private static async Task<string> ExpressionAsync()
    {
        const string Key = "expr: ";
        var rules = await File.ReadAllLinesAsync(Path.Combine(SourceTree.Root, "charts/playbook-operator/files/alerts.yaml"));
        var line = rules.SkipWhile(line => !line.EndsWith("alert: PlaybookExecutionsStuck", StringComparison.Ordinal)).Skip(1).First().Trim();
        Assert.StartsWith(Key, line, StringComparison.Ordinal);
        return line[Key.Length..];
    }

    /// <summary>The wall clock, and ahead of it when a test says so.</summary>
    private sealed class ClockAhead : TimeProvider
    {
        private long _ticks;

        public TimeSpan Ahead
        {
            set => Interlocked.Exchange(ref _ticks, value.Ticks);
        }

        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref _ticks));
    }
}
