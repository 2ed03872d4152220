using System.Net;
using System.Net.Http.Headers;
using System.Text;
using PlaybookOperator.Kubernetes.Configuration;
using PlaybookOperator.Kubernetes.Metrics;

namespace PlaybookOperator.Kubernetes.Client;

/// <summary>
/// Sends requests with credentials, within the rate, again where that is safe, and turns every failure into an
/// <see cref="ApiException"/>. Thread-safe.
/// </summary>
internal sealed class RequestSender(
    HttpClient http, KubeConfig config, ApiClientOptions options, TimeProvider time, KubernetesMetrics metrics)
{
    private const int MaxStatusBytes = 1024 * 1024;

    // The server may live below a path of its own, which a relative address would lose.
    private readonly string _root = config.Server.AbsoluteUri.TrimEnd('/');
    private readonly TokenBucket _rate = new(options.RequestsPerSecond, options.RequestBurst, time);

    /// <summary>The whole body of a successful answer, after as many attempts as the options allow.</summary>
    public async Task<ReadOnlyMemory<byte>> SendAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var backoff = new Backoff(options.InitialRetryDelay, options.MaxRetryDelay, Random.Shared.NextDouble);
        for (var attempt = 1; ; attempt++)
        {
            var delay = TimeSpan.Zero;
            try
            {
                return await AttemptAsync(request, cancellationToken);
            }
            catch (ApiException failure) when (MayRetry(request, failure, attempt))
            {
                delay = backoff.Next();
                if (failure.RetryAfter > delay) delay = failure.RetryAfter.Value;
                if (time.GetElapsedTime(started) + delay > options.RetryBudget) throw;
            }

            await Task.Delay(delay, time, cancellationToken);
        }
    }

    /// <summary>
    /// One attempt up to the headers of a successful answer, which the caller reads and disposes. The time limit is the caller's.
    /// </summary>
    public async Task<HttpResponseMessage> OpenAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var (response, token) = await ExchangeAsync(request, renewCredential: false, cancellationToken);
        if (response.StatusCode == HttpStatusCode.Unauthorized && config.Credential.IsRenewable)
        {
            response.Dispose();
            (response, token) = await ExchangeAsync(request, renewCredential: true, cancellationToken);
        }

        if (response.IsSuccessStatusCode) return response;
        using (response)
        {
            var body = await BoundedBody.ReadAsync(response.Content, MaxStatusBytes, cancellationToken);
            var wait = FailureTranslation.RetryAfter(response.Headers.RetryAfter, time.GetUtcNow());
            throw FailureTranslation.FromAnswer(request, response.StatusCode, WithoutTokens(body, token, request.Token), wait);
        }
    }

    /// <summary>Waits for the request's turn; before any time limit begins.</summary>
    public ValueTask WaitTurnAsync(ApiRequest request, CancellationToken cancellationToken) =>
        request.RateLimited ? _rate.WaitAsync(cancellationToken) : ValueTask.CompletedTask;

    public ApiException Translate(ApiRequest request, Exception exception) =>
        exception as ApiException ?? FailureTranslation.FromTransport(request, exception, config.Server);

    public ApiException TimedOut(ApiRequest request, TimeSpan after) => FailureTranslation.TimedOut(request, after, config.Server);

    private bool MayRetry(ApiRequest request, ApiException failure, int attempt)
    {
        if (attempt >= options.MaxAttempts || !failure.IsTransient) return false;
        // A server that answers 429 has not begun the work, so even what is not idempotent may be sent again.
        return request.Idempotent || failure is ApiTooManyRequestsException;
    }

    private async Task<ReadOnlyMemory<byte>> AttemptAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        await WaitTurnAsync(request, cancellationToken);
        using var limit = new CancellationTokenSource(options.RequestTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            using var response = await OpenAsync(request, either.Token);
            var body = await BoundedBody.ReadAsync(response.Content, options.MaxResponseBytes, either.Token);
            if (body.Length <= options.MaxResponseBytes) return body;
            throw new ApiResponseException($"The answer to {request.Deed()} is larger than the limit of {options.MaxResponseBytes} bytes.") { IsTooLarge = true };
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw TimedOut(request, options.RequestTimeout);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw Translate(request, exception);
        }
    }

    private async ValueTask<Credential> CredentialAsync(bool renew, CancellationToken cancellationToken)
    {
        try
        {
            var credential = await config.Credential.GetAsync(renew, cancellationToken);
            // No header may carry it, and what says so otherwise is no failure that callers know.
            return credential.Token?.Any(letter => letter is <= ' ' or > '~') == true
                ? throw new ApiUnauthorizedException("The token for the API server has characters that no token has.")
                : credential;
        }
        catch (KubeConfigException exception)
        {
            // Callers go on trying after any ApiException: a plugin that failed may well succeed later.
            throw new ApiUnauthorizedException(exception.Message, exception);
        }
    }

    /// <summary>Servers and what stands before them may repeat what they refuse, and messages are logged.</summary>
    private static byte[] WithoutTokens(ReadOnlyMemory<byte> body, params ReadOnlySpan<string?> tokens)
    {
        var text = Encoding.UTF8.GetString(body.Span);
        foreach (var token in tokens)
            if (token is { Length: > 0 }) text = text.Replace(token, "***", StringComparison.Ordinal);
        return Encoding.UTF8.GetBytes(text);
    }

    /// <summary>The answer up to its headers, and the token that the request bore.</summary>
    private async Task<(HttpResponseMessage Response, string? Token)> ExchangeAsync(ApiRequest request, bool renewCredential, CancellationToken cancellationToken)
    {
        var credential = await CredentialAsync(renewCredential, cancellationToken);
        using var message = new HttpRequestMessage(request.Method, new Uri(_root + request.Path));
        // The handler expects the certificate, and names the server in the handshake, by this header.
        if (config.TlsServerName is { Length: > 0 } name) message.Headers.Host = name;
        if (credential.Token is { } token) message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (!request.Body.IsEmpty)
        {
            message.Content = new ReadOnlyMemoryContent(request.Body);
            message.Content.Headers.ContentType = new MediaTypeHeaderValue(request.ContentType);
        }

        try
        {
            var response = await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            metrics.Requests.Answered(response.StatusCode, request.Method);
            return (response, credential.Token);
        }
        catch (Exception)
        {
            metrics.Requests.Unanswered(request.Method);
            throw;
        }
    }
}
