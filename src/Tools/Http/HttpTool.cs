using System.Net;
using PlaybookOperator.Core.Templates;
using PlaybookOperator.Core.Work;
using PlaybookOperator.Tools.Queries;
using PlaybookOperator.Tools.Secrets;

namespace PlaybookOperator.Tools.Http;

/// <summary>The <c>http</c> tool. Statuses of 400 and more are errors, 3xx are results unless redirects are followed.</summary>
internal sealed class HttpTool(ToolInstances instances, TimeProvider time) : ICacheableTool
{
    private const int MaxRedirects = 10;
    private const int MaxShownBodyLength = 200;

    public async ValueTask<CallOutcome> CallAsync(CallRequest request, CallContext context, CancellationToken cancellationToken)
    {
        var (call, error) = await HttpCall.ReadAsync(request, context, cancellationToken);
        if (call is null) return CallOutcome.Failed(error!);
        using var limit = new CancellationTokenSource(call.Timeout ?? Timeout.InfiniteTimeSpan, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await FollowAsync(call, context.Secrets, linked.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return CallOutcome.Failed(CallErrors.Timeout(Describe(call), call.Timeout ?? TimeSpan.Zero));
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or InvalidDataException)
        {
            return CallOutcome.Failed(HttpFailures.Describe(Describe(call), call, exception));
        }
        catch (Exception exception) when (HttpFailures.IsUnsendable(exception))
        {
            return CallOutcome.Failed(HttpFailures.Unsendable(Describe(call), call, exception));
        }
    }

    public async ValueTask<CacheableCall?> ReadAsync(CallRequest request, CallContext context, CancellationToken cancellationToken)
    {
        var (call, _) = await HttpCall.ReadAsync(request, context, cancellationToken);
        return call is not null && call.Method == HttpMethod.Get ? new HttpRead(call) : null;
    }

    private async Task<CallOutcome> FollowAsync(HttpCall call, SecretScope secrets, CancellationToken cancellationToken)
    {
        for (var hops = 0; ; hops++)
        {
            using var message = ToMessage(call);
            using var response = await instances.Http.SendAsync(message, cancellationToken);
            if (!call.FollowRedirects || HttpRedirect.Next(call, response) is not { } next) return await ReadAsync(call, response, secrets, cancellationToken);
            if (hops == MaxRedirects)
                return CallOutcome.Failed(new(WorkErrorKind.Http, $"{Describe(call)} redirected more than {MaxRedirects} times.", (int)response.StatusCode));
            call = next with { Shown = ShownUrl.OfRedirect(call, next.Url, secrets.Mask) };
        }
    }

    private static HttpRequestMessage ToMessage(HttpCall call)
    {
        var message = new HttpRequestMessage(call.Method, call.Url) { Version = HttpVersion.Version11 };
        if (call.Body is { } body)
        {
            message.Content = new ByteArrayContent(body.Content);
            if (body.ContentType is { } type) message.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        }

        foreach (var (name, value) in call.Headers)
        {
            // Headers about the content are kept apart by the framework, and go out only with one: some servers want Content-Type with a GET too.
            if (!message.Headers.TryAddWithoutValidation(name, value)) (message.Content ??= new ByteArrayContent([])).Headers.TryAddWithoutValidation(name, value);
        }

        if (!message.Headers.Contains("User-Agent")) message.Headers.TryAddWithoutValidation("User-Agent", "playbook-worker/1");
        if (!message.Headers.Contains("Accept")) message.Headers.TryAddWithoutValidation("Accept", "application/json, */*;q=0.5");
        return message;
    }

    private async Task<CallOutcome> ReadAsync(HttpCall call, HttpResponseMessage response, SecretScope secrets, CancellationToken cancellationToken)
    {
        var status = (int)response.StatusCode;
        var headers = HttpResponseValues.Headers(response);
        var seen = new CallOutcome
        {
            Status = status,
            Headers = headers,
            Links = Links(headers, call.Url),
            RetryAfter = HttpResponseValues.RetryAfter(response, time.GetUtcNow()),
        };
        var body = HttpResponseValues.HasBody(call.Method, response)
            ? await BoundedBody.ReadAsync(response.Content, call.MaxResponseBytes, cancellationToken)
            : ReadOnlyMemory<byte>.Empty;
        if (body is null && status < 400) return seen with { Error = TooLarge(call) };
        var data = HttpResponseValues.Read(MediaType.Parse(headers.GetMember("content-type").ToText()), body.GetValueOrDefault());
        if (status >= 400)
        {
            var said = data.IsBase64 ? "" : Readable(data.Data, call, secrets.Mask);
            return seen with { Response = data.Data, Error = Refused(call, response, said) };
        }

        if (data.Problem is { } problem) return seen with { Error = new(WorkErrorKind.InvalidResponse, $"{Describe(call)} answered {status} with a body {problem}", status) };
        return seen with { Response = data.Data, Result = Result(status, headers, call.Shown, data) };
    }

    private static Value Result(int status, Value headers, ShownUrl url, HttpData data)
    {
        List<KeyValuePair<string, Value>> members =
        [
            new("status_code", Value.From(status)),
            new("headers", headers),
            new("url", Value.From(url.Text)),
            new("data", data.Data),
        ];
        if (data.IsBase64) members.Add(new("encoding", Value.From("base64")));
        return Value.Map(members);
    }

    /// <summary>What the <c>Link</c> header says.</summary>
    internal static Value Links(Value headers, Uri request) => LinkHeader.Parse(headers.GetMember("link").ToText(), request);

    private static WorkError TooLarge(HttpCall call) => new(
        WorkErrorKind.ResponseTooLarge, $"{Describe(call)} answered with more than maxResponseBytes = {call.MaxResponseBytes} bytes.");

    private static WorkError Refused(HttpCall call, HttpResponseMessage response, string maskedBody)
    {
        var status = (int)response.StatusCode;
        var text = maskedBody.ReplaceLineEndings(" ").Trim();
        if (text.Length > MaxShownBodyLength) text = string.Concat(text.AsSpan(0, MaxShownBodyLength), "…");
        var reason = text.Length > 0 ? $": {text}" : ".";
        return new(WorkErrorKind.Http, $"{Describe(call)} answered {status} {response.ReasonPhrase}{reason}", status, Retryable: IsRetryable(status));
    }

    /// <summary>
    /// A body without secrets. What came as JSON is masked before it is written as JSON: as a text it would be escaped once more. Servers that tell back
    /// what they were sent tell credentials too that come from no secret.
    /// </summary>
    private static string Readable(Value data, HttpCall call, SecretMask mask)
    {
        var sent = call.Headers.Where(header => call.Credentials.Contains(header.Name) && !mask.Tells(header.Value)).Select(header => header.Value);
        // Without the scheme, such as Bearer, which may be spelled otherwise.
        var own = SecretMask.Of(sent.Select(value => value[(value.IndexOf(' ', StringComparison.Ordinal) + 1)..]));
        return own.Apply(mask.Apply(own.Apply(mask.Apply(data)).ToText()));
    }

    private static bool IsRetryable(int status) => status is 408 or 425 or 429 or (>= 500 and <= 599);

    private static string Describe(HttpCall call) => $"{call.Method} {call.Shown.Text}";
}
