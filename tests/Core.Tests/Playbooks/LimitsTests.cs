using PlaybookOperator.Core.Playbooks;
using Xunit;

namespace PlaybookOperator.Core.Tests.Playbooks;

public sealed class LimitsTests
{
    private static readonly PlanLimits s_plan = new() { MaxParallel = 10, MaxDuration = TimeSpan.FromHours(1) };

    [Theory]
    [InlineData("""{"maxParallel": 5, "maxDuration": "30m"}""")]
    [InlineData("""{"max_parallel": 10}""")]
    [InlineData("{}")]
    public void Tighter_limits_are_fine(string limits) => Assert.Empty(LimitsCompiler.CheckTighter(s_plan, Compiling.Json(limits)));

    [Theory]
    [InlineData("""{"maxParallel": 11}""", "limits.maxParallel: may only tighten the playbook's 10, not 11.")]
    [InlineData("""{"maxDuration": "2h"}""", "limits.maxDuration: may only tighten the playbook's 3600 s, not 7200 s.")]
    [InlineData("""{"maxIterations": 0}""", "limits.maxIterations: must be an integer of at least 1, not 0.")]
    [InlineData("""{"maxParalel": 1}""", "did you mean maxParallel?")]
    [InlineData("5", "limits: must be a map, not 5.")]
    public void Looser_and_wrong_limits_are_problems(string limits, string expected) =>
        Assert.Contains(expected, Assert.Single(LimitsCompiler.CheckTighter(s_plan, Compiling.Json(limits))).ToString(), StringComparison.Ordinal);

    [Theory]
    [InlineData("\"keep\"", null)]
    [InlineData("\"90d\"", 7_776_000.0)]
    [InlineData("60", 60.0)]
    public void Retention_is_a_duration_or_keep(string value, double? seconds) =>
        Assert.Equal(seconds, Compiling.Plan($$"""{"eventRetention": {{value}}, "workflow": [{"step": "only"}]}""").EventRetention.Period?.TotalSeconds);

    [Fact]
    public void Another_retention_is_a_problem() =>
        Assert.Contains("eventRetention: must be keep, or a duration", Assert.Single(Compiling.Errors("""{"eventRetention": "soon", "workflow": [{"step": "only"}]}""")), StringComparison.Ordinal);

    [Theory]
    [InlineData("\"tool\": {\"kind\": \"transform\", \"result\": \"{{ secret.TOKN }}\"}")]
    [InlineData("\"tool\": {\"kind\": \"http\", \"url\": \"http://x\", \"auth\": \"TOKN\"}")]
    [InlineData("\"tool\": {\"kind\": \"http\", \"url\": \"http://x\", \"auth\": {\"secret\": \"TOKN\"}}")]
    public void A_secret_that_is_not_declared_is_an_error(string keys)
    {
        var error = Assert.Single(Compiling.Errors($$$"""{"secrets": [{"name": "TOKEN", "secretKeyRef": {"name": "a", "key": "b"}}], "workflow": [{"step": "only", {{{keys}}} }]}"""));
        Assert.Contains("names the secret 'TOKN', which secrets does not declare (did you mean TOKEN?)", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"maxParallel\": 0", "loop.maxParallel: must be an integer from 1")]
    [InlineData("\"failurePolicy\": {\"maxFailedPercent\": 101}", "maxFailedPercent: must be a number from 0 to 100, not 101.")]
    [InlineData("\"failurePolicy\": {\"maxFailed\": -1}", "maxFailed: must be an integer of at least 0, not -1.")]
    [InlineData("\"limit\": -1", "loop.limit: must be an integer of at least 0, not -1.")]
    public void Impossible_limits_of_loops_are_problems(string keys, string expected) => Assert.Contains(
        Compiling.Errors(Compiling.OneStep($$"""
            "tool": {"kind": "noop"}, "loop": {"in": [1], {{keys}}}
            """)), error => error.Contains(expected, StringComparison.Ordinal));
}
