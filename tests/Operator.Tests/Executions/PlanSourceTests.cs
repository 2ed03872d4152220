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

    [Fact]
    public void Playbooks_of_equal_specs_keep_their_own_names()
    {
        using var engine = new Engine();
        var plans = new PlanSource(engine.Log, new BoundedCache<string, Plan>(PlanSource.DefaultCache, engine.Time), new TemplateCache(engine.Time));
        var digest = PlaybookDocument.Digest(s_spec);

        Assert.Equal("first", plans.Compile("first", digest, s_spec).Plan!.Name);
        Assert.Equal("second", plans.Compile("second", digest, s_spec).Plan!.Name);
        Assert.Equal("first", plans.Compile("first", digest, s_spec).Plan!.Name);
    }
}
