using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;

namespace PlaybookOperator.Cluster.Tests;

/// <summary>
/// Reads from the API server over one connection, as the kubeconfig says. For looking again and again: a kubectl for each look costs half a second of a
/// core, and many of them at once slow down what they look at.
/// </summary>
internal sealed class ApiReader
{
    private readonly HttpClient _http;

    private ApiReader(HttpClient http) => _http = http;

    /// <param name="config">What <c>kubectl config view --minify --raw --flatten -o json</c> prints.</param>
    public static ApiReader Of(string config)
    {
        using var parsed = JsonDocument.Parse(config);
        var cluster = parsed.RootElement.GetProperty("clusters")[0].GetProperty("cluster");
        var user = parsed.RootElement.GetProperty("users")[0].GetProperty("user");
        var handler = new SocketsHttpHandler();
        if (Text(cluster, "certificate-authority-data") is { } authority)
        {
            handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            handler.SslOptions.CertificateChainPolicy.CustomTrustStore.ImportFromPem(authority);
        }

        if (Text(user, "client-certificate-data") is { } certificate && Text(user, "client-key-data") is { } key)
            handler.SslOptions.ClientCertificates = [X509Certificate2.CreateFromPem(certificate, key)];
        var http = new HttpClient(handler) { BaseAddress = new Uri(cluster.GetProperty("server").GetString()!), Timeout = TimeSpan.FromSeconds(30) };
        if (user.TryGetProperty("token", out var token)) http.DefaultRequestHeaders.Authorization = new("Bearer", token.GetString());
        return new ApiReader(http);
    }

    /// <summary>The JSON under a path; null when there is nothing.</summary>
    public async Task<JsonElement?> GetAsync(string path, CancellationToken cancellationToken)
    {
        using var answer = await _http.GetAsync(path, cancellationToken);
        if (answer.StatusCode == HttpStatusCode.NotFound) return null;
        var body = await answer.Content.ReadAsStringAsync(cancellationToken);
        return answer.IsSuccessStatusCode ? JsonElement.Parse(body) : throw new InvalidOperationException($"GET {path}: {(int)answer.StatusCode} {body}");
    }

    private static string? Text(JsonElement map, string name) =>
        map.TryGetProperty(name, out var data) ? Encoding.UTF8.GetString(Convert.FromBase64String(data.GetString()!)) : null;
}
