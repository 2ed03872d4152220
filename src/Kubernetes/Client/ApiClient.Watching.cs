using System.Runtime.CompilerServices;
using System.Text.Json;
using PlaybookOperator.Kubernetes.Objects;

namespace PlaybookOperator.Kubernetes.Client;

/// <content>Collections: lists by pages and watches.</content>
public sealed partial class ApiClient
{
    // A list that the server forgets again and again (compaction faster than our pages) is an error, not a loop.
    private const int MaxListRestarts = 3;

    /// <summary>
    /// All objects that match, page by page, at one version of the collection. When the server forgets the rest of the list
    /// (410) it begins anew: see <see cref="ListPage{T}.IsFirst"/>. Pages whose objects are so large that they exceed
    /// <see cref="ApiClientOptions.MaxResponseBytes"/> are asked for again with half as many objects.
    /// </summary>
    public async IAsyncEnumerable<ListPage<T>> ListAsync<T>(
        ResourceType<T> type, ListOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
        where T : class, IKubernetesObject
    {
        ArgumentNullException.ThrowIfNull(type);
        ArgumentNullException.ThrowIfNull(options);
        var continuation = "";
        var restarts = 0;
        var size = _options.PageSize;
        while (true)
        {
            ListPage<T>? page = null;
            try
            {
                (page, continuation) = await ListPageAsync(type, options, size, continuation, cancellationToken);
            }
            catch (ApiResponseException large) when (large.IsTooLarge && size > 1)
            {
                size /= 2;
            }
            catch (ApiGoneException) when (continuation.Length > 0 && restarts < MaxListRestarts)
            {
                restarts++;
                continuation = "";
            }

            if (page is null) continue;
            yield return page;
            if (page.IsLast) yield break;
        }
    }

    /// <summary>
    /// Changes after a version, as they happen, until the server ends the watch in order. Never retried by itself: the caller knows
    /// from which version to go on.
    /// </summary>
    /// <exception cref="ApiGoneException">The version is no longer kept: list anew.</exception>
    /// <exception cref="ApiUnreachableException">The connection was cut, or nothing was heard for the idle time.</exception>
    public async IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(
        ResourceType<T> type, ListOptions options, WatchOptions watch, [EnumeratorCancellation] CancellationToken cancellationToken)
        where T : class, IKubernetesObject
    {
        ArgumentNullException.ThrowIfNull(type);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(watch);
        var query = Selection(options)
            .Add("watch", true)
            .Add("allowWatchBookmarks", true)
            .Add("resourceVersion", watch.ResourceVersion)
            .Add("timeoutSeconds", (long)watch.Lifetime.TotalSeconds);
        var request = Request(type, HttpMethod.Get, "watch", new NamespacedName(options.Namespace ?? "", "")) with
        {
            Path = type.CollectionPath(options.Namespace) + query,
        };
        await _sender.WaitTurnAsync(request, cancellationToken);
        using var silence = new CancellationTokenSource(watch.IdleTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, silence.Token);
        using var response = await GuardAsync(() => new ValueTask<HttpResponseMessage>(_sender.OpenAsync(request, either.Token)));
        watch.Opened?.Invoke();
        await using var stream = await response.Content.ReadAsStreamAsync(either.Token);
        var events = new WatchStream<T>(request, type, _options)
            .ReadAsync(stream, () => silence.CancelAfter(watch.IdleTimeout), either.Token)
            .GetAsyncEnumerator(either.Token);
        await using var disposal = events.ConfigureAwait(false);
        while (await GuardAsync(events.MoveNextAsync))
        {
            // While the consumer is at work the server is not to blame for silence.
            silence.CancelAfter(Timeout.InfiniteTimeSpan);
            yield return events.Current;
            silence.CancelAfter(watch.IdleTimeout);
        }

        async ValueTask<TResult> GuardAsync<TResult>(Func<ValueTask<TResult>> step)
        {
            try
            {
                return await step();
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw _sender.TimedOut(request, watch.IdleTimeout);
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException)
            {
                throw _sender.Translate(request, exception);
            }
        }
    }

    private async Task<(ListPage<T> Page, string Continuation)> ListPageAsync<T>(
        ResourceType<T> type, ListOptions options, int size, string continuation, CancellationToken cancellationToken)
        where T : class, IKubernetesObject
    {
        var query = Selection(options).Add("limit", size).Add("continue", continuation);
        var request = Request(type, HttpMethod.Get, "list", new NamespacedName(options.Namespace ?? "", "")) with
        {
            Path = type.CollectionPath(options.Namespace) + query,
        };
        var body = await _sender.SendAsync(request, cancellationToken);
        try
        {
            var page = ObjectDecoder.DecodePage(LoneSurrogates.Replace(body).Span, type, continuation.Length == 0, out var next);
            return (page, next);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new ApiResponseException($"The answer to {request.Deed()} is not a list.", exception);
        }
    }

    private static Query Selection(ListOptions options) =>
        new Query().Add("labelSelector", options.LabelSelector).Add("fieldSelector", options.FieldSelector);
}
