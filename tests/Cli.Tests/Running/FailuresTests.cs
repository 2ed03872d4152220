using System.Text.Json;

namespace PlaybookOperator.Cli.Tests.Running;

/// <summary>What <c>playbook run</c> tells of failures: by signature, in its summary and as JSON.</summary>
public sealed class FailuresTests : IDisposable
{
    private const string Book = """
        workflow:
        - step: walk
          loop: {in: '{{ range(LENGTH) }}', mode: async, failurePolicy: collectAll, collect: none}
          tool: {kind: transform, result: '{{ item }}'}
          case: [{when: '{{ event.name == ''call.done'' and result % 2 == 0 }}', then: {fail: 'row {{ item }} is locked'}}, {when: '{{ event.name == ''call.done'' and result % 5 == 0 }}', then: {fail: 'no user "{{ item }}"'}}]
        """;

    private readonly PlaybookFolder _folder = new();

    [Theory]
    [InlineData(20)]
    [InlineData(200)] // a pool
    public async Task Failures_are_told_by_signature_most_frequent_first(int length)
    {
        _folder.Write("book.yaml", Book.Replace("LENGTH", $"{length}", StringComparison.Ordinal));
        var json = await PlaybookCommand.RunAsync("run", _folder.Path("book.yaml"), "--output", "json");
        Assert.Equal(0, json.ExitCode);
        using var document = JsonDocument.Parse(json.Output);
        Assert.Equal(
            [("Fail: row # is locked", length / 2), ("Fail: no user '…'", length / 10)],
            document.RootElement.GetProperty("failures").EnumerateArray().Select(one => (one.GetProperty("signature").GetString()!, one.GetProperty("count").GetInt32())));
        var text = await PlaybookCommand.RunAsync("run", _folder.Path("book.yaml"));
        Assert.Matches($"Failures:\n +{length / 2}  Fail: row # is locked\n +{length / 10}  Fail: no user '…'", text.Output);
    }

    public void Dispose() => _folder.Dispose();
}
