using System.Text.RegularExpressions;
using PlaybookOperator.Operator.Api;
using PlaybookOperator.Operator.Tests.Support;
using Xunit;

namespace PlaybookOperator.Operator.Tests.Api;

/// <summary>The web page in a real browser.</summary>
public sealed partial class PageTests : IAsyncLifetime
{
    private readonly Engine _engine = new();
    private LoopbackApp? _app;

    public async ValueTask InitializeAsync() => _app = await ReadApi.StartAsync(_engine);

    [Fact]
    public async Task Executions_are_shown_newest_first_a_page_at_a_time()
    {
        for (var i = 0; i < 60; i++) await _engine.CreateAsync();
        var newest = _engine.Id;
        var page = await OpenAsync("");

        var links = Links().Matches(page);
        Assert.Equal(50, links.Count);
        Assert.Equal(newest.ToString(), links[0].Groups["id"].Value);
        Assert.Matches("<button id=\"older\">", page);
    }

    [Fact]
    public async Task A_loop_is_one_line_with_a_bar_and_its_iterations_tell_what_failed()
    {
        var id = await _engine.CreateAsync(
            "workflow: [{step: walk, loop: {in: [anna, bert, carl], iterator: name, key: '{{ name }}', mode: async, maxParallel: 3, workers: job, failurePolicy: collectAll}, tool: {kind: http, url: 'http://example.invalid/'}}]");
        await _engine.PassAsync();
        await _engine.FailAsync(_engine.Workers.Started.ElementAt(1));
        await _engine.ReportAsync(_engine.Workers.Started.ElementAt(2), "\"<img src=x onerror=alert(1)>\"");
        var page = await OpenAsync($"#/{id}");

        Assert.Contains("""<progress max="3" value="2">""", page, StringComparison.Ordinal);
        Assert.Contains("2 of 3 iterations, 1 active, 1 failed", page, StringComparison.Ordinal);
        Assert.Matches("walk\\[1\\]</td><td>bert</td><td><span class=\"FAILED\">FAILED</span>.*?503 from the server\\.", page);
        Assert.Matches("<td>1</td><td>Http: # from the server\\.</td>", page);
        Assert.Contains("iteration.failed", page, StringComparison.Ordinal);
        // What a worker brought is text.
        Assert.Contains("&lt;img src=x onerror=alert(1)&gt;", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<img", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_execution_is_followed_until_it_is_over()
    {
        var id = await _engine.CreateAsync();
        await _engine.PassAsync();
        var first = await OpenAsync($"#/{id}", 100);
        Assert.Matches("<p id=\"controls\">", first);
        await _engine.ReportAsync(_engine.Workers.Started.ElementAt(0));
        await _engine.PassAsync();
        var last = await OpenAsync($"#/{id}");
        Assert.Matches("<p id=\"controls\" hidden=\"\">", last);
        Assert.Contains("playbook.completed", last, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_not_there_is_told()
    {
        Assert.Contains("There is no execution 4242.", await OpenAsync("#/4242"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_token_the_page_asks_for_one_and_shows_nothing()
    {
        await using var guarded = await ReadApi.StartAsync(_engine, ApiOptions.KubernetesAuth);
        await _engine.CreateAsync();
        var page = await Browser.OpenAsync(guarded.Client.BaseAddress!);
        Assert.Matches("<form id=\"sign-in\">", page);
        Assert.Matches("<main id=\"list\" hidden=\"\">", page);
        Assert.Empty(Links().Matches(page));
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null) await _app.DisposeAsync();
        _engine.Dispose();
    }

    private Task<string> OpenAsync(string hash, int milliseconds = 3000) => Browser.OpenAsync(new Uri(_app!.Client.BaseAddress!, hash), milliseconds);

    [GeneratedRegex("href=\"#/(?<id>[0-9]+)\"", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Links();
}
