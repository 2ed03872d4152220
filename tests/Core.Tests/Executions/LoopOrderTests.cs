using System.Text;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Templates;
using PlaybookOperator.Core.Tests.Templates;
using Xunit;

namespace PlaybookOperator.Core.Tests.Executions;

/// <summary><c>orderBy</c> and the template filter <c>sort</c> have one order.</summary>
public sealed class LoopOrderTests
{
    private const int Lists = 600;

    private static readonly string[] s_numbers =
    [
        "0", "-1", "1", "1.0", "1.5", "true", "false", "9007199254740992", "9007199254740993", "9007199254740992.5", "9223372036854775807",
        "123456789012345678901234567890", "123456789012345678901234567891", "0.1", "0.10000000000000000000001", "-0.0", "1e300",
    ];

    private static readonly string[] s_texts = ["\"\"", "\"a\"", "\"A\"", "\"b\"", "\"B2\"", "\"b10\"", "\"ä\"", "\"Ä\"", "\"\uFF21\"", "\"\U0001F600\"", "\"\uE000\"", "\"Z\""];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_loop_has_the_order_of_the_filter_sort_wherever_that_has_an_answer(bool isDescending)
    {
        const int Seed = 20_261;
        var random = new Random(Seed);
        var answered = 0;
        for (var number = 0; number < Lists; number++)
        {
            var list = Generate(random);
            var ordered = Ordered(list, isDescending);
            var sorted = Evaluating.Json($"{{{{ list | sort(reverse={(isDescending ? "true" : "false")}) }}}}", $$"""{"list": {{list}}}""");
            if (sorted.StartsWith("error", StringComparison.Ordinal)) continue;
            answered++;
            Assert.True(sorted == ordered, $"seed {Seed}, list {number}: {list}\nsort gives {sorted}\norderBy gives {ordered}");
        }

        Assert.InRange(answered, Lists / 2, Lists - 1);
    }

    [Fact]
    public void What_sort_refuses_is_ordered_by_kind()
    {
        Assert.Equal("""[null,false,0.5,true,"1","a",[],[null],[2,{}],{"b":1},{"a":1}]""", Ordered("""[{"b":1},[2,{}],"a",true,null,{"a":1},[null],0.5,"1",[],false]""", isDescending: false));
        Assert.Equal("""[{"b":1},{"a":1},[],"a",1,null]""", Ordered("""[1,"a",{"b":1},[],null,{"a":1}]""", isDescending: true));
    }

    [Fact]
    public void Null_comes_first() =>
        Assert.Equal("""[{"k":null},{"k":1},{"k":2}]""", Ordered("""[{"k":2},{"k":null},{"k":1}]""", isDescending: false, "item.k"));

    [Fact]
    public void An_element_without_the_key_fails_the_step_unless_the_template_has_a_default()
    {
        const string List = """[{"k":2},{"a":1},{"k":1}]""";
        Assert.Equal("Step 'only' failed: workflow[0].loop.orderBy: template, line 1, column 6: 'item.k' is undefined; did you mean 'a'?", Run(List, isDescending: false, "item.k").State.Message);
        Assert.Equal("""[{"a":1},{"k":1},{"k":2}]""", Ordered(List, isDescending: false, "item.k | default(none)"));
    }

    [Fact]
    public void The_filter_sort_puts_what_is_not_a_number_after_all_numbers() =>
        Assert.Equal("\"1.0 2.0 inf nan nan \"", Evaluating.Json("{% for n in ['nan', '2', 'nan', 'inf', '1'] | map('float') | sort %}{{ n }} {% endfor %}"));

    [Fact]
    public void A_sort_whose_keys_are_one_long_text_each_is_more_work_than_a_template_may_be()
    {
        var run = new Scenario("""{"workflow": [{"step": "only", "tool": {"kind": "noop"}, "loop": {"in": "{{ range(200000) }}", "orderBy": "[workload.text ~ 'a', item]"}}]}""",
            $$"""{"text": "{{new string('x', 100_000)}}"}""");
        run.Settle();
        Assert.Equal(ExecutionPhase.Failed, run.State.Phase);
        Assert.Contains("workflow[0].loop.orderBy: template", run.State.Message, StringComparison.Ordinal);
        Assert.Contains("steps", run.State.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_long_text_may_be_the_key_of_many_elements()
    {
        var run = new Scenario("""{"workflow": [{"step": "only", "tool": {"kind": "noop"}, "loop": {"in": "{{ range(20000) }}", "orderBy": "workload.text", "limit": 3}}]}""",
            $$"""{"text": "{{new string('X', 100_000)}}"}""");
        run.Settle();
        Assert.DoesNotContain(run.Log.Events, happened => happened.Type == EventType.WorkflowFailed);
        Assert.Equal("[0,1,2]", run.Log.Events.Single(happened => happened.Type is EventType.IteratorStarted).Context!.Value.GetProperty("collection").GetRawText());
    }

    private static string Ordered(string list, bool isDescending, string by = "item")
    {
        var started = Run(list, isDescending, by).Log.Events.Single(happened => happened.Type is EventType.IteratorStarted);
        return Value.FromJson(started.Context!.Value.GetProperty("collection")).ToJson();
    }

    private static Scenario Run(string list, bool isDescending, string by)
    {
        var run = new Scenario($$"""{"workflow": [{"step": "only", "tool": {"kind": "http", "url": "http://example.test/"}, "loop": {"in": "{{"{{ workload.list }}"}}", "orderBy": {"by": "{{by}}", "desc": {{(isDescending ? "true" : "false")}} } } }]}""",
            $$"""{"list": {{list}}}""");
        run.Settle();
        return run;
    }

    private static string Generate(Random random)
    {
        var kind = random.Next(4);
        var text = new StringBuilder("[");
        for (var left = random.Next(1, 12); left > 0; left--)
        {
            text.Append(Element(random, kind)).Append(left > 1 ? "," : "");
        }

        return text.Append(']').ToString();
    }

    private static string Element(Random random, int kind) => kind switch
    {
        0 => s_numbers[random.Next(s_numbers.Length)],
        1 => s_texts[random.Next(s_texts.Length)],
        2 => $"[{string.Join(',', Enumerable.Range(0, random.Next(3)).Select(place => Element(random, place % 2)))}]",
        _ => Element(random, random.Next(3)),
    };
}
