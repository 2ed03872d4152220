using PlaybookOperator.Kubernetes.Client;
using PlaybookOperator.Kubernetes.Configuration;
using PlaybookOperator.Kubernetes.Metrics;
using PlaybookOperator.Kubernetes.Tests.Server;

namespace PlaybookOperator.Kubernetes.Tests.Client;

/// <summary>A client of a scripted server, with retries that cost milliseconds.</summary>
internal sealed class ClientFixture : IAsyncDisposable
{
    public static readonly ApiClientOptions QuickRetries = new()
    {
        InitialRetryDelay = TimeSpan.FromMilliseconds(1),
        MaxRetryDelay = TimeSpan.FromMilliseconds(5),
        RequestsPerSecond = 10_000,
        RequestBurst = 10_000,
    };

    private ClientFixture(ScriptedApiServer server, ApiClientOptions options, TimeProvider time)
    {
        Server = server;
        Client = new ApiClient(KubeConfig.Plain(server.Address), options, time, Metrics);
    }

    public ScriptedApiServer Server { get; }

    public KubernetesMetrics Metrics { get; } = new();

    public ApiClient Client { get; }

    public static async Task<ClientFixture> StartAsync(ApiClientOptions? options = null, TimeProvider? time = null) =>
        new(await ScriptedApiServer.StartAsync(), options ?? QuickRetries, time ?? TimeProvider.System);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        Metrics.Dispose();
        await Server.DisposeAsync();
    }
}
