using System.Text.Json.Nodes;
using PlaybookOperator.Kubernetes.Client;
using PlaybookOperator.Kubernetes.Objects;
using PlaybookOperator.Kubernetes.Schema;

namespace PlaybookOperator.Kubernetes.Tests.RealServer;

/// <summary>Makes a real server serve widgets, by the definition that the generator makes of their C# type.</summary>
internal static class WidgetDefinition
{
    public static async Task InstallAsync(ApiClient client)
    {
        await client.ApplyAsync(
            Resources.CustomResourceDefinitions, CrdGenerator.Generate(Widget.Type, new CrdNames { ShortNames = ["wd"] }), default);
        var name = NamespacedName.ClusterScoped("widgets.tests.dev");
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while ((await client.GetAsync(Resources.CustomResourceDefinitions, name, limit.Token))?.IsEstablished != true || !await IsServedAsync(client, limit.Token))
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, limit.Token);
    }

    public static JsonObject Manifest(string name, int size, string @namespace = "default") => new()
    {
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = @namespace },
        ["spec"] = new JsonObject { ["size"] = size },
    };

    // Established says that the server will serve the kind, which it may do a moment later.
    private static async Task<bool> IsServedAsync(ApiClient client, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var _ in client.ListAsync(Widget.Type, new ListOptions { Namespace = "default" }, cancellationToken)) return true;
            return true;
        }
        catch (ApiNotFoundException)
        {
            return false;
        }
    }
}
