using System.Text.Json;
using PlaybookOperator.Core.Caching;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Templates;
using PlaybookOperator.Operator.Executions;
using PlaybookOperator.Operator.Tests.Support;
using PlaybookOperator.Operator.Yaml;
using Xunit;

namespace PlaybookOperator.Operator.Tests.Executions;

public sealed class PlanSourceTests
{
    private static readonly JsonElement s_spec = JsonDocument.Parse("""{"workflow": [{"step": "start", "tool": {"kind": "transform", "result": 1}}]}""").RootElement;

    private static readonly JsonElement s_dubious =
        JsonDocument.Parse("""{"workflow": [{"step": "start"}, {"step": "island"}]}""").RootElement;

    [Fact]
    public void Warnings_stay_with_a_plan_that_is_known()
    {
        using var engine = new Engine();
        var plans = Plans(engine);
        var digest = PlaybookDocument.Digest(s_dubious);

        var first = plans.Compile("book", digest, s_dubious);
        Assert.Contains("island", Assert.Single(first.Problems).Message, StringComparison.Ordinal);
        Assert.Equal(first.Problems, plans.Compile("book", digest, s_dubious).Problems);
    }

    [Fact]
    public async Task Warnings_are_told_even_if_an_execution_loaded_the_plan_first()
    {
        using var engine = new Engine();
        await engine.CreateAsync(s_dubious.GetRawText());
        var plans = Plans(engine);
        var digest = PlaybookDocument.Digest(s_dubious);

        await plans.GetAsync("book", digest, TestContext.Current.CancellationToken);
        Assert.Single(plans.Compile("book", digest, s_dubious).Problems);
    }

    [Fact]
    public async Task Ceilings_hold_for_what_is_compiled_and_for_what_is_loaded()
    {
        using var engine = new Engine();
        await engine.CreateAsync("limits: {maxParallel: 100}\n" + Engine.OneCall);
        var spec = YamlDocument.Parse("limits: {maxParallel: 100}\n" + Engine.OneCall);
        var digest = PlaybookDocument.Digest(spec);
        var ceilings = new LimitCeilings { MaxParallel = 5 };

        var compiled = Plans(engine, ceilings).Compile("book", digest, spec);
        Assert.Equal(5, compiled.Plan!.Limits.MaxParallel);
        Assert.Equal("limits.maxParallel", Assert.Single(compiled.Problems).Field);
        Assert.Equal(5, (await Plans(engine, ceilings).GetAsync("book", digest, TestContext.Current.CancellationToken)).Limits.MaxParallel);
    }

    [Fact]
    public void Playbooks_of_equal_specs_keep_their_own_names()
    {
        using var engine = new Engine();
        var plans = Plans(engine);
        var digest = PlaybookDocument.Digest(s_spec);

        Assert.Equal("first", plans.Compile("first", digest, s_spec).Plan!.Name);
        Assert.Equal("second", plans.Compile("second", digest, s_spec).Plan!.Name);
        Assert.Equal("first", plans.Compile("first", digest, s_spec).Plan!.Name);
    }

    private static PlanSource Plans(Engine engine, LimitCeilings? ceilings = null) =>
        new(engine.Log, new BoundedCache<string, Plan>(PlanSource.DefaultCache, engine.Time), new TemplateCache(engine.Time), ceilings);
}
