using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace PlaybookOperator.Kubernetes.Tests.Server;

/// <param name="Call">Method and path; WATCH instead of GET for watches.</param>
internal sealed record ReceivedRequest(string Call, IQueryCollection Query, IHeaderDictionary Headers, string Body)
{
    public JsonNode Json => JsonNode.Parse(Body)!;

    public static async Task<ReceivedRequest> ReadAsync(HttpRequest request)
    {
        request.EnableBuffering();
        using var reader = new StreamReader(request.Body, leaveOpen: true);
        var method = request.Query.ContainsKey("watch") ? "WATCH" : request.Method;
        var headers = new HeaderDictionary(request.Headers.ToDictionary(header => header.Key, header => header.Value));
        var body = await reader.ReadToEndAsync();
        request.Body.Position = 0;
        return new ReceivedRequest($"{method} {request.Path.Value}", request.Query, headers, body);
    }
}
