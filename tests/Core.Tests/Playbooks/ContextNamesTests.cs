using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Templates;
using Xunit;

namespace PlaybookOperator.Core.Tests.Playbooks;

public sealed class ContextNamesTests
{
    private static readonly ContextPlaces[] s_columns =
    [
        ContextPlaces.Loop, ContextPlaces.Request, ContextPlaces.Page, ContextPlaces.Retry, ContextPlaces.Sink, ContextPlaces.Iteration, ContextPlaces.Leave, ContextPlaces.LeaveLoop,
    ];

    [Fact]
    public void The_page_of_the_language_tells_each_name_as_the_table_has_it()
    {
        var page = File.ReadAllLines(Path.Combine(Root(), "docs", "spec", "templates.md"));
        var rows = ContextNames.Table.Select(name =>
            $"| `{name.Name}` | {name.Meaning} | {string.Join(" | ", s_columns.Select(place => name.Places.HasFlag(place) ? "✓" : ""))} |").ToList();
        var from = Array.IndexOf(page, rows[0]);
        Assert.True(from > 0, $"The page has no line {rows[0]}");
        Assert.Equal(rows, page.Skip(from).TakeWhile(line => line.StartsWith('|')));
    }

    [Fact]
    public void Where_a_name_does_not_apply_it_is_null_or_an_empty_map()
    {
        foreach (var name in ContextNames.Table)
        {
            var isThere = ContextNames.Absent.TryGet(name.Name, out var value);
            Assert.Equal(name.Name is not ("secret" or "now"), isThere);
            if (isThere) Assert.Equal(name.IsMap ? ValueKind.Map : ValueKind.Null, value.Kind);
        }
    }

    [Theory]
    [InlineData("error | default('d')", "\"d\"")]
    [InlineData("error.message | default('d')", "\"d\"")]
    [InlineData("none | default('d')", "null")]
    [InlineData("[error is none, error is defined, error == none, error, [error] | tojson]", "[true,true,true,null,\"[null]\"]")]
    public void What_does_not_apply_is_null_for_which_a_default_stands_in(string expression, string json)
    {
        Assert.True(Template.TryParse($"{{{{ {expression} }}}}", TemplateOptions.Default, out var template, out _));
        Assert.True(template.TryEvaluate(ContextNames.Absent, new EvaluationContext(), out var value, out var error), error?.Message);
        Assert.Equal(json, value.ToJson());
    }

    [Theory]
    [InlineData("workload", "error")]
    [InlineData("args", "error")]
    [InlineData("attempt", "warning")]
    [InlineData("result", "warning")]
    [InlineData("pages", null)]
    [InlineData("loop", null)]
    [InlineData("fetch", null)]
    public void A_step_whose_name_has_a_meaning_is_told(string name, string? severity)
    {
        var problems = Compiling.Compile($$"""{"workflow": [{"step": "{{name}}", "tool": {"kind": "noop"} }]}""").Problems;
        Assert.Equal(severity, problems.SingleOrDefault()?.Severity.ToString().ToLowerInvariant());
    }

    [Theory]
    [InlineData("none > 1")]
    [InlineData("1 <= none")]
    [InlineData("none + 1 == 2")]
    [InlineData("'x' in none")]
    [InlineData("true or none < 3 or missing.member")]
    public void A_condition_that_asks_null_for_an_order_or_arithmetic_is_false_and_counted_where_it_is_needed(string condition)
    {
        var context = new EvaluationContext();
        Assert.True(Template.TryParseCondition(condition, TemplateOptions.Default, out var template, out _));
        Assert.True(template.TryTest(new Variables(), context, out var result, out var error), error?.Message);
        Assert.Equal(condition.StartsWith("true", StringComparison.Ordinal), result);
        Assert.Equal(result ? 0 : 1, context.UndefinedConditions);
    }

    [Fact]
    public void Outside_conditions_null_has_no_order()
    {
        Assert.True(Template.TryParse("{{ none > 1 }}", TemplateOptions.Default, out var template, out _));
        Assert.False(template.TryEvaluate(new Variables(), new EvaluationContext(), out _, out var error));
        Assert.Equal(TemplateErrorKind.Type, error.Kind);
    }

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Operator.sln"))) folder = Path.GetDirectoryName(folder.TrimEnd(Path.DirectorySeparatorChar))!;
        return folder;
    }
}
