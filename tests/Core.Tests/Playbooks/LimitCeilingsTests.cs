using PlaybookOperator.Core.Playbooks;
using Xunit;

namespace PlaybookOperator.Core.Tests.Playbooks;

public sealed class LimitCeilingsTests
{
    private static readonly LimitCeilings s_ceilings = new()
    {
        MaxIterations = 1000,
        MaxDuration = TimeSpan.FromHours(1),
        MaxParallel = 10,
        MaxEvents = 50_000,
        MaxResultBytes = 1024,
        Memory = "512Mi",
    };

    private static Compilation Apply(LimitCeilings ceilings, string keys)
    {
        var spec = Compiling.Json($$"""{ {{keys}} "workflow": [{"step": "only"}]}""");
        return ceilings.Apply(Compiling.Compile(spec.GetRawText()), spec);
    }

    [Theory]
    [InlineData("\"limits\": {\"maxIterations\": 1001},", "limits.maxIterations: warning: asks for 1001, and this operator's ceiling is 1000, which holds.")]
    [InlineData("\"limits\": {\"max_duration\": \"2h\"},", "limits.max_duration: warning: asks for 7200 s, and this operator's ceiling is 3600 s, which holds.")]
    [InlineData("\"limits\": {\"maxParallel\": 11},", "limits.maxParallel: warning: asks for 11, and this operator's ceiling is 10, which holds.")]
    [InlineData("\"limits\": {\"maxEvents\": 5000000},", "limits.maxEvents: warning: asks for 5000000, and this operator's ceiling is 50000, which holds.")]
    [InlineData("\"limits\": {\"maxResultBytes\": 2048},", "limits.maxResultBytes: warning: asks for 2048, and this operator's ceiling is 1024, which holds.")]
    [InlineData("\"limits\": {\"memory\": \"1Gi\"},", "limits.memory: warning: asks for 1Gi, and this operator's ceiling is 512Mi, which holds.")]
    [InlineData("\"worker\": {\"resources\": {\"limits\": {\"memory\": \"1Gi\"}}},", "worker.resources.limits.memory: warning: asks for 1Gi, and this operator's ceiling is 512Mi, which holds.")]
    public void More_than_the_ceiling_is_a_warning_that_names_the_field(string keys, string warning)
    {
        var compilation = Apply(s_ceilings, keys);
        Assert.Equal(warning, Assert.Single(compilation.Problems).ToString());
        Assert.Equal(compilation.Problems, compilation.Plan!.Warnings);
    }

    [Fact]
    public void The_ceiling_holds_whether_the_playbook_asks_for_more_or_relies_on_a_default()
    {
        var asking = Apply(s_ceilings, """
            "limits": {"maxIterations": 5000, "maxDuration": "2h", "maxParallel": 20, "maxEvents": 60000, "maxResultBytes": 4096, "memory": "1Gi"},
            """).Plan!.Limits;
        var silent = Apply(s_ceilings, "");
        Assert.Empty(silent.Problems);
        Assert.Equal(silent.Plan!.Limits, asking with { Memory = null });
        Assert.Equal((1000, TimeSpan.FromHours(1), 10, 50_000, 1024, "512Mi"), Parts(asking));

        static (long, TimeSpan, int, long, long, string?) Parts(PlanLimits limits) =>
            (limits.MaxIterations, limits.MaxDuration, limits.MaxParallel, limits.MaxEvents, limits.MaxInlineResultBytes, limits.Memory);
    }

    [Fact]
    public void Less_than_the_ceiling_stays_as_asked()
    {
        var compilation = Apply(s_ceilings, """ "limits": {"maxIterations": 10, "maxParallel": 10, "memory": "536870912"}, """);
        Assert.Empty(compilation.Problems);
        Assert.Equal((10, 10, "536870912"), (compilation.Plan!.Limits.MaxIterations, compilation.Plan.Limits.MaxParallel, compilation.Plan.Limits.Memory));
    }

    [Fact]
    public void Without_ceilings_a_playbook_gets_what_it_asks() =>
        Assert.Equal(2_000_000, Apply(LimitCeilings.None, "\"limits\": {\"maxIterations\": 2000000},").Plan!.Limits.MaxIterations);

    [Theory]
    [InlineData("1Ki", 1024)]
    [InlineData("1.5G", 1.5e9)]
    [InlineData("500m", 0.5)]
    [InlineData("1e3", 1000)]
    [InlineData("128974848", 128_974_848)]
    public void Quantities_are_those_of_Kubernetes(string text, double amount)
    {
        Assert.True(Quantity.TryParse(text, out var read));
        Assert.Equal(amount, read, 6);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Mi")]
    [InlineData("1 Gi")]
    [InlineData("1GB")]
    [InlineData("-1Gi")]
    [InlineData("1e3Mi")]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    public void Other_texts_are_no_quantities(string text) => Assert.False(Quantity.TryParse(text, out _));

    [Fact]
    public void Memory_that_is_no_quantity_is_a_problem() => Assert.Contains(
        "limits.memory: must be a Kubernetes quantity such as 256Mi or 1Gi, not 'lots'.",
        Assert.Single(Compiling.Errors("""{"limits": {"memory": "lots"}, "workflow": [{"step": "only"}]}""")),
        StringComparison.Ordinal);
}
