using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using PlaybookOperator.Kubernetes.Client;
using PlaybookOperator.Kubernetes.Tests.Client;
using PlaybookOperator.Kubernetes.Tests.Server;
using PlaybookOperator.Kubernetes.Watching;

namespace PlaybookOperator.Kubernetes.Tests.Watching;

/// <summary>An informer of widgets in namespace <c>a</c> on a scripted server; what it tells is read as short texts.</summary>
internal sealed class InformerFixture : IAsyncDisposable
{
    public const string List = "GET /apis/tests.dev/v1/namespaces/a/widgets";
    public const string Watch = "WATCH /apis/tests.dev/v1/namespaces/a/widgets";

    public static readonly InformerOptions<Widget> Quick = new()
    {
        Selection = new ListOptions { Namespace = "a" },
        InitialBackoff = TimeSpan.FromMilliseconds(1),
        MaxBackoff = TimeSpan.FromMilliseconds(5),
    };

    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<string> _told = Channel.CreateUnbounded<string>();
    private readonly ClientFixture _world;
    private Task _run = Task.CompletedTask;

    private InformerFixture(ClientFixture world, InformerOptions<Widget> options, TimeProvider time)
    {
        _world = world;
        Informer = new Informer<Widget>(world.Client, Widget.Type, options, time, world.Metrics, Log);
        Informer.AddHandler(change => _told.Writer.TryWrite(Describe(change)));
        // Where a script ends the server falls silent.
        Server.Always(Watch, Answers.WatchThenSilence());
    }

    public Informer<Widget> Informer { get; }

    public RecordingLogger<Informer<Widget>> Log { get; } = new();

    public ScriptedApiServer Server => _world.Server;

    public ClientFixture World => _world;

    public static async Task<InformerFixture> StartAsync(
        Action<ScriptedApiServer> script, InformerOptions<Widget>? options = null, TimeProvider? time = null, Action<InformerFixture>? prepare = null)
    {
        var world = await ClientFixture.StartAsync(ClientFixture.QuickRetries with { MaxAttempts = 1, PageSize = 2 });
        var fixture = new InformerFixture(world, options ?? Quick, time ?? TimeProvider.System);
        script(world.Server);
        prepare?.Invoke(fixture);
        fixture._run = fixture.Informer.RunAsync(fixture._stop.Token);
        return fixture;
    }

    /// <summary>The next things told, in order: <c>+one:3</c> added, <c>~one:3→4</c> updated, <c>-one:4</c> deleted.</summary>
    public async Task<string> ToldAsync(int count)
    {
        var texts = new List<string>();
        for (var i = 0; i < count; i++) texts.Add(await _told.Reader.ReadAsync().AsTask().Soon());
        return string.Join(' ', texts);
    }

    /// <summary>What was told beyond what was read, once the informer has begun another watch.</summary>
    public string ToldSince()
    {
        var texts = new List<string>();
        while (_told.Reader.TryRead(out var text)) texts.Add(text);
        return string.Join(' ', texts);
    }

    public Task WatchesAsync(int count) => Patience.UntilAsync(() => Server.Received(Watch).Count >= count);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run.ContinueWith(_ => { }, TaskScheduler.Default);
        await _world.DisposeAsync();
        _stop.Dispose();
    }

    private static string Describe(ObjectChange<Widget> change) => change switch
    {
        ObjectChange<Widget>.Added added => $"+{added.Key.Name}:{added.New.Spec.Size}",
        ObjectChange<Widget>.Updated updated => $"~{updated.Key.Name}:{updated.Old.Spec.Size}→{updated.New.Spec.Size}",
        ObjectChange<Widget>.Deleted deleted => $"-{deleted.Key.Name}:{deleted.Last.Spec.Size}",
        _ => throw new InvalidOperationException(),
    };
}
