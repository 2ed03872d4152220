using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using PlaybookOperator.Core.Executions;

namespace PlaybookOperator.Cli.Server;

/// <summary>The HTTP API of a running operator. Answers are JSON; anything else becomes one sentence for a person.</summary>
internal sealed class OperatorApi : IDisposable
{
    private const long MaxAnswerBytes = 64L << 20;
    private const int MostFailures = 60;
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private readonly HttpClient _http;

    /// <summary>The server as messages name it: without a user and a password, which its URL may have.</summary>
    private readonly string _place;

    private OperatorApi(Uri server, string? token)
    {
        _place = server.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = TimeSpan.FromSeconds(5) })
        {
            BaseAddress = server,
            Timeout = s_patience,
            MaxResponseContentBufferSize = MaxAnswerBytes,
        };
        if (token is not null) _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    /// <exception cref="UsageException">The server is no URL, or the token cannot stand in a header.</exception>
    public static OperatorApi Connect(string server, string? token)
    {
        if (!Uri.TryCreate(server.EndsWith('/') ? server : $"{server}/", UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            throw new UsageException($"--server must be an http or https URL such as http://127.0.0.1:8082, not '{server}'.");
        var given = token?.Trim();
        if (given?.Any(letter => letter is <= ' ' or > '~') == true) throw new UsageException("The token has characters that no token has.");
        return new OperatorApi(url, given is { Length: > 0 } ? given : null);
    }

    public Task<JsonElement> GetAsync(string path, CancellationToken cancellationToken) => SendAsync(HttpMethod.Get, path, cancellationToken);

    public Task<JsonElement> PostAsync(string path, CancellationToken cancellationToken) => SendAsync(HttpMethod.Post, path, cancellationToken);

    /// <summary>
    /// Events of an execution, live, until the terminal one. A connection that breaks is made anew from the last event that came, so each is told once.
    /// </summary>
    public async IAsyncEnumerable<JsonElement> FollowAsync(string path, long after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var failures = 0; ;)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.Add("Last-Event-ID", after.ToString(CultureInfo.InvariantCulture));
            using var response = await OpenAsync(request, failures, cancellationToken);
            if (response is { StatusCode: HttpStatusCode.NoContent }) yield break;
            var isOver = false;
            if (response is not null)
            {
                await using var items = SseParser.Create(await response.Content.ReadAsStreamAsync(cancellationToken)).EnumerateAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
                while (await NextAsync(items))
                {
                    failures = 0;
                    after = long.Parse(items.Current.EventId ?? "0", CultureInfo.InvariantCulture);
                    isOver = EventTypes.TryParse(items.Current.EventType, out var type) && type.IsTerminal();
                    yield return JsonElement.Parse(items.Current.Data);
                }
            }

            if (isOver) yield break;
            failures++;
            await Task.Delay(s_pause, TimeProvider.System, cancellationToken);
        }
    }

    /// <summary>False when the stream is over, or its connection has broken.</summary>
    private static async Task<bool> NextAsync(IAsyncEnumerator<SseItem<string>> items)
    {
        try
        {
            return await items.MoveNextAsync();
        }
        catch (Exception broken) when (broken is IOException or HttpRequestException)
        {
            return false;
        }
    }

    /// <summary>Null when the server cannot be reached just now; the first time, and too many times, that is an error.</summary>
    private async Task<HttpResponseMessage?> OpenAsync(HttpRequestMessage request, int failures, CancellationToken cancellationToken)
    {
        HttpResponseMessage response;
        try
        {
            response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        }
        catch (HttpRequestException failure)
        {
            if (failures is > 0 and < MostFailures) return null;
            throw new OperatorApiException(null, $"{_place} cannot be reached: {failure.GetBaseException().Message}");
        }

        if (response.IsSuccessStatusCode) return response;
        using (response)
        {
            if (failures is > 0 and < MostFailures && (int)response.StatusCode >= 500) return null;
            throw new OperatorApiException(response.StatusCode, Sentence(response, await response.Content.ReadAsByteArrayAsync(cancellationToken)));
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<JsonElement> SendAsync(HttpMethod method, string path, CancellationToken cancellationToken)
    {
        try
        {
            using var request = new HttpRequestMessage(method, path);
            using var response = await _http.SendAsync(request, cancellationToken);
            var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            if (response.IsSuccessStatusCode) return JsonElement.Parse(body);
            throw new OperatorApiException(response.StatusCode, Sentence(response, body));
        }
        catch (JsonException)
        {
            throw new OperatorApiException(null, $"{_place} answers, but not as an operator does.");
        }
        catch (HttpRequestException failure)
        {
            throw new OperatorApiException(null, $"{_place} cannot be reached: {failure.GetBaseException().Message}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new OperatorApiException(null, $"{_place} did not answer within {s_patience.TotalSeconds} s.");
        }
    }

    /// <summary>Of a problem document; else of the status alone.</summary>
    private string Sentence(HttpResponseMessage response, byte[] body)
    {
        var sentence = Said(response, body);
        // A server that refuses a request may repeat it.
        return _http.DefaultRequestHeaders.Authorization?.Parameter is { Length: > 0 } token ? sentence.Replace(token, "***", StringComparison.Ordinal) : sentence;
    }

    private string Said(HttpResponseMessage response, byte[] body)
    {
        var bare = $"{_place} answered {(int)response.StatusCode} {response.ReasonPhrase}.";
        if (response.Content.Headers.ContentType?.MediaType != "application/problem+json") return bare;
        return JsonElement.Parse(body) is { ValueKind: JsonValueKind.Object } problem && problem.TryGetProperty("detail", out var detail) ? detail.ToString() : bare;
    }
}

/// <summary>The operator refused, or did not answer.</summary>
/// <param name="Status">Null: there was no answer that could be read.</param>
internal sealed class OperatorApiException(HttpStatusCode? status, string message) : Exception(message)
{
    public HttpStatusCode? Status => status;
}
