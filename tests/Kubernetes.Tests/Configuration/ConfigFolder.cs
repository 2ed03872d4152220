using System.Text.Json;
using PlaybookOperator.Kubernetes.Configuration;

namespace PlaybookOperator.Kubernetes.Tests.Configuration;

/// <summary>A temporary folder with configuration files. They are written as JSON, which is YAML too.</summary>
internal sealed class ConfigFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("kubeconfig-").FullName;

    public string Write(string name, string text)
    {
        var file = System.IO.Path.Combine(Path, name);
        File.WriteAllText(file, text);
        return file;
    }

    /// <summary>One context <c>main</c> in namespace <c>team-a</c> with cluster <c>c</c> and user <c>u</c>.</summary>
    public string Kubeconfig(string? cluster = null, string? user = null) => Write("kubeconfig", $$"""
        {
          "current-context": "main",
          "contexts": [{"name": "main", "context": {"cluster": "c", "user": "u", "namespace": "team-a"} }],
          "clusters": [{"name": "c", "cluster": {{cluster ?? """{"server":"https://c.example:6443"}"""}} }],
          "users": [{"name": "u", "user": {{user ?? "{}"}} }]
        }
        """);

    public static KubeConfigSources Sources(string? file = null) => new() { ParseYaml = Parse, ExplicitPath = file };

    public void Dispose() => Directory.Delete(Path, recursive: true);

    private static JsonElement Parse(string text)
    {
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}
