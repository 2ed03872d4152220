using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace PlaybookOperator.Operator.Tests.Support;

/// <summary>What the operator was asked and what it answered: address, headers and body of each request, and the body of its answer.</summary>
internal sealed class RecordedTraffic
{
    private readonly ConcurrentQueue<string> _calls = new();

    public IReadOnlyCollection<string> Calls => _calls;

    public void Clear() => _calls.Clear();

    public async Task RecordAsync(HttpContext context, RequestDelegate next)
    {
        var request = new MemoryStream();
        await context.Request.Body.CopyToAsync(request);
        request.Position = 0;
        context.Request.Body = request;
        var (body, answer) = (context.Response.Body, new MemoryStream());
        context.Response.Body = answer;
        await next(context);
        _calls.Enqueue(string.Join('\n',
            $"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}",
            string.Join('\n', context.Request.Headers.Select(header => $"{header.Key}: {header.Value}")),
            Encoding.UTF8.GetString(request.ToArray()),
            $"{context.Response.StatusCode}",
            Encoding.UTF8.GetString(answer.ToArray())));
        answer.Position = 0;
        await answer.CopyToAsync(body);
    }
}
