using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using PlaybookOperator.Core.Work;

namespace PlaybookOperator.Worker;

/// <summary>The calls of the worker protocol, each made once.</summary>
internal sealed class OperatorClient : IDisposable
{
    public const string VersionHeader = "X-Playbook-Worker-Version";

    /// <summary>An assignment carries results of earlier steps, which are at most 64 MiB.</summary>
    private const long MaxAnswerBytes = 128L << 20;

    private readonly HttpClient _http;

    public OperatorClient(Uri apiUrl)
    {
        // The operator is a service of the cluster: never behind a proxy.
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(5) })
        {
            BaseAddress = apiUrl.AbsoluteUri.EndsWith('/') ? apiUrl : new Uri($"{apiUrl.AbsoluteUri}/"),
            Timeout = TimeSpan.FromSeconds(60),
            MaxResponseContentBufferSize = MaxAnswerBytes,
        };
        _http.DefaultRequestHeaders.Add(VersionHeader, Assignment.CurrentVersion.ToString());
    }

    public Task<CallAnswer<SessionAnswer>> ExchangeAsync(string token, CancellationToken cancellationToken) =>
        PostAsync("worker/v1/session", null, Body(new SessionRequest(token), WorkJson.Default.SessionRequest), WorkJson.Default.SessionAnswer, cancellationToken, token);

    /// <summary>An answer without a value: there is nothing to do.</summary>
    public Task<CallAnswer<Assignment>> ClaimAsync(string session, CancellationToken cancellationToken) =>
        PostAsync("worker/v1/claim?references=true", session, null, WorkJson.Default.Assignment, cancellationToken);

    public Task<CallAnswer<InputAnswer>> ReadInputAsync(string session, InputRequest asked, CancellationToken cancellationToken) =>
        PostAsync("worker/v1/input", session, Body(asked, WorkJson.Default.InputRequest), WorkJson.Default.InputAnswer, cancellationToken);

    public Task<CallAnswer<ReportAnswer>> ReportAsync(string session, byte[] reports, CancellationToken cancellationToken) =>
        PostAsync("worker/v1/reports", session, reports, WorkJson.Default.ReportAnswer, cancellationToken);

    public Task<CallAnswer<ProgressAnswer>> SaveAsync(string session, ProgressReport progress, CancellationToken cancellationToken) =>
        PostAsync("worker/v1/progress", session, Body(progress, WorkJson.Default.ProgressReport), WorkJson.Default.ProgressAnswer, cancellationToken);

    /// <summary>An answer without a value: the container has not ended.</summary>
    public Task<CallAnswer<OutputAnswer>> ReadOutputAsync(string session, OutputRequest asked, CancellationToken cancellationToken) =>
        PostAsync("worker/v1/output", session, Body(asked, WorkJson.Default.OutputRequest), WorkJson.Default.OutputAnswer, cancellationToken);

    public Task<CallAnswer<ReportAnswer>> ReportOutputAsync(string session, MaskedOutput output, CancellationToken cancellationToken) =>
        PostAsync("worker/v1/output/masked", session, Body(output, WorkJson.Default.MaskedOutput), WorkJson.Default.ReportAnswer, cancellationToken);

    public Task<CallAnswer<PoolReply>> LeaseAsync(string session, byte[] request, CancellationToken cancellationToken) =>
        PostAsync("worker/v1/lease", session, request, WorkJson.Default.PoolReply, cancellationToken);

    /// <summary>An answer without a value: no such result is known.</summary>
    public Task<CallAnswer<QueryFound>> FindQueryAsync(string session, QueryLookup lookup, CancellationToken cancellationToken) =>
        PostAsync("worker/v1/query/get", session, Body(lookup, WorkJson.Default.QueryLookup), WorkJson.Default.QueryFound, cancellationToken);

    /// <summary>Answered without a value.</summary>
    public Task<CallAnswer<QueryFound>> StoreQueryAsync(string session, QueryStore store, CancellationToken cancellationToken) =>
        PostAsync("worker/v1/query/put", session, Body(store, WorkJson.Default.QueryStore), WorkJson.Default.QueryFound, cancellationToken);

    public void Dispose() => _http.Dispose();

    internal static byte[] Body<T>(T value, JsonTypeInfo<T> type) => JsonSerializer.SerializeToUtf8Bytes(value, type);

    /// <param name="token">In the body; it must not be repeated, as the session must not.</param>
    private async Task<CallAnswer<T>> PostAsync<T>(
        string path, string? session, byte[]? body, JsonTypeInfo<T> type, CancellationToken cancellationToken, string? token = null)
        where T : class
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, path);
            if (session is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", session);
            request.Content = new ByteArrayContent(body ?? []);
            if (body is not null) request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            using var response = await _http.SendAsync(request, cancellationToken);
            if (response.StatusCode == HttpStatusCode.NoContent) return new(null, null);
            if (!response.IsSuccessStatusCode) return new(null, await RefusalAsync(response, session ?? token, cancellationToken));
            var bytes = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            return JsonSerializer.Deserialize(bytes, type) is { } value ? new(value, null) : new(null, CallRefusal.Unreadable("null"));
        }
        catch (JsonException exception)
        {
            return new(null, CallRefusal.Unreadable($"JSON wrong at {exception.Path}"));
        }
        catch (HttpRequestException exception)
        {
            return new(null, CallRefusal.Unreachable(exception.GetBaseException().Message));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new(null, CallRefusal.Unreachable("no answer in time"));
        }
    }

    /// <summary>Whoever answers may repeat what it refuses, and the reason is logged.</summary>
    private static async Task<CallRefusal> RefusalAsync(HttpResponseMessage response, string? token, CancellationToken cancellationToken)
    {
        var detail = await ProblemTitle.ReadAsync(response, token, cancellationToken);
        var retryAfter = response.Headers.RetryAfter?.Delta;
        return new CallRefusal(response.StatusCode, $"{(int)response.StatusCode} {detail ?? response.ReasonPhrase}", retryAfter);
    }
}
