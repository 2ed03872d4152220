using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Operator.Governing;
using PlaybookOperator.Testing;
using PlaybookOperator.Tools.Memory;
using Xunit;

namespace PlaybookOperator.Operator.Tests.Governing;

public sealed class MemoryGovernorTests
{
    [Fact]
    public void Loops_are_halved_while_memory_is_short_and_whole_again_after_ten_calm_looks()
    {
        var share = 0.9;
        var allowances = new Allowances(perNamespace: 10, whole: null);
        using var meters = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var time = new ManualTimeProvider();
        var memory = new ProcessMemory(time) { Share = () => share };
        using var governor = new MemoryGovernor(allowances, memory, meters.GetRequiredService<IMeterFactory>(), time, NullLogger<MemoryGovernor>.Instance);

        governor.Look();
        governor.Look();
        Assert.Equal(2, allowances.Of(new ExecutionId(1), "a").Halvings);
        share = 0.5;
        for (var i = 0; i < 9; i++) governor.Look();
        Assert.Equal(2, allowances.Of(new ExecutionId(1), "a").Halvings);
        governor.Look();

        Assert.Equal(0, allowances.Of(new ExecutionId(1), "a").Halvings);
    }
}
