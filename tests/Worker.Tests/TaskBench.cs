using System.Net.Http.Json;
using System.Text.Json;
using PlaybookOperator.Core.Work;
using PlaybookOperator.Tools;
using PlaybookOperator.Tools.Queries;
using PlaybookOperator.Tools.Running;
using PlaybookOperator.Tools.Secrets;

namespace PlaybookOperator.Worker.Tests;

/// <summary>Runs one task as a worker would, against the sample API, with counters of its own.</summary>
internal sealed class TaskBench : IDisposable
{
    private readonly string _url;
    private readonly ToolRegistry _tools;

    public TaskBench(string url, TimeProvider? time = null)
    {
        _url = url;
        Time = time ?? TimeProvider.System;
        _tools = new ToolRegistry(Time);
    }

    public TimeProvider Time { get; }

    public ToolInstances Instances => _tools.Instances;

    public string RunKey { get; } = Guid.NewGuid().ToString("N");

    public Dictionary<string, string> Secrets { get; } = new(StringComparer.Ordinal);

    public RunnerOptions Options { get; set; } = new();

    /// <summary>JSON object: what the assignment brings.</summary>
    public string Variables { get; set; } = "{}";

    public string WorkloadTemplate { get; set; } = "{}";

    public string WorkloadValues { get; set; } = "{}";

    public double Random { get; set; } = 0.5;

    public int AttemptsUsed { get; set; }

    public long MaxResultBytes { get; set; } = 64L << 20;

    public long? MaxInlineResultBytes { get; set; }

    /// <summary>Earlier results of steps with <c>cache</c>; null: there are none.</summary>
    public IQueryCache? Queries { get; set; }

    /// <summary>What reports tell of; null: they do not.</summary>
    public WorkerCaches? Caches { get; set; }

    /// <summary>What an earlier delivery had saved.</summary>
    public PageProgress? Progress { get; set; }

    /// <summary>Where this delivery saves its progress; null: nowhere.</summary>
    public SaveProgress? Save { get; set; }

    /// <summary><c>URL/</c> and <c>RUNKEY</c> in the task stand for those of this bench.</summary>
    public Task<WorkReport> RunAsync(string task) => RunAsync(task, CancellationToken.None);

    public async Task<WorkReport> RunAsync(string task, CancellationToken cancellationToken)
    {
        return await Runner().RunAsync(Assign(task), Save, cancellationToken);
    }

    /// <summary>What a worker process has one of.</summary>
    public AssignmentRunner Runner() => new(_tools, new GivenSecrets(Secrets), Options, Time, () => Random, Queries, Caches);

    public Assignment Assign(string task) => new()
    {
        ExecutionId = 7_123_456_789_012_345_678,
        RunId = 12,
        Step = "fetch",
        Epoch = 0,
        Index = 3,
        Fence = 1,
        AttemptsUsed = AttemptsUsed,
        IterationId = "7-12-3",
        Now = DateTimeOffset.UnixEpoch,
        Task = Parse(task),
        WorkloadTemplate = Parse(WorkloadTemplate),
        WorkloadValues = Parse(WorkloadValues),
        Variables = Parse(Variables),
        Secrets = [.. Secrets.Keys],
        MaxResultBytes = MaxResultBytes,
        MaxInlineResultBytes = MaxInlineResultBytes,
        Progress = Progress,
    };

    /// <summary>Paths and queries of the requests that the sample API got from this bench, in order.</summary>
    public async Task<IReadOnlyList<string>> RequestsAsync()
    {
        using var client = new HttpClient();
        var log = await client.GetFromJsonAsync<JsonElement>($"{_url}/requests?run_key={RunKey}");
        return [.. log.GetProperty("requests").EnumerateArray().Select(request => request.GetProperty("path").GetString() + request.GetProperty("query").GetString())];
    }

    public void Dispose() => _tools.Dispose();

    private JsonElement Parse(string json) =>
        JsonElement.Parse(json.Replace("URL/", $"{_url}/", StringComparison.Ordinal).Replace("RUNKEY", RunKey, StringComparison.Ordinal));
}
