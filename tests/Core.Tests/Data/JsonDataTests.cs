using System.Text;
using System.Text.Json;
using PlaybookOperator.Core.Data;
using Xunit;

namespace PlaybookOperator.Core.Tests.Data;

public sealed class JsonDataTests
{
    [Theory]
    [InlineData("[", "]")]
    [InlineData("{\"a\":", "}")]
    public void A_value_of_64_levels_is_taken_and_one_of_65_is_told_with_its_place(string open, string close)
    {
        Assert.True(JsonData.TryRead(Nested(64, open, close), "x", out var value, out _));
        Assert.Equal(Nested(64, open, close), value.GetRawText());
        Assert.False(JsonData.TryRead(Nested(65, open, close), "x", out _, out var problem));
        Assert.Equal((DataFault.BeyondLimit, "nests deeper than 64 levels."), (problem.Fault, problem.Message));
        Assert.StartsWith(open == "[" ? "x[0][0]" : "x.a.a", problem.Field, StringComparison.Ordinal);
    }

    [Fact]
    public void Ten_million_levels_take_no_stack()
    {
        Assert.False(JsonData.TryRead(new string('[', 10_000_000), "x", out _, out var problem));
        Assert.Equal("nests deeper than 64 levels.", problem.Message);
    }

    [Theory]
    [InlineData("""{"a": {"b": [1, {"c": [[9]]}]}, "d": []}""", "x.a.b[1].c[0]")]
    [InlineData("""[[], [[[[[9]]]]]]""", "x[1][0][0][0][0]")]
    public void The_place_of_what_is_too_deep_is_its_path(string json, string field)
    {
        var problem = DataLimits.Check(Encoding.UTF8.GetBytes(json), "x", maxDepth: 5);
        Assert.Equal(field, problem?.Field);
    }

    [Fact]
    public void A_path_of_long_names_is_cut()
    {
        var open = $"{{\"{new string('k', 1000)}\":";
        Assert.False(JsonData.TryRead(Nested(70, open, "}"), "x", out _, out var problem));
        Assert.InRange(problem.Field.Length, 250, 320);
    }

    [Theory]
    [InlineData("""{"n": [0, 1e6145]}""", "x.n[1]: is the number 1e6145; exponents are at most 6144, up or down.")]
    [InlineData("""{"n": -1.5E-99999999999}""", "x.n: is the number -1.5E-99999999999; exponents are at most 6144, up or down.")]
    public void An_exponent_beyond_the_limit_is_told(string json, string told)
    {
        Assert.False(JsonData.TryRead(json, "x", out _, out var problem));
        Assert.Equal(told, problem.ToString());
    }

    [Fact]
    public void Numbers_have_a_most_of_digits()
    {
        Assert.True(JsonData.TryRead(new string('7', 4300), "x", out _, out _));
        Assert.False(JsonData.TryRead($"[-{new string('7', 300_000)}.5]", "x", out _, out var problem));
        Assert.Equal("x[0]: is a number of 300001 digits; at most 4300 are allowed.", problem.ToString());
    }

    [Fact]
    public void A_name_has_a_longest_length_and_the_problem_names_the_map()
    {
        Assert.False(JsonData.TryRead($$$"""{"m": {"{{{new string('k', 65_537)}}}": 1}}""", "x", out _, out var problem));
        Assert.Equal("x.m: has a member whose name has 65537 bytes; at most 65536 are allowed.", problem.ToString());
    }

    [Theory]
    [InlineData("""{"\ud83d": 1, "x": "\uDE00a"}""", """{"\ufffd": 1, "x": "\ufffda"}""")]
    [InlineData("""["\ud83d\ud83d\ude00", "\\ud83d", "\ud83d"]""", """["\ufffd\ud83d\ude00", "\\ud83d", "\ufffd"]""")]
    [InlineData("""["\ud83d\u0041\n"]""", """["\ufffd\u0041\n"]""")]
    public void Half_a_surrogate_pair_becomes_the_replacement_character_in_names_and_values(string json, string read)
    {
        Assert.True(JsonData.TryRead(json, "x", out var value, out _));
        Assert.Equal(read, value.GetRawText());
    }

    [Fact]
    public void Of_equal_names_the_last_counts_also_when_they_become_equal_only_here()
    {
        Assert.True(JsonData.TryRead("""{"\ud83d": 1, "\ud83e": 2}""", "x", out var value, out _));
        Assert.Equal(2, value.GetProperty("\ufffd").GetInt32());
    }

    [Theory]
    [InlineData("""{"a": {"b": 1, "b": 2}}""")]
    [InlineData("""{"\ud83d": 1, "\ud83e": 2}""")]
    public void Equal_names_are_told_where_they_are_refused(string json)
    {
        Assert.False(JsonData.TryRead(Encoding.UTF8.GetBytes(json), "x", out _, out var problem, refuseRepeats: true));
        Assert.Equal(DataFault.RepeatedName, problem.Fault);
    }

    [Fact]
    public void A_byte_order_mark_is_passed_over()
    {
        Assert.True(JsonData.TryRead("\ufeff[1]", "x", out var value, out _));
        Assert.Equal("[1]", value.GetRawText());
    }

    [Fact]
    public void Bytes_that_are_not_utf8_are_told()
    {
        byte[] bytes = [(byte)'"', 0xC3, 0x28, (byte)'"'];
        Assert.False(JsonData.TryRead(bytes, "x", out _, out var problem));
        Assert.Equal("x: is not text in UTF-8.", problem.ToString());
    }

    [Theory]
    [InlineData("", 1, 1)]
    [InlineData("[1,\n 2,]", 2, 4)]
    [InlineData("{\"a\": nul}", 1, 10)]
    [InlineData("1 2", 1, 3)]
    public void What_is_not_json_is_told_with_line_and_byte(string json, int line, int at)
    {
        Assert.False(JsonData.TryRead(json, "x", out _, out var problem));
        Assert.Equal(DataFault.NotJson, problem.Fault);
        Assert.Contains($"line {line}, byte {at}.", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_stay_as_written()
    {
        Assert.True(JsonData.TryRead("[12345678901234567.89, 1e400, 1.50]", "x", out var value, out _));
        Assert.Equal("[12345678901234567.89, 1e400, 1.50]", value.GetRawText());
    }

    [Fact]
    public void A_checked_element_is_measured_from_its_own_root()
    {
        using var document = JsonDocument.Parse(Nested(300), new JsonDocumentOptions { MaxDepth = 400 });
        var inner = document.RootElement;
        for (var i = 0; i < 236; i++) inner = inner[0];
        Assert.Null(DataLimits.Check(inner, "x"));
        Assert.NotNull(DataLimits.Check(document.RootElement, "x"));
    }

    internal static string Nested(int levels, string open = "[", string close = "]")
    {
        var inner = open == "[" ? "" : "1";
        return string.Concat(Enumerable.Repeat(open, levels)) + inner + string.Concat(Enumerable.Repeat(close, levels));
    }
}
