using PlaybookOperator.Core.Templates;
using Xunit;

namespace PlaybookOperator.Core.Tests.Templates;

/// <summary>
/// Whatever an operation does is charged: each filter, test, method, function and operator works on values of two sizes, and its steps must grow as its
/// work does and pay for the memory that it takes. An operation that is new, and of which this page does not know the cost, fails.
/// </summary>
public sealed class CostTests
{
    private const int Small = 8_000;
    private const int Factor = 4;

    /// <summary>Bytes that one step may take: an element of a list that is built takes some tens.</summary>
    private const long BytesOfStep = 400;

    /// <summary>What does not look into the value at all, or only at one place of it.</summary>
    private static readonly HashSet<string> s_constant = new(
        [
            "default", "d", "attr", "first", "last", "abs", "ceil", "floor", "round", "filesizeformat", "at_least", "at_most", "plus", "minus", "times", "modulo",
            "divided_by", "length", "count", "size", "slice", "timestamp", "date", "strftime", "int", "float", "bool",
        ],
        StringComparer.Ordinal);

    /// <summary>Arguments that an operation cannot do without.</summary>
    private static readonly Dictionary<string, string> s_arguments = new(StringComparer.Ordinal)
    {
        ["replace"] = "'a', 'bc'", ["replace_first"] = "'zz', 'b'", ["remove"] = "'a'", ["remove_first"] = "'zz'", ["batch"] = "3", ["slice"] = "3", ["append"] = "v", ["prepend"] = "v",
        ["concat"] = "v", ["where"] = "'a'", ["map"] = "'string'", ["select"] = "'defined'", ["reject"] = "'undefined'", ["selectattr"] = "'size', 'undefined'", ["rejectattr"] = "'size'",
        ["groupby"] = "0", ["regex_replace"] = "'a', 'b'", ["regex_search"] = "'zz'", ["split"] = "','", ["plus"] = "1", ["minus"] = "1", ["times"] = "1", ["modulo"] = "2", ["divided_by"] = "2",
        ["at_least"] = "1", ["at_most"] = "1", ["attr"] = "'size'", ["format"] = "", ["truncate"] = "5000, true",
    };

    private static readonly string[] s_values = ["text", "letters", "spaces", "numbers", "texts", "map", "pairs", "number"];

    /// <summary>All there are, so that none is forgotten: the library itself is nobody's to see.</summary>
    public static TheoryData<string> Filters() => [.. (IEnumerable<string>)typeof(Template).Assembly
        .GetType("PlaybookOperator.Core.Templates.Library.Filtering", throwOnError: true)!.GetProperty("Names")!.GetValue(null)!];

    [Theory]
    [MemberData(nameof(Filters))]
    public void A_filter_is_charged_what_its_work_costs(string name)
    {
        var arguments = s_arguments.TryGetValue(name, out var given) ? $"({given})" : string.Empty;
        HoldAll($"{{{{ v | {name}{arguments} }}}}", s_constant.Contains(name));
    }

    [Theory]
    [InlineData("upper()")]
    [InlineData("lower()")]
    [InlineData("title()")]
    [InlineData("swapcase()")]
    [InlineData("strip('xyz')")]
    [InlineData("strip(v)")]
    [InlineData("replace('a', 'bc', 5)")]
    [InlineData("replace(v, 'x')")]
    [InlineData("expandtabs()")]
    [InlineData("startswith(['b', v ~ 'c'])")]
    [InlineData("find('zz')")]
    [InlineData("find(v)")]
    [InlineData("rfind('zz')")]
    [InlineData("count('a')")]
    [InlineData("count('')")]
    [InlineData("isdigit()")]
    [InlineData("isalnum()")]
    [InlineData("istitle()")]
    [InlineData("split('a')")]
    [InlineData("split(none, 50)")]
    [InlineData("rsplit(none, 50)")]
    [InlineData("rsplit('a', 50)")]
    [InlineData("splitlines()")]
    [InlineData("partition('zz')")]
    [InlineData("rpartition('zz')")]
    [InlineData("center(9)")]
    [InlineData("join(['a', 'b', 'c'])")]
    [InlineData("format(1)")]
    [InlineData("keys()")]
    [InlineData("items()")]
    [InlineData("values()")]
    [InlineData("index('t1')")]
    [InlineData("count('no')")]
    public void A_method_is_charged_what_its_work_costs(string call) => HoldAll($"{{{{ v.{call} }}}}");

    [Theory]
    [InlineData("v ~ v")]
    [InlineData("v + v")]
    [InlineData("v * 3")]
    [InlineData("v[::2]")]
    [InlineData("v[1:]")]
    [InlineData("v[::-1]")]
    [InlineData("v == w")]
    [InlineData("v != w")]
    [InlineData("v < w or v >= w")]
    [InlineData("'zz' in v")]
    [InlineData("v in [w, v]")]
    [InlineData("[v, w, v] | unique | list | length")]
    [InlineData("{v: 1}[w]")]
    [InlineData("'%s' % [v]")]
    [InlineData("v is lower")]
    [InlineData("v is upper")]
    [InlineData("v is eq(w)")]
    [InlineData("v is in([w])")]
    [InlineData("v | sort | first ~ v")]
    [InlineData("dict(a=v) | tojson")]
    public void An_operator_is_charged_what_its_work_costs(string expression) => HoldAll($"{{{{ {expression} }}}}");

    [Theory]
    [InlineData("emoji[N]")]
    [InlineData("emoji[-1]")]
    [InlineData("emoji.size")]
    [InlineData("emoji | length")]
    [InlineData("emoji[N:]")]
    [InlineData("emoji[:2] ~ emoji[-2:]")]
    [InlineData("emoji | truncate(9)")]
    [InlineData("emoji | slice: 1, 2")]
    public void A_place_in_a_text_whose_characters_differ_in_size_is_charged_the_way_to_it(string expression) =>
        Hold($"{{{{ {expression} }}}}", "emoji", isConstant: false);

    [Theory]
    [InlineData("t[N]")]
    [InlineData("t.size")]
    [InlineData("t[9:12]")]
    public void A_place_in_a_plain_text_is_found_at_once_after_the_first_time(string expression)
    {
        var once = Steps(expression, turns: 1);

        Assert.InRange(Steps(expression, turns: 1000) - once, 0, 20 * 1000);

        long Steps(string template, int turns)
        {
            var context = Evaluating.Context();
            var text = $"{{% for i in range({turns}) %}}{{% set x = {template.Replace("N", "799999", StringComparison.Ordinal)} %}}{{% endfor %}}";
            Assert.True(Evaluating.Parse(text).TryEvaluate(new Variables().Set("t", Value.From(new string('x', 800_000))), context, out _, out var error), error?.Message);
            return context.Steps;
        }
    }

    [Theory]
    [InlineData("t[7999999]")]
    [InlineData("u[3999999]")]
    [InlineData("u.size")]
    [InlineData("u[1:2]")]
    [InlineData("t == s")]
    [InlineData("t.find(a)")]
    [InlineData("t.replace(a, '')")]
    [InlineData("a in t")]
    [InlineData("t | reverse | length")]
    [InlineData("big * big")]
    [InlineData("big | string")]
    [InlineData("t | upper | length")]
    [InlineData("m[t]")]
    [InlineData("t.strip(a)")]
    public void An_operation_on_giants_in_a_long_loop_stops_at_its_steps(string expression)
    {
        var variables = new Variables().Set("t", Value.From(new string('x', 8_000_000))).Set("s", Value.From(new string('x', 7_999_999) + "y"))
            .Set("a", Value.From(new string('x', 4_000_000) + "y")).Set("u", Value.From(string.Concat(Enumerable.Repeat("😀", 4_000_000))))
            .Set("big", Value.From(System.Numerics.BigInteger.Pow(10, 4000))).Set("m", Value.Map(Enumerable.Range(0, 20).Select(i => KeyValuePair.Create($"k{i}", Value.From(i)))));
        var context = Evaluating.Context();
        var template = Evaluating.Parse($"{{% for i in range(1000000) %}}{{% for j in range(1000000) %}}{{% set x = {expression} %}}{{% endfor %}}{{% endfor %}}");

        Assert.False(template.TryEvaluate(variables, context, out _, out var error));
        Assert.Equal(TemplateErrorKind.TooManySteps, error.Kind);
        Assert.True(error.Column > 0);
    }

    private static void HoldAll(string template, bool isConstant = false)
    {
        var works = s_values.Count(value => Hold(template, value, isConstant));
        Assert.True(works > 0, $"{template} works on none of {string.Join(", ", s_values)}: give it arguments here.");
    }

    /// <summary>False when the operation does not work on such values.</summary>
    private static bool Hold(string template, string kind, bool isConstant)
    {
        if (Measure(template, kind, Small) is not { } small || Measure(template, kind, Small * Factor) is not { } large) return false;
        Assert.True(large.Bytes <= 100_000 + (large.Steps * BytesOfStep), $"{template} of {kind}: {large.Bytes} bytes for {large.Steps} steps");
        Assert.True(isConstant || kind == "number" || large.Steps >= small.Steps * 2, $"{template} of {kind}: {small.Steps} steps, and of {Factor} times as much {large.Steps}");
        return true;
    }

    private static (long Steps, long Bytes)? Measure(string template, string kind, int size)
    {
        var text = template.Replace("N", $"{size - 1}", StringComparison.Ordinal);
        if (!Template.TryParse(text, TemplateOptions.Default, out var parsed, out _)) return null;
        var context = Evaluating.Context(new TemplateOptions { MaxSteps = 1_000_000_000 });
        var (value, other) = (Of(kind, size), Of(kind, size));
        var variables = new Variables().Set("v", value).Set("w", other).Set("emoji", value);
        // A map's index is made with its first look-up.
        value.TryGetMember("x", out _);
        other.TryGetMember("x", out _);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var isEvaluated = parsed.TryEvaluate(variables, context, out _, out _);
        return isEvaluated ? (context.Steps, GC.GetAllocatedBytesForCurrentThread() - before) : null;
    }

    private static Value Of(string kind, int size) => kind switch
    {
        "text" => Value.From(string.Concat(Enumerable.Repeat("aB, \t", size / 5))),
        "letters" => Value.From(new string('a', size)),
        "spaces" => Value.From(string.Concat(Enumerable.Repeat("x\n ", size / 3))),
        "emoji" => Value.From(string.Concat(Enumerable.Repeat("😀é", size))),
        "numbers" => Value.List([.. Enumerable.Range(0, size).Select(place => Value.From((long)place * 7919 % size))]),
        "texts" => Value.List([.. Enumerable.Range(0, size).Select(place => Value.From($"t{place * 7919L % size}"))]),
        "pairs" => Value.List([.. Enumerable.Range(0, size).Select(place => Value.List([Value.From(place % 100), Value.From(place)]))]),
        "number" => Value.From(7),
        _ => Value.Map(Enumerable.Range(0, size).Select(place => KeyValuePair.Create($"k{place}", Value.From(place)))),
    };
}
