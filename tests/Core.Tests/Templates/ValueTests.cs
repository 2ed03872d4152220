using System.Globalization;
using System.Buffers;
using System.Numerics;
using System.Text;
using System.Text.Json;
using PlaybookOperator.Core.Templates;
using Xunit;

namespace PlaybookOperator.Core.Tests.Templates;

public sealed class ValueTests
{
    [Theory]
    [InlineData("9007199254740993")]
    [InlineData("-9223372036854775808")]
    [InlineData("123456789012345678901234567890")]
    [InlineData("0.1")]
    [InlineData("1.5")]
    [InlineData("1e+22")]
    [InlineData("[1,\"a\",null,true,{\"b\":[]}]")]
    [InlineData("\"héllo 😀 \\\"q\\\" \\u0001\"")]
    public void Json_goes_through_unchanged(string json)
    {
        Assert.Equal(json, Value.Parse(json).ToJson());
        Assert.Equal(json, Evaluating.Json("{{ x }}", $$"""{"x": {{json}}}"""));
    }

    [Theory]
    [InlineData("{{ a.headers['X-Total'] }}", "\"3\"")]
    [InlineData("{{ a.headers['x-total'] }}", "\"3\"")]
    [InlineData("{{ a.headers.get('X-TOTAL') }}", "\"3\"")]
    [InlineData("{{ a['headers'].Etag }}", "\"e\"")]
    [InlineData("{{ 'X-TOTAL' in a.headers }}", "true")]
    [InlineData("{{ [a] | map(attribute='headers.X-Total') | list }}", "[\"3\"]")]
    [InlineData("{{ a.headers }}", "{\"x-total\":\"3\",\"etag\":\"e\"}")]
    [InlineData("{{ a.headers['Missing'] | default('none') }}", "\"none\"")]
    [InlineData("{{ a.other['X-Total'] | default('none') }}", "\"none\"")]
    [InlineData("{{ a.headers == {'x-total': '3', 'etag': 'e'} }}", "true")]
    [InlineData("{{ {'X-Total': '3', 'etag': 'e'} == a.headers }}", "false")]
    [InlineData("{{ b.headers['X-A'] ~ b.headers['x-a'] }}", "\"Aa\"")]
    public void A_map_under_the_name_headers_is_looked_up_in_any_case(string template, string value) => Assert.Equal(
        value, Evaluating.Json(template, """{"a": {"headers": {"x-total": "3", "etag": "e"}, "other": {"x-total": "3"}}, "b": {"headers": {"X-A": "A", "x-a": "a"}}}"""));

    [Fact]
    public void Kinds_follow_json_and_integers_keep_every_digit()
    {
        Assert.Equal(ValueKind.Integer, Value.Parse("12345678901234567890").Kind);
        Assert.Equal(ValueKind.Float, Value.Parse("1.0").Kind);
        Assert.Equal("1.0", Value.Parse("1.0").ToText());
        Assert.True(Value.Parse("12345678901234567890").TryGetBigInteger(out var big));
        Assert.Equal(BigInteger.Parse("12345678901234567890"), big);
        Assert.False(Value.Parse("12345678901234567890").TryGetInteger(out _));
        Assert.Equal("integer", Value.From(BigInteger.One).TypeName);
    }

    [Fact]
    public void A_range_is_lazy_at_any_length()
    {
        var range = Value.Range(1, long.MaxValue, 1);

        Assert.Equal(long.MaxValue - 1, range.Count);
        Assert.Equal(Value.From(5), range.GetItem(4));
        Assert.True(range.TryGetRange(out var start, out _, out var step));
        Assert.Equal((1L, 1L), (start, step));
        Assert.Equal("[10,7,4,1]", Value.Range(10, 0, -3).ToJson());
        Assert.Throws<ArgumentOutOfRangeException>(() => Value.Range(0, 1, 0));
    }

    [Fact]
    public void A_lone_range_and_its_slices_stay_lazy()
    {
        Assert.True(Evaluating.Parse("{{ range(1, 1000001)[10:] }}").TryEvaluate(new Variables(), Evaluating.Context(), out var value, out _));

        Assert.True(value.TryGetRange(out var start, out var stop, out _));
        Assert.Equal((11, 1_000_001), (start, stop));
        Assert.Equal(999_990, value.Count);
    }

    [Fact]
    public void A_lazy_list_is_asked_only_for_what_a_template_reads()
    {
        var lazy = new CountingList(1_000_000);
        Assert.True(Evaluating.Parse("{{ r | length }} {{ r[7] }}").TryEvaluate(
            new Variables().Set("r", Value.List(lazy)), Evaluating.Context(), out var value, out _));

        Assert.Equal("1000000 14", value.ToText());
        Assert.Equal(1, lazy.Asked);
    }

    [Theory]
    [InlineData("1", "1.0", true)]
    [InlineData("true", "1", true)]
    [InlineData("9007199254740993", "9007199254740992.0", false)]
    [InlineData("{\"a\":1,\"b\":2}", "{\"b\":2,\"a\":1}", true)]
    [InlineData("[1]", "[1,2]", false)]
    [InlineData("null", "false", false)]
    [InlineData("\"1\"", "1", false)]
    public void Equality_is_that_of_the_language_and_agrees_with_the_hash(string left, string right, bool expected)
    {
        var (first, second) = (Value.Parse(left), Value.Parse(right));

        Assert.Equal(expected, first == second);
        Assert.True(!expected || first.GetHashCode() == second.GetHashCode());
    }

    [Fact]
    public void Writing_escapes_what_is_not_well_formed_and_what_json_lacks()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            Value.List([Value.From("a\ud800b"), Value.From(double.NaN), Value.From(2.0), Value.Undefined]).WriteTo(writer);
        }

        Assert.Equal("""["a\uFFFDb",null,2.0,null]""", Encoding.UTF8.GetString(buffer.WrittenSpan));
        Assert.Equal("\"a\ufffdb\"", Value.Parse("\"a\\ud800b\"").ToJson());
    }

    [Fact]
    public void Of_repeated_members_the_last_counts()
    {
        Assert.Equal("""{"a":3,"b":2}""", Evaluating.Json("{{ x | items | list and x }}", """{"x": {"a": 1, "b": 2, "a": 3}}""").Replace(" ", ""));
        Assert.Equal(Value.From(3), Value.Parse("""{"a": 1, "b": 2, "a": 3}""").GetMember("a"));
    }

    [Theory]
    [InlineData(1e-7, "1e-07")]
    [InlineData(1e-5, "1e-05")]
    [InlineData(0.0001, "0.0001")]
    [InlineData(2.9802322387695312e-08, "2.9802322387695312e-08")]
    [InlineData(1e15, "1000000000000000.0")]
    [InlineData(1288291288049736.5, "1288291288049736.5")]
    [InlineData(1e16, "1e+16")]
    [InlineData(-1.25e22, "-1.25e+22")]
    [InlineData(5e-324, "5e-324")]
    public void Floats_are_written_with_the_shortest_digits_that_read_back(double number, string text)
    {
        Assert.Equal(text, Value.From(number).ToText());
    }

    [Fact]
    public void Every_float_reads_back_as_itself()
    {
        var random = new Random(7);
        var numbers = Enumerable.Range(0, 20_000).Select(_ => BitConverter.Int64BitsToDouble(random.NextInt64()))
            .Concat(Enumerable.Range(-1074, 2098).Select(power => Math.ScaleB(1, power)))
            .Where(double.IsFinite);

        Assert.All(numbers, number => Assert.Equal(number, double.Parse(Value.From(number).ToText(), CultureInfo.InvariantCulture)));
    }

    private sealed class CountingList(long count) : IValueList
    {
        public int Asked { get; private set; }

        public long Count => count;

        public Value Get(long index)
        {
            Asked++;
            return Value.From(index * 2);
        }
    }
}
