using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace PlaybookOperator.Cases.Tests.Documents;

/// <summary>Answers as a block's case says, and every other call with an empty map.</summary>
internal sealed class BlockServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Dictionary<string, Queue<string>> _answers;
    private readonly ILookup<string, string> _headers;

    private BlockServer(WebApplication app, BlockCase block)
    {
        _app = app;
        _answers = block.Answers.GroupBy(answer => answer.Call).ToDictionary(group => group.Key, group => new Queue<string>(group.Select(answer => answer.Value)));
        _headers = block.Headers.ToLookup(header => header.Call, header => header.Value);
    }

    public string Url => _app.Urls.Single();

    /// <summary>Method, path and query of each call, in order.</summary>
    public ConcurrentQueue<string> Calls { get; } = new();

    public static async Task<BlockServer> StartAsync(BlockCase block)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var server = new BlockServer(app, block);
        app.Run(server.AnswerAsync);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return server;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var call = $"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}";
        Calls.Enqueue(call);
        var known = _answers.ContainsKey(call) || _headers.Contains(call) ? call : $"{context.Request.Method} {context.Request.Path}";
        var answer = Next(known);
        if (answer.Length > 4 && answer[3] == ' ' && int.TryParse(answer[..3], out var status)) (context.Response.StatusCode, answer) = (status, answer[4..]);
        context.Response.ContentType = "application/json";
        foreach (var header in _headers[known])
        {
            var colon = header.IndexOf(':', StringComparison.Ordinal);
            context.Response.Headers[header[..colon]] = header[(colon + 1)..].Trim().Replace("$api", Url, StringComparison.Ordinal);
        }

        await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(answer.Replace("$api", Url, StringComparison.Ordinal)), context.RequestAborted);
    }

    private string Next(string call)
    {
        if (!_answers.TryGetValue(call, out var answers)) return "{}";
        lock (answers) return answers.Count > 1 ? answers.Dequeue() : answers.Peek();
    }
}
