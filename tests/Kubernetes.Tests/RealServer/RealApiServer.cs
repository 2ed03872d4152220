using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PlaybookOperator.Kubernetes.Client;
using PlaybookOperator.Kubernetes.Configuration;
using PlaybookOperator.Kubernetes.Metrics;
using PlaybookOperator.Kubernetes.Objects;
using PlaybookOperator.Kubernetes.Tests.Configuration;
using PlaybookOperator.Kubernetes.Tests.Server;
using Xunit;

namespace PlaybookOperator.Kubernetes.Tests.RealServer;

/// <summary>
/// etcd and kube-apiserver on loopback, for as long as the tests of a class run. Without the programs (see
/// <see cref="ApiServerBinaries"/>) the tests are skipped.
/// </summary>
public sealed class RealApiServer : IAsyncLifetime
{
    public const string AdminToken = "admin-token";
    public const string GuestToken = "guest-token";

    private readonly string _folder = Directory.CreateTempSubdirectory("apiserver-").FullName;
    private readonly TestAuthority _authority = new("test cluster");
    private readonly KubernetesMetrics _metrics = new();
    private readonly List<ApiClient> _clients = [];
    private ServerProcess? _etcd;
    private ServerProcess? _apiServer;
    private string _etcdAddress = "";
    private int _port;

    /// <summary>May do everything.</summary>
    public ApiClient Admin { get; private set; } = null!;

    internal KubernetesMetrics Metrics => _metrics;

    public async ValueTask InitializeAsync()
    {
        if (ApiServerBinaries.Find() is not { } binaries) return;
        _port = FreePort();
        _etcdAddress = $"http://127.0.0.1:{FreePort()}";
        _etcd = StartEtcd(binaries.Etcd);
        _apiServer = StartApiServer(binaries.ApiServer);
        Admin = Connect(AdminToken);
        await WaitUntilReadyAsync();
    }

    public ValueTask DisposeAsync()
    {
        foreach (var client in _clients) client.Dispose();
        _apiServer?.Dispose();
        _etcd?.Dispose();
        _metrics.Dispose();
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>Skips the calling test where there is no server.</summary>
    public void Require() => Assert.SkipWhen(Admin is null, "etcd and kube-apiserver are not on this machine (make cluster-up brings them).");

    /// <summary>Stops the API server, does something while it is away, and starts it again.</summary>
    public async Task RestartAsync(Func<Task> meanwhile)
    {
        _apiServer!.Dispose();
        await meanwhile();
        _apiServer = StartApiServer(ApiServerBinaries.Find()!.ApiServer);
        await WaitUntilReadyAsync();
    }

    public ApiClient Connect(string token, ApiClientOptions? options = null)
    {
        var file = Path.Combine(_folder, $"token-{token}");
        File.WriteAllText(file, token);
        var config = new KubeConfig
        {
            Server = new Uri($"https://127.0.0.1:{_port}"),
            Origin = "test",
            Authorities = new X509Certificate2Collection(_authority.Certificate),
            Credential = new TokenFileCredential(file, TimeProvider.System),
        };
        var client = new ApiClient(config, options ?? new ApiClientOptions(), TimeProvider.System, _metrics);
        _clients.Add(client);
        return client;
    }

    /// <summary>Creates what no client of ours would send. Empty when the server took it; otherwise what it refuses.</summary>
    public async Task<string> PostAsync(string path, string json)
    {
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            CustomTrustStore = { _authority.Certificate },
        };
        using var http = new HttpClient(handler);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"https://127.0.0.1:{_port}{path}");
        request.Headers.Authorization = new("Bearer", AdminToken);
        request.Content = new StringContent(json, System.Text.Encoding.UTF8, "application/json");
        using var response = await http.SendAsync(request);
        return response.IsSuccessStatusCode ? "" : ApiStatusText(await response.Content.ReadAsStringAsync());
    }

    private static string ApiStatusText(string answer) => (string?)System.Text.Json.Nodes.JsonNode.Parse(answer)?["message"] ?? answer;

    /// <summary>By way of a kubeconfig file, as a user would.</summary>
    public ApiClient ConnectByCertificate(string subject)
    {
        using var certificate = _authority.Issue("client", subject);
        using var key = certificate.GetECDsaPrivateKey()!;
        Write("ca.crt", _authority.Certificate.ExportCertificatePem());
        Write("client.crt", certificate.ExportCertificatePem());
        Write("client.key", key.ExportPkcs8PrivateKeyPem());
        var file = Write("kubeconfig", $$"""
            {"current-context": "x", "contexts": [{"name": "x", "context": {"cluster": "x", "user": "x"} }],
             "clusters": [{"name": "x", "cluster": {"server": "https://127.0.0.1:{{_port}}", "certificate-authority": "ca.crt"} }],
             "users": [{"name": "x", "user": {"client-certificate": "client.crt", "client-key": "client.key"} }]}
            """);
        var config = KubeConfig.Load(ConfigFolder.Sources(file), TimeProvider.System);
        var client = new ApiClient(config, new ApiClientOptions(), TimeProvider.System, _metrics);
        _clients.Add(client);
        return client;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private ServerProcess StartEtcd(string program)
    {
        var peer = $"http://127.0.0.1:{FreePort()}";
        return new ServerProcess(
            Path.Combine(_folder, "etcd.log"), program, "--data-dir", Path.Combine(_folder, "etcd"), "--listen-client-urls", _etcdAddress,
            "--advertise-client-urls", _etcdAddress, "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer,
            "--initial-cluster", $"default={peer}");
    }

    private ServerProcess StartApiServer(string program)
    {
        using var certificate = _authority.Issue("127.0.0.1");
        var authority = Write("ca.crt", _authority.Certificate.ExportCertificatePem());
        using var key = certificate.GetECDsaPrivateKey()!;
        using var accounts = RSA.Create(2048);
        var crt = Write("server.crt", certificate.ExportCertificatePem());
        var pem = Write("server.key", key.ExportPkcs8PrivateKeyPem());
        var signing = Write("accounts.key", accounts.ExportRSAPrivateKeyPem());
        var tokens = Write("tokens.csv", $"{AdminToken},admin,1,system:masters\n{GuestToken},guest,2\n");
        return new ServerProcess(
            Path.Combine(_folder, "apiserver.log"), program, $"--etcd-servers={_etcdAddress}", "--bind-address=127.0.0.1", $"--secure-port={_port}",
            $"--tls-cert-file={crt}", $"--tls-private-key-file={pem}", $"--service-account-key-file={signing}",
            $"--service-account-signing-key-file={signing}", "--service-account-issuer=https://kubernetes.default.svc",
            "--service-cluster-ip-range=10.96.0.0/16", "--authorization-mode=RBAC", $"--token-auth-file={tokens}", $"--client-ca-file={authority}",
            "--endpoint-reconciler-type=none", "--disable-admission-plugins=ServiceAccount");
    }

    private string Write(string name, string text)
    {
        var file = Path.Combine(_folder, name);
        File.WriteAllText(file, text);
        return file;
    }

    private async Task WaitUntilReadyAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (!await IsReadyAsync(limit.Token)) await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, limit.Token);
    }

    private async Task<bool> IsReadyAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await Admin.GetAsync(Resources.Namespaces, NamespacedName.ClusterScoped("default"), cancellationToken) is not null;
        }
        catch (ApiException exception) when (exception is ApiUnreachableException or ApiServerErrorException or ApiForbiddenException)
        {
            // It starts: first nothing listens, then the access rules are not there yet.
            return false;
        }
    }
}
