using System.Text.Json;
using PlaybookOperator.Core.Caching;
using PlaybookOperator.Core.Executions;
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
    public async Task A_thousand_iterations_parse_nothing_and_playbooks_of_the_same_texts_share_them()
    {
        using var engine = new Engine();
        const string Book = """
            workload: {base: 5}
            workflow:
            - {step: walk, loop: {in: '{{ range(1000) }}', mode: async, maxParallel: 100, workers: job, collect: none}, tool: {kind: http, url: 'http://example.invalid/{{ item }}'}, next: [{when: 'result.stats.failed == 0', then: sum}]}
            - {step: sum, tool: {kind: transform, result: '{{ workload.base + 1 }}'}}
            """;
        var templates = new TemplateCache(engine.Time);
        var plans = new PlanSource(engine.Log, new BoundedCache<string, Plan>(PlanSource.DefaultCache, engine.Time), templates);
        var states = new StateCache(new BoundedCache<ExecutionId, ExecutionState>(StateCache.DefaultCache, engine.Time, StateCache.SizeOf));
        var reconciler = new Reconciler(engine.Log, engine.Log, plans, states, engine.Workers, engine.Time);
        await engine.CreateAsync(Book);
        var pass = await reconciler.PassAsync(engine.Id, Intent.Run, TestContext.Current.CancellationToken);
        var parsed = templates.Cache.Statistics.Misses;
        for (var done = 0; done < 1000;)
        {
            var started = engine.Workers.Started.Skip(done).ToList();
            Assert.NotEmpty(started);
            foreach (var delivery in started) await engine.ReportAsync(delivery);
            done += started.Count;
            pass = await reconciler.PassAsync(engine.Id, Intent.Run, TestContext.Current.CancellationToken);
        }

        Assert.Equal((ExecutionPhase.Completed, 1000), (pass.State.Phase, engine.Workers.Started.Count()));
        Assert.Equal(parsed, templates.Cache.Statistics.Misses);

        var spec = YamlDocument.Parse(Book);
        for (var i = 0; i < 20; i++) plans.Compile($"book-{i}", PlaybookDocument.Digest(spec), spec);
        Assert.Equal(parsed, templates.Cache.Statistics.Misses);
        Assert.True(templates.Cache.Statistics.HitRate > 0.9, $"{templates.Cache.Statistics}");
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
