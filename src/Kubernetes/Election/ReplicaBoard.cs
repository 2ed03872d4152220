using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using PlaybookOperator.Kubernetes.Client;
using PlaybookOperator.Kubernetes.Objects;

namespace PlaybookOperator.Kubernetes.Election;

/// <summary>
/// Where replicas that stand by tell whether they are ready: annotations of a Lease of its own beside the one that is competed for, so that
/// their writing never collides with a renewal and never looks like one. Bounded: each writer removes what nobody keeps up. Not thread-safe.
/// </summary>
internal sealed class ReplicaBoard(ApiClient client, LeaderElectorOptions options, TimeProvider time)
{
    private const string Prefix = "replica.election/";
    private const string LastWaitKey = "election/last-wait";

    // A pause of this many times the freshness is no pause any more.
    private const int StaleFactor = 10;

    private readonly NamespacedName _name = new(options.Lease.Namespace, $"{options.Lease.Name}-replicas");
    private readonly ReplicaBook _book = new(time);
    private readonly string _key = Prefix + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(options.Identity)))[..16];
    private readonly string _run = Guid.NewGuid().ToString("N")[..8];
    private long _beat;

    /// <summary>How long the last leader that resigned had waited, as of the last look.</summary>
    public TimeSpan? LastWait { get; private set; }

    public IReadOnlyList<PeerView> Peers => _book.Peers(options.Identity);

    public async Task LookAsync(CancellationToken cancellationToken)
    {
        if (await client.GetAsync(Resources.Leases, _name, cancellationToken) is { } lease) See(lease);
    }

    /// <summary>Writes this replica's entry, and removes those that nobody keeps up.</summary>
    public Task TellAsync(TimeSpan? readyFor, CancellationToken cancellationToken)
    {
        var entry = new ReplicaEntry(options.Identity, _run, ++_beat, readyFor);
        var annotations = new JsonObject();
        foreach (var key in _book.Stale(options.Resignation.Freshness * StaleFactor)) annotations[key] = null;
        annotations[_key] = entry.ToString();
        return WriteAsync(annotations, cancellationToken);
    }

    /// <summary>Removes this replica's entry: it leads now.</summary>
    public Task LeaveAsync(CancellationToken cancellationToken) => WriteAsync(new JsonObject { [_key] = null }, cancellationToken);

    /// <summary>Leaves for the next leader how long this one has waited before it resigned.</summary>
    public Task LeaveWaitAsync(TimeSpan wait, CancellationToken cancellationToken) =>
        WriteAsync(new JsonObject { [LastWaitKey] = ((long)wait.TotalSeconds).ToString(CultureInfo.InvariantCulture) }, cancellationToken);

    private async Task WriteAsync(JsonObject annotations, CancellationToken cancellationToken)
    {
        // Without a version: each writes keys of its own.
        var patch = new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = annotations.DeepClone() } };
        if (await client.MergePatchAsync(Resources.Leases, _name, patch, null, cancellationToken) is { } lease)
        {
            See(lease);
            return;
        }

        foreach (var key in annotations.Where(pair => pair.Value is null).Select(pair => pair.Key).ToList()) annotations.Remove(key);
        var manifest = new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = _name.Name, ["namespace"] = _name.Namespace, ["annotations"] = annotations },
            ["spec"] = new JsonObject(),
        };
        See((await client.CreateAsync(Resources.Leases, manifest, cancellationToken)).Item);
    }

    private void See(Lease lease)
    {
        var annotations = lease.Metadata.Annotations ?? new Dictionary<string, string>();
        _book.See(annotations.Where(pair => pair.Key.StartsWith(Prefix, StringComparison.Ordinal)).ToDictionary());
        var isWait = int.TryParse(annotations.GetValueOrDefault(LastWaitKey), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds);
        LastWait = isWait ? TimeSpan.FromSeconds(seconds) : null;
    }
}
