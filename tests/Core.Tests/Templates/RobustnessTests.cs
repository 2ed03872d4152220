using System.Text;
using PlaybookOperator.Core.Templates;
using Xunit;

namespace PlaybookOperator.Core.Tests.Templates;

/// <summary>Whatever the input, an evaluation ends within its bounds in a value or an error.</summary>
public sealed class RobustnessTests
{
    private static readonly string[] Pieces =
    [
        "{{", "}}", "{%", "%}", "{#", "#}", "-", "if", "endif", "for", "in", "endfor", "set", "x", "y", " ", "(", ")", "[", "]", "{", "}", "|", ":", ",", ".", "'", "\"", "\\",
        "1", "2.5", "1e999", "~", "+", "*", "**", "//", "%", "==", "<", "not", "and", "or", "is", "defined", "else", "raw", "endraw", "range(9)", "map", "upper", "join", "loop.index", "\n", "é", "😀", "\ud800",
    ];

    [Fact]
    public void Random_pieces_of_templates_end_in_a_value_or_a_clean_error()
    {
        var random = new Random(20260131);
        var context = Value.Parse("""{"x": {"y": [1, 2, 3]}, "y": "text"}""");
        for (var round = 0; round < 20_000; round++)
        {
            var text = new StringBuilder(round % 2 == 0 ? "{{ " : string.Empty);
            for (var count = random.Next(1, 25); count > 0; count--)
            {
                text.Append(Pieces[random.Next(Pieces.Length)]);
            }

            var answer = TemplateEvaluation.Answer(text.ToString(), context, Small());
            Assert.StartsWith("{\"", answer, StringComparison.Ordinal);
            AssertStablePrint(text.ToString());
        }
    }

    [Fact]
    public void Random_characters_end_in_a_value_or_a_clean_error()
    {
        var random = new Random(7);
        for (var round = 0; round < 5_000; round++)
        {
            var text = string.Create(random.Next(0, 60), random, static (span, source) =>
            {
                foreach (ref var letter in span)
                {
                    letter = (char)(source.Next(4) == 0 ? source.Next(0x10000) : source.Next(32, 127));
                }
            });

            Assert.StartsWith("{\"", TemplateEvaluation.Answer("{{" + text + "}}", Value.Null, Small()), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("(", ")")]
    [InlineData("[", "]")]
    [InlineData("{'a':", "}")]
    [InlineData("-", "")]
    [InlineData("not ", "")]
    [InlineData("x[", "]")]
    [InlineData("(x|default(", "))")]
    [InlineData("1 if x else ", "")]
    public void Ten_thousand_nested_brackets_are_too_deep(string open, string close)
    {
        var text = "{{ " + string.Concat(Enumerable.Repeat(open, 10_000)) + "1" + string.Concat(Enumerable.Repeat(close, 10_000)) + " }}";

        Assert.Equal(TemplateErrorKind.TooDeep, Evaluating.Error(text, "{\"x\": [1]}").Kind);
    }

    [Theory]
    [InlineData("(", "1", ")")]
    [InlineData("[", "1", "]")]
    [InlineData("x | default(", "1", ")")]
    public async Task The_deepest_nesting_allowed_fits_the_stack_of_any_thread(string open, string core, string close)
    {
        var options = new TemplateOptions { MaxDepth = int.MaxValue };
        var text = "{{ " + string.Concat(Enumerable.Repeat(open, 190)) + core + string.Concat(Enumerable.Repeat(close, 190)) + " }}";

        var answer = await Task.Factory.StartNew(() => Evaluating.Json(text, "{}", options));

        Assert.EndsWith(open == "[" ? "]" : "1", answer, StringComparison.Ordinal);
        Assert.Equal(TemplateErrorKind.TooDeep, Evaluating.Error("{{ " + new string('(', 300) + "1" + new string(')', 300) + " }}", "{}", options).Kind);
    }

    [Theory]
    [InlineData(" + 1")]
    [InlineData(".a")]
    [InlineData(" | upper")]
    [InlineData(" and 1")]
    [InlineData(" == 1")]
    [InlineData(" ~ 1")]
    public void Long_chains_end_in_a_value_or_a_clean_error(string link)
    {
        var text = "{{ 1" + string.Concat(Enumerable.Repeat(link, 20_000)) + " }}";

        Assert.StartsWith("{\"", TemplateEvaluation.Answer(text, Value.Null, Evaluating.Context()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{% set a = 'lol' %}N{% set a = a ~ a ~ a ~ a ~ a ~ a ~ a ~ a ~ a ~ a %}E{{ a }}")]
    [InlineData("{% set a = [1] %}N{% set a = [a, a, a, a, a, a, a, a, a, a] %}E{{ a }}")]
    [InlineData("{% set a = {'x': 1} %}N{% set a = {'p': a, 'q': a, 'r': a, 's': a, 't': a} %}E{{ a | tojson }}")]
    [InlineData("{% set a = [1] %}{% set b = [1] %}N{% set a = [a, a, a, a] %}{% set b = [b, b, b, b] %}E{{ a == b }}")]
    [InlineData("{% set a = [1, 1] %}N{% set a = a + a + a + a + a %}E{{ a | length }}")]
    [InlineData("{% for i in range(10000) %}{% for j in range(10000) %}{% for k in range(10000) %}{% endfor %}{% endfor %}{% endfor %}")]
    [InlineData("{{ '%999999999d' % 1 }}")]
    [InlineData("{{ 'x'.ljust(2000000000) }}")]
    [InlineData("{{ 10 ** 10 ** 10 ** 10 ** 10 }}")]
    [InlineData("{{ 'aaaaaaaaaa' * 99999999999999999999 }}")]
    [InlineData("{{ range(100000000000) | sum }}")]
    [InlineData("{% assign a = [1] %}{% for i in range(100000) %}{% assign a = [a] %}{% endfor %}{{ a }}")]
    [InlineData("{% assign x = 1 %}{% for i in range(100000) %}{% assign x = {'a': x} | items %}{% endfor %}{{ x | tojson }}")]
    [InlineData("{{ range(999999) | map('center', 9999) | join }}")]
    [InlineData("{% set s = 'x' * 4000000 %}{% for i in range(1000000) %}{% if s.startswith('y') or s | length < 3 %}{% endif %}{% endfor %}")]
    [InlineData("{% set s = 'x' * 4000000 %}{% set t = 'x' * 4000000 %}{% for i in range(1000000) %}{% if s != t %}{% endif %}{% endfor %}")]
    [InlineData("{{ '%.999999f' % 0.1 }}")]
    [InlineData("{% for i in range(1000000) %}{% set x = 3 ** 20000 %}{% endfor %}")]
    public void Templates_that_grow_without_end_stop_at_their_bounds(string template)
    {
        var middle = template[(template.IndexOf('N', StringComparison.Ordinal) + 1)..Math.Max(template.IndexOf('E', StringComparison.Ordinal), 0)];
        var text = middle.Length == 0 ? template : template.Replace("N" + middle + "E", string.Concat(Enumerable.Repeat(middle, 30)), StringComparison.Ordinal);

        var error = Evaluating.Error(text);

        Assert.Contains(error.Kind, (TemplateErrorKind[])[TemplateErrorKind.OutputTooLong, TemplateErrorKind.CollectionTooLarge, TemplateErrorKind.TooManySteps, TemplateErrorKind.Arithmetic, TemplateErrorKind.TooDeep, TemplateErrorKind.Type]);
    }

    [Theory]
    [InlineData("{{ ('x' * 1000000) | wordwrap(1) | length }}", "1999999")]
    [InlineData("{{ l | unique | list | length }}", "20000")]
    [InlineData("{{ l | sort(attribute='a', reverse=true) | first }}", "{\"a\":19999}")]
    [InlineData("{{ 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab' | regex_replace('(a+)+$', '') | length }}", "52")]
    public void Large_but_honest_work_is_done(string template, string expected)
    {
        var context = "{\"l\": [" + string.Join(',', Enumerable.Range(0, 20_000).Select(place => $"{{\"a\":{place}}}")) + "]}";

        Assert.Equal(expected, Evaluating.Json(template, context));
    }

    [Theory]
    [InlineData("response.paging.hasMore == true")]
    [InlineData("status_code == 200 and attempt < 3 or missing.x")]
    [InlineData("response.data | length > 3")]
    [InlineData("missing is defined or error.status == 503")]
    public void A_condition_over_a_parsed_document_allocates_nothing(string condition)
    {
        var variables = Variables.FromMembers(Value.Parse("""{"response": {"paging": {"hasMore": true}, "data": [1]}, "status_code": 200, "attempt": 1}"""));
        var context = Evaluating.Context();
        Assert.True(Template.TryParseCondition(condition, TemplateOptions.Default, out var template, out _));
        for (var turn = 0; turn < 10; turn++)
        {
            template.TryTest(variables, context, out _, out _);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var turn = 0; turn < 1000; turn++)
        {
            template.TryTest(variables, context, out _, out _);
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 500);
    }

    [Fact]
    public async Task A_template_and_its_context_serve_many_threads_at_once()
    {
        var template = Evaluating.Parse("{% for x in l %}{% set y = x * i %}{{ y }},{% endfor %}{{ m.a.b[i % 3] }}");
        var shared = Value.Parse("""{"l": [1, 2, 3], "m": {"a": {"b": ["p", "q", "r"]}}}""");
        var context = Evaluating.Context();

        var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Factory.StartNew(
            () => Enumerable.Range(0, 500).All(round =>
            {
                var i = (worker * 500) + round;
                var variables = new Variables(Variables.FromMembers(shared)).Set("i", Value.From(i));
                return template.TryEvaluate(variables, context, out var value, out _)
                    && value.ToText() == $"{i},{2 * i},{3 * i},{"pqr"[i % 3]}";
            }),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)));

        Assert.All(results, Assert.True);
    }

    private static EvaluationContext Small() => Evaluating.Context(new TemplateOptions { MaxSteps = 20_000, MaxOutputLength = 50_000, MaxCollectionSize = 5_000 });

    private static void AssertStablePrint(string text)
    {
        if (Template.TryParse(text, TemplateOptions.Default, out var template, out _))
        {
            var printed = template.Print();
            Assert.True(Template.TryParse(printed, TemplateOptions.Default, out var again, out var error), $"{text} printed {printed}: {error}");
            Assert.Equal(printed, again.Print());
        }
    }
}
