using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using PlaybookOperator.Kubernetes.Client;
using PlaybookOperator.Kubernetes.Metrics;
using PlaybookOperator.Kubernetes.Objects;

namespace PlaybookOperator.Kubernetes.Watching;

/// <summary>
/// Knows every object of a kind, and says how that knowledge changes. It lists by pages, then watches from that version on; after
/// each disconnect it goes on from the last version seen, and when the server no longer keeps that one, lists anew and tells the
/// difference, deletions included.
/// </summary>
/// <remarks>
/// Reading is thread-safe. Handlers run one after another on the informer's own loop, in the order of registration: they must be
/// quick (add a key to a queue). One that throws is logged and does not stop the stream. Memory grows with the number of objects:
/// keep them small with <see cref="InformerOptions{T}.Trim"/>.
/// </remarks>
public sealed class Informer<T>(
    ApiClient client,
    ResourceType<T> type,
    InformerOptions<T> options,
    TimeProvider time,
    KubernetesMetrics metrics,
    ILogger<Informer<T>> logger)
    where T : class, IKubernetesObject
{
    // A watch that held for this long counts as healthy even if it had nothing to tell.
    private static readonly TimeSpan HealthyAfter = TimeSpan.FromSeconds(5);

    private readonly ObjectStore<T> _store = new();
    private readonly List<Action<ObjectChange<T>>> _handlers = [];
    private readonly List<Action<UndecodableObject>> _skipHandlers = [];
    private readonly SkippedObjects _skipped = new();
    private readonly TaskCompletionSource _synced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Backoff _backoff = new(options.InitialBackoff, options.MaxBackoff, Random.Shared.NextDouble);
    private long _lastEventTicks;
    private int _started;
    private volatile Exception? _trouble;

    // Where to go on watching; null means list first. Only the loop touches these.
    private string? _version;
    private long _listedAt;

    // Whether the server accepted the watch under way, and from where one failed that it had accepted.
    private bool _opened;
    private string? _failedAt;

    /// <summary>Whether the first list is complete.</summary>
    public bool HasSynced => _synced.Task.IsCompletedSuccessfully;

    /// <summary>
    /// When the server was last heard: a page, an accepted watch, an event, a bookmark or a watch's orderly end. Null before the first.
    /// </summary>
    public DateTimeOffset? LastEventTime =>
        Interlocked.Read(ref _lastEventTicks) is > 0 and var ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;

    /// <summary>Why objects cannot be followed right now, in one sentence; null while all is well.</summary>
    public string? Trouble => _trouble?.Message;

    public int Count => _store.Count;

    /// <summary>Ends when the first list is complete.</summary>
    public Task WaitForSyncAsync(CancellationToken cancellationToken) => _synced.Task.WaitAsync(cancellationToken);

    /// <summary>Registers a handler; before <see cref="RunAsync"/> only. It hears of every object known at the start as added.</summary>
    public void AddHandler(Action<ObjectChange<T>> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        RefuseAfterStart();
        _handlers.Add(handler);
    }

    /// <summary>
    /// Registers a handler of objects that exist but do not fit their type; before <see cref="RunAsync"/> only. It hears of each
    /// once, and again when something else is wrong with it. Of one that was known before, the last state that fitted is kept.
    /// </summary>
    public void AddSkipHandler(Action<UndecodableObject> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        RefuseAfterStart();
        _skipHandlers.Add(handler);
    }

    /// <summary>
    /// Registers a secondary index; before <see cref="RunAsync"/> only. <paramref name="keys"/> names the texts under which an
    /// object is found by <see cref="ListBy"/>; it must be pure.
    /// </summary>
    public void AddIndex(string name, Func<T, IEnumerable<string>> keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        RefuseAfterStart();
        _store.AddIndex(name, keys);
    }

    public bool TryGet(NamespacedName key, [NotNullWhen(true)] out T? item) => _store.TryGet(key, out item);

    /// <summary>Whether the object exists, but does not fit its type in its newest version.</summary>
    public bool TryGetSkipped(NamespacedName key, [NotNullWhen(true)] out UndecodableObject? item) => _skipped.TryGet(key, out item);

    /// <summary>All such objects at this moment.</summary>
    public IReadOnlyList<UndecodableObject> ListSkipped() => _skipped.List();

    /// <summary>All known objects at this moment, in no particular order.</summary>
    public IReadOnlyList<T> List() => _store.List();

    /// <summary>The objects under a text of an index.</summary>
    /// <exception cref="KeyNotFoundException">There is no index of that name.</exception>
    public IReadOnlyList<T> ListBy(string index, string value) => _store.ListBy(index, value);

    /// <summary>Follows the kind until cancelled. Nothing that the server does ends it.</summary>
    /// <exception cref="OperationCanceledException">Always, in the end.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _started, 1) != 0) throw new InvalidOperationException("The informer runs already.");
        metrics.Watches.StartAtZero(type.Kind);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var failure = await TryStepAsync(cancellationToken);
            if (failure is null) continue;
            var delay = _backoff.Next();
            Complain(failure, delay);
            await Task.Delay(delay, time, cancellationToken);
        }
    }

    // One list or one watch; null when the next may follow at once.
    private async Task<Exception?> TryStepAsync(CancellationToken cancellationToken)
    {
        var watched = _version is not null;
        var began = time.GetTimestamp();
        _opened = false;
        try
        {
            if (_version is not { } version)
            {
                await RelistAsync(cancellationToken);
                return null;
            }

            var heard = await WatchAsync(version, cancellationToken);
            if (time.GetElapsedTime(_listedAt) >= options.RelistEvery) _version = null;
            // A server that ends each watch at once is not to be asked again at once.
            return heard || HasHeld(began) ? null : new ApiUnreachableException("The server ends each watch at once.");
        }
        catch (ApiGoneException gone) when (watched)
        {
            logger.Expired(type.Kind);
            _version = null;
            // Gone again right after a list: slow down, or lists would follow each other without end.
            return HasHeld(_listedAt) ? null : gone;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            if (_opened && (exception is ApiResponseException || !HasHeld(began))) NoteFailedStream(exception);
            // A watch that worked and was then cut is the ordinary course of things.
            if (!watched || !HasHeld(began)) return exception;
            logger.Cut(type.Kind, exception.Message);
            return null;
        }
    }

    // The server would tell the same event again from the same version, so a stream that fails there twice fails there for ever.
    private void NoteFailedStream(Exception failure)
    {
        if (_failedAt == _version)
        {
            logger.Stuck(type.Kind, _version!, failure.Message);
            _version = null;
        }

        _failedAt = _version;
    }

    private async Task RelistAsync(CancellationToken cancellationToken)
    {
        var seen = new HashSet<NamespacedName>();
        var version = "";
        await foreach (var page in client.ListAsync(type, options.Selection, cancellationToken))
        {
            Heard();
            if (page.IsFirst) seen.Clear();
            version = page.ResourceVersion;
            foreach (var item in page.Items)
            {
                seen.Add(NamespacedName.Of(item));
                Put(item);
            }

            foreach (var failure in page.Undecodable)
            {
                // It exists, so what was known of it must not be told as deleted.
                seen.Add(failure.Key);
                Skip(failure);
            }
        }

        foreach (var key in _store.Keys())
        {
            if (!seen.Contains(key)) Remove(key, null);
        }

        _version = version;
        _listedAt = time.GetTimestamp();
        _skipped.KeepOnly(seen);
        metrics.Watches.Relisted(type.Kind);
        Recover();
        if (_synced.TrySetResult()) logger.Synced(type.Kind, _store.Count);
    }

    // True when anything was heard.
    private async Task<bool> WatchAsync(string version, CancellationToken cancellationToken)
    {
        var heard = false;
        var watch = new WatchOptions
        {
            ResourceVersion = version,
            // Spread, so that the watches of many kinds do not all end at one time.
            Lifetime = options.WatchLifetime * (0.8 + Random.Shared.NextDouble() / 5),
            IdleTimeout = options.IdleTimeout,
            Opened = Opened,
        };
        await foreach (var change in client.WatchAsync(type, options.Selection, watch, cancellationToken))
        {
            heard = true;
            Heard();
            Apply(change);
            _backoff.Reset();
        }

        Heard();
        return heard;
    }

    private void Apply(WatchEvent<T> change)
    {
        switch (change)
        {
            case WatchEvent<T>.Present present:
                Put(present.Item);
                Advance(present.Item.Metadata.ResourceVersion);
                break;
            case WatchEvent<T>.Deleted deleted:
                Remove(NamespacedName.Of(deleted.Item), deleted.Item);
                Advance(deleted.Item.Metadata.ResourceVersion);
                break;
            case WatchEvent<T>.Bookmark bookmark:
                Advance(bookmark.ResourceVersion);
                break;
            case WatchEvent<T>.Undecodable undecodable:
                if (undecodable.IsDeleted) Remove(undecodable.Item.Key, null);
                else Skip(undecodable.Item);
                Advance(undecodable.Item.ResourceVersion);
                break;
        }
    }

    private void Advance(string? version)
    {
        if (!string.IsNullOrEmpty(version)) _version = version;
    }

    private void Put(T item)
    {
        var trimmed = options.Trim is null ? item : options.Trim(item);
        var key = NamespacedName.Of(trimmed);
        _skipped.Forget(key);
        if (_store.TryGet(key, out var known) && known.Metadata.Uid != trimmed.Metadata.Uid)
        {
            // A namesake: the former object's end was missed.
            Remove(key, null);
            known = null;
        }

        if (known is not null && known.Metadata.ResourceVersion == trimmed.Metadata.ResourceVersion) return;
        var old = _store.Put(key, trimmed);
        Tell(old is null ? new ObjectChange<T>.Added(trimmed) : new ObjectChange<T>.Updated(old, trimmed));
    }

    private void Remove(NamespacedName key, T? last)
    {
        _skipped.Forget(key);
        if (_store.Remove(key) is not { } known) return;
        var told = last is null ? known : options.Trim?.Invoke(last) ?? last;
        Tell(new ObjectChange<T>.Deleted(told));
    }

    private void Skip(UndecodableObject failure)
    {
        // A namesake that cannot be read: what was known is gone all the same.
        var isNamesake = failure.Uid.Length > 0 && _store.TryGet(failure.Key, out var known) && known.Metadata.Uid != failure.Uid;
        if (isNamesake) Remove(failure.Key, null);
        var (isNewVersion, isNewProblem) = _skipped.Note(failure);
        if (isNewVersion)
        {
            metrics.Watches.Skipped(type.Kind);
            logger.Skipped(type.Kind, failure.Key.ToString(), failure.ResourceVersion, failure.Error);
        }

        if (isNewProblem) Tell(_skipHandlers, failure, failure.Key);
    }

    private void Tell(ObjectChange<T> change) => Tell(_handlers, change, change.Key);

    private void Tell<TNews>(List<Action<TNews>> handlers, TNews news, NamespacedName key)
    {
        foreach (var handler in handlers)
        {
            try
            {
                handler(news);
            }
            catch (Exception exception)
            {
                logger.HandlerFailed(exception, type.Kind, key.ToString());
            }
        }
    }

    private void Heard()
    {
        var now = time.GetUtcNow();
        Interlocked.Exchange(ref _lastEventTicks, now.UtcTicks);
        metrics.Watches.Heard(type.Kind, now);
    }

    private bool HasHeld(long since)
    {
        if (time.GetElapsedTime(since) < HealthyAfter) return false;
        _backoff.Reset();
        return true;
    }

    private void Opened()
    {
        _opened = true;
        Heard();
        Recover();
    }

    private void Recover()
    {
        if (_trouble is null) return;
        _trouble = null;
        logger.Recovered(type.Kind);
    }

    // The same trouble is told once aloud; a missing right must not become a flood.
    private void Complain(Exception failure, TimeSpan delay)
    {
        if (_trouble?.Message == failure.Message) logger.StillTroubled(type.Kind, failure.Message, delay);
        else logger.Troubled(type.Kind, failure.Message);
        _trouble = failure;
    }

    private void RefuseAfterStart()
    {
        if (Volatile.Read(ref _started) == 0) return;
        throw new InvalidOperationException("Handlers and indexes are added before the informer runs.");
    }
}
