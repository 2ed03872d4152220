using PlaybookOperator.Core.Templates;
using Xunit;

namespace PlaybookOperator.Core.Tests.Templates;

/// <summary>Decimals of more digits than a float holds, from JSON to JSON.</summary>
public sealed class WrittenNumberTests
{
    [Theory]
    [InlineData("12345678901234567.89")]
    [InlineData("-0.1234567890123456789012345678901234")]
    [InlineData("1e400")]
    [InlineData("-1.5E-400")]
    [InlineData("1234567890.12345678901234567890e-3")]
    public void A_decimal_that_no_float_prints_back_leaves_as_it_was_written(string number)
    {
        Assert.Equal(number, Evaluating.Json("{{ x }}", $$"""{"x": {{number}}}"""));
        Assert.Equal($"\"<{number}>\"", Evaluating.Json("<{{ x }}>", $$"""{"x": {{number}}}"""));
        Assert.Equal($"[{number},\"{number}\"]", Evaluating.Json("{{ [x, x | string] }}", $$"""{"x": {{number}}}"""));
        Assert.Equal($"\"{number}\"", Evaluating.Json("{{ x | tojson }}", $$"""{"x": {{number}}}"""));
        Assert.Equal(ValueKind.Float, Value.Parse(number).Kind);
        Assert.Equal(number, Value.Parse(number).ToJsonElement().GetRawText());
        Assert.Equal("[true,true,false]", Evaluating.Json("{{ [x is number, x is float, x is integer] }}", $$"""{"x": {{number}}}"""));
    }

    [Theory]
    [InlineData("1e3", "1000.0")]
    [InlineData("1.5e-7", "1.5e-07")]
    [InlineData("0.00001", "1e-05")]
    [InlineData("0.1", "0.1")]
    [InlineData("1.50", "1.5")]
    [InlineData("100.00", "100.0")]
    [InlineData("0.000", "0.0")]
    [InlineData("-0.0", "-0.0")]
    [InlineData("123456789012.345", "123456789012.345")]
    [InlineData("0.30000000000000004", "0.30000000000000004")]
    [InlineData("2.220446049250313e-16", "2.220446049250313e-16")]
    [InlineData("1.7976931348623157e308", "1.7976931348623157e+308")]
    public void A_number_that_a_float_holds_is_an_ordinary_float(string number, string printed) => Assert.Equal(printed, Evaluating.Json("{{ x }}", $$"""{"x": {{number}}}"""));

    [Theory]
    [InlineData("12345678901234567.89 == 12345678901234567.89", true)]
    [InlineData("12345678901234567.89 == 12345678901234567.88", false)]
    [InlineData("x == 12345678901234567.89", true)]
    [InlineData("x == -y", true)]
    [InlineData("x < 12345678901234567.9 and x > 12345678901234567", true)]
    [InlineData("x > 12345678901234567.88", true)]
    [InlineData("x in [1, 12345678901234567.89]", true)]
    [InlineData("half == 0.5 and half == 1 / 2", true)]
    [InlineData("two == 2 and 2 == two and two == 2.0", true)]
    [InlineData("nothing", false)]
    [InlineData("tiny", true)]
    [InlineData("huge > 10 ** 399 and huge < 10 ** 401 and huge == 10 ** 400", true)]
    [InlineData("huge < 1e999 and -huge > -1e999", true)]
    [InlineData("[x, huge, half, tiny] | sort == [tiny, half, x, huge]", true)]
    [InlineData("[x, huge, half, tiny] | max == huge", true)]
    [InlineData("[half, 0.5, x, x] | unique | list | length == 2", true)]
    public void Decimals_are_compared_by_their_digits(string condition, bool holds)
    {
        const string Context = """{"x": 12345678901234567.89, "y": -12345678901234567.89, "half": 0.50, "two": 2.00, "nothing": 0.00, "tiny": 1e-400, "huge": 1e400}""";
        Assert.Equal(holds, Evaluating.Test(condition, Context));
    }

    [Theory]
    [InlineData("{{ x + 1 }}", "1.2345678901234568e+16")]
    [InlineData("{{ x * 2 }}", "2.4691357802469136e+16")]
    [InlineData("{{ -x }}", "-12345678901234567.89")]
    [InlineData("{{ x | int }}", "12345678901234567")]
    [InlineData("{{ huge | int == 10 ** 400 }}", "true")]
    [InlineData("{{ price | round(1) }}", "19.9")]
    [InlineData("{{ '%.2f' | format(price) }}", "\"19.90\"")]
    [InlineData("{{ price * 2 }}", "39.8")]
    [InlineData("{{ -12345678901234567.89 }}", "-12345678901234567.89")]
    [InlineData("{{ 1.50 }}", "1.5")]
    [InlineData("{{ huge * 2 }}", "error Arithmetic: JSON has no number inf")]
    public void Arithmetic_is_that_of_floats_and_signs_and_integers_are_exact(string template, string result) =>
        Assert.Equal(result, Evaluating.Json(template, """{"x": 12345678901234567.89, "huge": 1e400, "price": 19.90}"""));
}
