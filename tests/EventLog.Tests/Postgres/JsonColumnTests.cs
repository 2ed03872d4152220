using System.Text.Json;
using PlaybookOperator.EventLog.Postgres;

namespace PlaybookOperator.EventLog.Tests.Postgres;

public sealed class JsonColumnTests
{
    [Theory]
    [InlineData("""{"a":[1,2.50,"x"],"b":null}""")]
    [InlineData("\"\\ud83d\\ude00\"")]
    [InlineData("\"\\\\u0000 is text\"")]
    [InlineData("[1.50, -0.5, 12345678901234567.89, 1e-07]")]
    public void Ordinary_json_is_stored_as_it_is(string json) => Assert.Equal(json, JsonColumn.Write(JsonElement.Parse(json)));

    [Theory]
    [InlineData("\"\\u0000\"")]
    [InlineData("{\"k\\u0000\":1}")]
    [InlineData("[\"\\ud83d\"]")]
    [InlineData("\"\\ude00\\ud83d\"")]
    [InlineData("\"\\\\\\u0000\"")]
    [InlineData("1e400")]
    [InlineData("1e+16")]
    [InlineData("[-0.0]")]
    [InlineData("1.2345678901234567890123e-5")]
    [InlineData("-2E-99999999999")]
    [InlineData("""{"$json":"1"}""")]
    public void Json_that_a_column_refuses_or_would_change_is_wrapped_and_reads_back(string json)
    {
        var stored = JsonColumn.Write(JsonElement.Parse(json));
        Assert.StartsWith("{\"$json\":", stored, StringComparison.Ordinal);
        Assert.Equal(json, JsonColumn.Read(stored)?.GetRawText());
        // As jsonb prints it.
        Assert.Equal(json, JsonColumn.Read(stored.Replace("{\"$json\":", "{\"$json\": ", StringComparison.Ordinal))?.GetRawText());
    }

    [Fact]
    public void A_number_of_very_many_digits_is_wrapped()
    {
        var digits = new string('7', 3_000);
        Assert.Equal($$"""{"$json":"{{digits}}"}""", JsonColumn.Write(JsonElement.Parse(digits)));
    }

    [Fact]
    public void Nothing_stays_nothing() => Assert.Equal((null, null), (JsonColumn.Write((JsonElement?)null), JsonColumn.Read(null)));
}
