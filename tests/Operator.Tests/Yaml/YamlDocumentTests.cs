using PlaybookOperator.Operator.Yaml;
using Xunit;

namespace PlaybookOperator.Operator.Tests.Yaml;

public sealed class YamlDocumentTests
{
    [Theory]
    [InlineData("yes", "true")]
    [InlineData("On", "true")]
    [InlineData("y", "true")]
    [InlineData("off", "false")]
    [InlineData("N", "false")]
    [InlineData("yEs", "\"yEs\"")]
    [InlineData("'yes'", "\"yes\"")]
    [InlineData("~", "null")]
    [InlineData("Null", "null")]
    [InlineData("\"\"", "\"\"")]
    [InlineData("010", "8")]
    [InlineData("0o17", "15")]
    [InlineData("0x1F", "31")]
    [InlineData("0b101", "5")]
    [InlineData("-0x10", "-16")]
    [InlineData("08", "8")]
    [InlineData("1_000", "1000")]
    [InlineData("+7", "7")]
    [InlineData("1e3", "1000")]
    [InlineData("1.50", "1.5")]
    [InlineData("12345678901234567890123", "12345678901234567890123")]
    [InlineData("1.2.3", "\"1.2.3\"")]
    [InlineData("0x", "\"0x\"")]
    [InlineData("-", "[null]")]
    [InlineData("2030-01-01", "\"2030-01-01\"")]
    [InlineData("12:30:45", "\"12:30:45\"")]
    [InlineData("!!str 7", "\"7\"")]
    public void Plain_scalars_mean_what_kubectl_makes_of_them(string yaml, string json) =>
        Assert.Equal($"{{\"a\":{json}}}", YamlDocument.Parse(yaml == "-" ? "a:\n-\n" : $"a: {yaml}\n").GetRawText());

    [Fact]
    public void Written_members_win_over_merged_ones_and_earlier_merges_over_later()
    {
        var root = YamlDocument.Parse("a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc: {<<: [*a, *b], x: 9}\n");
        Assert.Equal("""{"x":9,"y":1,"z":2}""", root.GetProperty("c").GetRawText());
    }

    [Theory]
    [InlineData("a: .inf", 1, 4)]
    [InlineData("a: 1\na: 2", 2, 1)]
    [InlineData("a: 1\n---\nb: 2", 1, 1)]
    [InlineData("? [a]\n: 1", 1, 1)]
    [InlineData("a: *b", 1, 4)]
    public void What_is_refused_has_a_place(string yaml, int line, int column)
    {
        var refused = Assert.Throws<YamlException>(() => YamlDocument.Parse(yaml));
        Assert.Equal((line, column), (refused.Line, refused.Column));
    }

    [Fact]
    public void Every_field_has_a_place_and_an_unknown_one_that_of_its_owner()
    {
        var document = YamlDocument.ReadAll("spec:\n  steps:\n  - name: a\n    tool:\n      kind: http\n").Single();
        Assert.Equal((5, 7), document.PlaceOf("spec.steps[0].tool.kind"));
        Assert.Equal((4, 5), document.PlaceOf("spec.steps[0].tool.url"));
        Assert.Equal((1, 1), document.PlaceOf("nothing[7].like.this"));
    }

    [Theory]
    [InlineData("yes")]
    [InlineData("012")]
    [InlineData("")]
    [InlineData(".inf")]
    [InlineData("two\nlines\n")]
    [InlineData(" spaces ")]
    [InlineData("a: b # c")]
    [InlineData("- x")]
    public void Text_that_is_written_is_read_as_the_same_text(string text)
    {
        var written = YamlText.Write(new System.Text.Json.Nodes.JsonObject { ["key"] = text });
        Assert.Equal(text, YamlDocument.Parse(written).GetProperty("key").GetString());
    }
}
