using System.Text;
using PlaybookOperator.Core.Data;
using PlaybookOperator.Operator.Yaml;
using Xunit;

namespace PlaybookOperator.Operator.Tests.Yaml;

public sealed class YamlLimitTests
{
    [Theory]
    [InlineData("0x", "f")]
    [InlineData("-0b", "1")]
    [InlineData("0o", "7")]
    [InlineData("0", "7")]
    [InlineData("", "9")]
    [InlineData("+", "9_")]
    [InlineData("0.", "9")]
    public void A_number_of_too_many_digits_is_refused_with_its_place(string prefix, string digits)
    {
        var number = prefix + string.Concat(Enumerable.Repeat(digits, 300_000));
        var refused = Assert.Throws<YamlException>(() => YamlDocument.Parse($"a: 1\nb:\n  c: {number}\n"));
        Assert.Equal((3, 6), (refused.Line, refused.Column));
        Assert.Contains($"digits; at most {DataLimits.MaxNumberDigits} are allowed. Put it in quotes", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0x10", 4300)]
    [InlineData("0b1", 4301)]
    public void A_number_of_as_many_digits_as_are_allowed_is_read_exactly(string start, int digits)
    {
        var radix = start[1] == 'x' ? 16 : 2;
        var length = radix == 16 ? 3570 : digits - 1;
        var text = start + new string('0', length - (start.Length - 2));
        var expected = System.Numerics.BigInteger.Pow(radix, length - 1);
        Assert.Equal($"[{expected}]", YamlDocument.Parse($"[{text}]").GetRawText());
    }

    [Fact]
    public void Text_that_begins_like_a_number_may_be_long()
    {
        var text = "0x" + new string('f', 300_000) + "g";
        Assert.Equal(text, YamlDocument.Parse($"a: {text}").GetProperty("a").GetString());
        Assert.Equal(text, YamlDocument.Parse($"a: '{text}'").GetProperty("a").GetString());
    }

    [Theory]
    [InlineData("12345678901234567.89", "12345678901234567.89")]
    [InlineData("-0.1234567890123456789012345678901234", "-0.1234567890123456789012345678901234")]
    [InlineData("+1_234_567_890_123.456_789_012", "1234567890123.456789012")]
    [InlineData(".12345678901234567890", "0.12345678901234567890")]
    [InlineData("123456789012345678901234567890", "123456789012345678901234567890")]
    [InlineData("1.50", "1.5")]
    public void Digits_that_a_float_would_lose_are_kept(string yaml, string json) =>
        Assert.Equal($"[{json}]", YamlDocument.Parse($"- {yaml}").GetRawText());

    [Theory]
    [InlineData("!!int 7", "7")]
    [InlineData("!!float 1.5", "1.5")]
    [InlineData("!!bool yes", "true")]
    [InlineData("!!null ''", "null")]
    [InlineData("!!str 7", "\"7\"")]
    public void A_tag_of_yaml_says_which_type_is_meant(string yaml, string json) =>
        Assert.Equal($"[{json}]", YamlDocument.Parse($"- {yaml}").GetRawText());

    [Theory]
    [InlineData("[", "]")]
    [InlineData("{a: ", "}")]
    public void A_value_of_64_levels_is_taken_and_one_of_65_is_refused_with_its_place(string open, string close)
    {
        Assert.Equal(open == "[" ? System.Text.Json.JsonValueKind.Array : System.Text.Json.JsonValueKind.Object, YamlDocument.Parse(Nested(64, open, close)).ValueKind);
        var refused = Assert.Throws<YamlException>(() => YamlDocument.Parse(Nested(65, open, close)));
        Assert.Contains("nests deeper than 64 levels.", refused.Message, StringComparison.Ordinal);
        Assert.Equal(1, refused.Line);
        Assert.InRange(refused.Column, 60, 300);
    }

    [Theory]
    [InlineData("[")]
    [InlineData("{a: ")]
    [InlineData("- ")]
    [InlineData("? ")]
    public void A_million_levels_are_refused_at_once(string open) =>
        Assert.Throws<YamlException>(() => YamlDocument.ReadAll(string.Concat(Enumerable.Repeat(open, 1_000_000))));

    [Fact]
    public void Aliases_that_multiply_nodes_or_text_or_merges_are_refused()
    {
        var laughs = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (var i = 1; i < 10; i++) laughs.Append($"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 10))}]\n");
        var text = $"a: &a {new string('x', 1 << 20)}\nb: [{string.Join(",", Enumerable.Repeat("*a", 100_000))}]\n";
        var members = string.Join(", ", Enumerable.Range(0, 10_000).Select(i => $"k{i}: 1"));
        var merges = $"a: &a {{{members}}}\nb: {{<<: [{string.Join(",", Enumerable.Repeat("*a", 100_000))}]}}\n";
        foreach (var yaml in (string[])[laughs.ToString(), text, merges])
            Assert.Contains("once its aliases are resolved", Assert.Throws<YamlException>(() => YamlDocument.ReadAll(yaml)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Documents_have_a_most()
    {
        Assert.Equal(1_000, YamlDocument.ReadAll(string.Concat(Enumerable.Repeat("---\na: 1\n", 1_000))).Count);
        Assert.Throws<YamlException>(() => YamlDocument.ReadAll(string.Concat(Enumerable.Repeat("---\na: 1\n", 100_000))));
    }

    [Fact]
    public void Long_keys_over_many_values_take_no_more_than_their_length()
    {
        var key = new string('k', 60_000);
        var document = YamlDocument.ReadAll($"? {key}\n: [{string.Join(",", Enumerable.Repeat("1", 500_000))}]\n").Single();
        Assert.Equal((2, 4 + 100_000), document.PlaceOf($"{key}[50000]"));
        var refused = Assert.Throws<YamlException>(() => YamlDocument.ReadAll($"? {new string('k', 70_000)}\n: 1\n"));
        Assert.Contains("has a member whose name has 70000 bytes", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_field_whose_names_hold_dots_and_brackets_has_its_place()
    {
        var document = YamlDocument.ReadAll("a.b:\n  c[0].d:\n  - x: 1\n").Single();
        Assert.Equal((3, 5), document.PlaceOf("a.b.c[0].d[0].x"));
    }

    [Fact]
    public void Bare_keys_that_kubectl_renames_are_told_and_quoted_ones_are_not()
    {
        var document = YamlDocument.ReadAll("y: {N: 1, \"n\": 2, x: [{on: 3}]}\nyes: 1\nOFF: 1\ntrue: 1\n10: 1\n0x10: 1\n~: 1\nnot: 1\n").Single();
        Assert.Equal(
            ["y=the boolean true 1:1", "N=the boolean false 1:5", "on=the boolean true 1:24", "yes=the boolean true 2:1", "OFF=the boolean false 3:1", "0x10=the number 16 6:1", "~=null 7:1"],
            document.AmbiguousKeys().Select(key => $"{key.Key}={key.Meaning} {key.Line}:{key.Column}"));
    }

    private static string Nested(int levels, string open, string close)
    {
        var inner = open == "[" ? "" : "1";
        return string.Concat(Enumerable.Repeat(open, levels)) + inner + string.Concat(Enumerable.Repeat(close, levels));
    }
}
