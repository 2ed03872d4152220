using System.Text.Json;
using PlaybookOperator.Core.Caching;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Templates;
using PlaybookOperator.Operator.Executions;
using PlaybookOperator.Operator.Tests.Support;
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
    public void Playbooks_of_equal_specs_keep_their_own_names()
    {
        using var engine = new Engine();
        var plans = Plans(engine);
        var digest = PlaybookDocument.Digest(s_spec);

        Assert.Equal("first", plans.Compile("first", digest, s_spec).Plan!.Name);
        Assert.Equal("second", plans.Compile("second", digest, s_spec).Plan!.Name);
        Assert.Equal("first", plans.Compile("first", digest, s_spec).Plan!.Name);
    }

    private static PlanSource Plans(Engine engine) =>
        new(engine.Log, new BoundedCache<string, Plan>(PlanSource.DefaultCache, engine.Time), new TemplateCache(engine.Time));
}
