using System.Text.Json;
using PlaybookOperator.Core.Work;
using PlaybookOperator.Testing;
using Xunit;

namespace PlaybookOperator.Worker.Tests.Tools.Secrets;

/// <summary>
/// Every way on which something leaves a worker, with every encoding of a secret that came back from somewhere: none of the steps names it.
/// </summary>
public sealed class WaysOutTests : IAsyncLifetime
{
    private const string Secret = "it's <a> \"q\" é/ü\\n +&= % 20 \U0001F600;";
    private string _said = "";
    private EchoServer _server = null!;
    private TaskBench _bench = null!;

    public static TheoryData<string, string> Ways => new()
    {
        { "result", """{"tool": {"kind": "transform", "result": "<{{ came }}>"}}""" },
        { "a deep part of a result", """{"tool": {"kind": "transform", "result": {"a": [1, {"b": "{{ came }}"}]}}}""" },
        { "name in a result", """{"tool": {"kind": "transform", "result": "{{ {came: 1} }}"}}""" },
        { "result as JSON in a text", """{"tool": {"kind": "transform", "result": "{{ {'a': came} | tojson }}"}}""" },
        { "answer", """{"tool": {"kind": "http", "url": "URL/200"}}""" },
        { "error", """{"tool": {"kind": "http", "url": "URL/500"}}""" },
        { "error with JSON", """{"tool": {"kind": "http", "url": "URL/501"}}""" },
        { "note of a retry", """{"tool": {"kind": "http", "url": "URL/500"}, "retry": {"when": "true", "max_attempts": 2, "initial_delay": 0}}""" },
        { "error of a sink", """{"tool": {"kind": "noop"}, "sink": {"tool": "http", "url": "URL/500"}}""" },
        { "response that a case reads", """{"tool": {"kind": "http", "url": "URL/500"}, "case": [{"when": "error", "then": {"vars": {"x": "{{ response }}"}}}]}""" },
        { "error that shows a value", """{"tool": {"kind": "http", "url": "{{ came }}"}}""" },
        { "error of an aggregate", """{"tool": {"kind": "transform", "result": "{{ came }}"}, "aggregate": {"n": "{{ result }}"}}""" },
        { "output", """{"tool": {"kind": "shell", "cmds": "printf '%s\\n' \"$T\"", "env": {"T": "{{ came }}"}}}""" },
        { "error output", """{"tool": {"kind": "shell", "cmds": "printf '%s\\n' \"$T\" >&2; exit 1", "env": {"T": "{{ came }}"}}}""" },
    };

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task No_encoding_of_a_secret_leaves_by_it(string way, string task)
    {
        // That way adds a level of JSON, and two levels of anything are what is seen through.
        var isWrapped = way == "result as JSON in a text";
        foreach (var (name, text, telling) in SecretEncodings.Escaped(Secret).Select(one => (one.Name, one.Text, one.Text)).Concat(SecretEncodings.Enclosed(Secret)))
        {
            if (isWrapped && name.Contains(" in ", StringComparison.Ordinal)) continue;
            _said = text;
            _bench.Variables = JsonSerializer.Serialize(new { came = text });
            var report = JsonSerializer.SerializeToElement(await _bench.RunAsync(task), WorkJson.Default.WorkReport);
            var left = Texts(report).FirstOrDefault(one => one.Contains(telling, StringComparison.Ordinal) || one.Contains(JsonSerializer.Serialize(telling)[1..^1], StringComparison.Ordinal));
            Assert.True(left is null, $"By {way}, {name} leaves: {left}");
            Assert.True(report.GetRawText().Contains("***", StringComparison.Ordinal), $"By {way}, {name} did not leave at all, which tests nothing: {report}");
        }
    }

    [Theory]
    [InlineData("48213377", "{{ 48213377 }}")]
    [InlineData("48213377", "48213377")]
    [InlineData("48213377", "{{ 4.8213377e7 }}")]
    [InlineData("0048213377", "{{ 48213377 }}")]
    [InlineData("48213377.5", "{{ 48213377.50 }}")]
    [InlineData("-48213377", "{{ -48213377 }}")]
    public async Task A_number_that_is_a_secret_is_no_number_of_an_aggregate(string secret, string result)
    {
        _bench.Secrets.Clear();
        _bench.Secrets["PIN"] = secret;
        var report = await _bench.RunAsync($$$"""{"tool": {"kind": "transform", "result": "{{{result}}}"}, "aggregate": {"pin": "{{ result }}", "other": 7} }""");
        Assert.Equal([7.0, null], report.Numbers);
        Assert.Equal(("***", 1), (report.Result!.Value.GetString(), report.Warnings));
    }

    [Fact]
    public async Task A_number_is_a_secret_however_its_digits_are_written()
    {
        _bench.Secrets.Clear();
        _bench.Secrets["PIN"] = "48213377";
        _bench.Variables = """{"came": 4.8213377E7, "text": "4.8213377E7"}""";
        var report = await _bench.RunAsync("""{"tool": {"kind": "transform", "result": "{{ came }}"}, "aggregate": {"a": "{{ came }}", "b": "{{ text }}", "c": 1} }""");
        Assert.Equal(("***", 2), (report.Result!.Value.GetString(), report.Warnings));
        Assert.Equal([null, null, 1.0], report.Numbers);
    }

    [Fact]
    public async Task What_is_too_short_to_be_a_secret_is_not_masked()
    {
        _bench.Secrets.Clear();
        _bench.Secrets["PIN"] = "123";
        Assert.Equal("123 and 1234", (await _bench.RunAsync("""{"tool": {"kind": "transform", "result": "123 and 1234"}}""")).Result!.Value.GetString());
    }

    public ValueTask InitializeAsync()
    {
        _server = new EchoServer(head =>
        {
            var status = int.Parse(head.Split(' ')[1].Trim('/'), System.Globalization.CultureInfo.InvariantCulture);
            return status == 501
                ? EchoServer.Answer(501, JsonSerializer.Serialize(new { said = _said }), "Content-Type: application/json")
                : EchoServer.Answer(status, _said, "Content-Type: text/plain; charset=utf-8");
        });
        _bench = new TaskBench($"http://127.0.0.1:{_server.Port}");
        (_bench.Secrets["UNNAMED"], _bench.Secrets["OTHER"]) = (Secret, "other-t0ken");
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        _bench.Dispose();
        await _server.DisposeAsync();
    }

    private static IEnumerable<string> Texts(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => [value.GetString()!],
        JsonValueKind.Array => value.EnumerateArray().SelectMany(Texts),
        JsonValueKind.Object => value.EnumerateObject().SelectMany(member => Texts(member.Value).Prepend(member.Name)),
        _ => [],
    };
}
