using System.Security.Cryptography.X509Certificates;
using System.Text;
using PlaybookOperator.Kubernetes.Configuration;
using PlaybookOperator.Kubernetes.Tests.Server;
using Xunit;

namespace PlaybookOperator.Kubernetes.Tests.Configuration;

public sealed class KubeConfigTests : IDisposable
{
    private readonly ConfigFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_kubeconfig_gives_server_namespace_and_token()
    {
        var config = Load(_folder.Kubeconfig(user: """{"token":"t1"}"""));
        Assert.Equal("https://c.example:6443/", config.Server.ToString());
        Assert.Equal("team-a", config.Namespace);
        Assert.Equal("t1", (await config.Credential.GetAsync(false, default)).Token);
        Assert.EndsWith("(context main)", config.Origin, StringComparison.Ordinal);
    }

    [Fact]
    public void An_explicit_file_wins_over_the_variable_and_the_pod()
    {
        var sources = ConfigFolder.Sources(_folder.Kubeconfig()) with { KubeconfigVariable = "/nowhere", ServiceHost = "10.0.0.1" };
        Assert.Equal("c.example", KubeConfig.Load(sources, TimeProvider.System).Server.Host);
    }

    [Fact]
    public void The_variable_names_files_of_which_the_first_wins_and_missing_ones_are_passed_over()
    {
        var one = _folder.Write("one", """{"current-context":"main"}""");
        var two = _folder.Kubeconfig();
        var sources = ConfigFolder.Sources() with { KubeconfigVariable = string.Join(Path.PathSeparator, "/nowhere/at/all", one, two) };
        Assert.Equal("team-a", KubeConfig.Load(sources, TimeProvider.System).Namespace);
    }

    [Fact]
    public void A_chosen_context_replaces_the_current_one()
    {
        var sources = ConfigFolder.Sources(_folder.Kubeconfig()) with { Context = "other" };
        var said = Said(() => KubeConfig.Load(sources, TimeProvider.System));
        Assert.EndsWith("current-context names \"other\", which contexts does not hold.", said, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_anything_the_home_folder_is_looked_at()
    {
        Directory.CreateDirectory(Path.Combine(_folder.Path, ".kube"));
        File.Copy(_folder.Kubeconfig(), Path.Combine(_folder.Path, ".kube", "config"));
        Assert.Equal("c.example", KubeConfig.Load(ConfigFolder.Sources() with { HomeDirectory = _folder.Path }, TimeProvider.System).Server.Host);
        Assert.StartsWith("No cluster is configured", Said(() => KubeConfig.Load(ConfigFolder.Sources(), TimeProvider.System)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Certificates_are_read_from_data_and_from_files_beside_the_kubeconfig()
    {
        var authority = new TestAuthority("ca");
        using var client = authority.Issue("client");
        _folder.Write("client.crt", client.ExportCertificatePem());
        _folder.Write("client.key", client.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        var data = Convert.ToBase64String(Encoding.UTF8.GetBytes(authority.Certificate.ExportCertificatePem()));
        var file = _folder.Kubeconfig(
            cluster: $$"""{"server":"https://c.example","certificate-authority-data":"{{data}}"}""",
            user: """{"client-certificate":"client.crt","client-key":"client.key"}""");
        var config = Load(file);
        Assert.Equal(authority.Certificate.Thumbprint, config.Authorities!.Single().Thumbprint);
        Assert.Equal(client.Thumbprint, (await config.Credential.GetAsync(false, default)).Certificate!.Thumbprint);
    }

    [Fact]
    public async Task A_pod_finds_its_token_authority_and_namespace()
    {
        _folder.Write("token", "pod-token\n");
        _folder.Write("namespace", "team-b");
        _folder.Write("ca.crt", new TestAuthority("ca").Certificate.ExportCertificatePem());
        var config = KubeConfig.Load(InPod("fd00::1"), TimeProvider.System);
        Assert.Equal("https://[fd00::1]:6443/ team-b", $"{config.Server} {config.Namespace}");
        Assert.Equal("pod-token", (await config.Credential.GetAsync(false, default)).Token);
        Assert.Single(config.Authorities!);
    }

    [Fact]
    public void A_pod_without_a_token_is_told_why()
    {
        Assert.EndsWith("does the pod mount a service account token?", Said(() => KubeConfig.Load(InPod("10.0.0.1"), TimeProvider.System)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"server":""}""", null, "clusters[c].cluster.server is missing.")]
    [InlineData("""{"server":"c.example"}""", null, "clusters[c].cluster.server is not an http or https address: c.example.")]
    [InlineData("""{"server":["x"]}""", null, "clusters[c].cluster.server must be text.")]
    [InlineData("""{"server":"https://x","certificate-authority-data":"%"}""", null, "clusters[c].cluster.certificate-authority-data is not base64.")]
    [InlineData("""{"server":"https://x","certificate-authority":"no.crt"}""", null, "clusters[c].cluster.certificate-authority names ")]
    [InlineData("""{"server":"https://x","certificate-authority-data":"eA=="}""", null, "certificate-authority holds no certificate in PEM form.")]
    [InlineData("""{"server":"https://x","insecure-skip-tls-verify":"yes"}""", null, "insecure-skip-tls-verify must be true or false.")]
    [InlineData(null, """{"client-key-data":"eA=="}""", "client-certificate is missing, but a client-key is given.")]
    [InlineData(null, """{"client-key-data":"eA==","client-certificate-data":"eA=="}""", "and its key do not form a certificate")]
    [InlineData(null, """{"username":"u","password":"p"}""", "users[u].user.username: passwords are not accepted")]
    [InlineData(null, """{"auth-provider":{"name":"gcp"}}""", "users[u].user.auth-provider is no longer supported: use exec.")]
    [InlineData(null, """{"exec":{"apiVersion":"client.authentication.k8s.io/v1"}}""", "users[u].user.exec.command is missing.")]
    [InlineData(null, """{"exec":{"apiVersion":"x/v7","command":"c"}}""", "users[u].user.exec.apiVersion is x/v7;")]
    [InlineData(null, """{"exec":{"apiVersion":"client.authentication.k8s.io/v1","command":"c","interactiveMode":"Always"}}""", "nobody sits")]
    public void A_mistake_names_file_and_field(string? cluster, string? user, string expected)
    {
        var file = _folder.Kubeconfig(cluster, user);
        var said = Said(() => Load(file));
        Assert.StartsWith(file, said, StringComparison.Ordinal);
        Assert.Contains(expected, said, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', said);
    }

    [Theory]
    [InlineData("[]", "is not a map of settings.")]
    [InlineData("{}", "has no current-context.")]
    [InlineData("{", "is not valid YAML")]
    [InlineData("""{"current-context":"x"}""", "current-context names \"x\", which contexts does not hold.")]
    [InlineData("""{"current-context":"x","contexts":[{"name":"x"}]}""", "contexts[x].context is missing or not a map.")]
    [InlineData("""{"current-context":"x","contexts":[{"name":"x","context":{"cluster":"y"}}]}""", "contexts[x].context.cluster names \"y\"")]
    public void A_broken_file_is_one_sentence(string text, string expected)
    {
        var file = _folder.Write("broken", text);
        var said = Said(() => Load(file));
        Assert.Contains(file, said, StringComparison.Ordinal);
        Assert.Contains(expected, said, StringComparison.Ordinal);
    }

    private static string Said(Func<object> load) => Assert.Throws<KubeConfigException>(load).Message;

    private static KubeConfig Load(string file) => KubeConfig.Load(ConfigFolder.Sources(file), TimeProvider.System);

    private KubeConfigSources InPod(string host) =>
        ConfigFolder.Sources() with { ServiceHost = host, ServicePort = "6443", ServiceAccountDirectory = _folder.Path };
}
