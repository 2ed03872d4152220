using System.Text.Json.Nodes;
using PlaybookOperator.Kubernetes.Client;
using PlaybookOperator.Kubernetes.Objects;

namespace PlaybookOperator.Kubernetes.Election;

/// <summary>
/// The lease as last seen, and when it was seen to change on the clock of this machine alone: the times written in it come from
/// other machines and are for people to read. Not thread-safe.
/// </summary>
internal sealed class LeaseRecord(ApiClient client, LeaderElectorOptions options, TimeProvider time)
{
    private const int MaxWriteAttempts = 3;
    private Lease? _seen;
    private long _changedAt;

    /// <summary>Who holds the lease as far as is known; empty when nobody does.</summary>
    public string Holder => _seen?.Spec?.HolderIdentity ?? "";

    public bool IsOurs => Holder == options.Identity;

    /// <summary>
    /// One attempt to take the lease or to renew it. True when it is ours afterwards; false when another holds it, was faster, or shall be.
    /// </summary>
    /// <param name="headStart">How long a lease that nobody holds is left to others.</param>
    public async Task<bool> TryHoldAsync(TimeSpan headStart, CancellationToken cancellationToken)
    {
        // A leader that saw its own last write need not look before it writes: a stale version is refused.
        if (!IsOurs) await LookAsync(cancellationToken);
        if (_seen is null) return await TryCreateAsync(cancellationToken);
        if (!IsOurs && !IsFree(headStart)) return false;
        return await TryWriteAsync(Claim(), cancellationToken);
    }

    /// <summary>Gives the lease up, so that the next leader need not wait for it to expire.</summary>
    public Task<bool> TryReleaseAsync(CancellationToken cancellationToken) => TryWriteAsync(
        new JsonObject { ["holderIdentity"] = "", ["leaseDurationSeconds"] = 1, ["renewTime"] = Now() }, cancellationToken);

    private async Task LookAsync(CancellationToken cancellationToken) =>
        See(await client.GetAsync(Resources.Leases, options.Lease, cancellationToken));

    private bool IsFree(TimeSpan headStart)
    {
        var unchanged = time.GetElapsedTime(_changedAt);
        if (Holder.Length == 0) return unchanged >= headStart;
        // The holder's own duration counts: it knows for how long it believes in its leadership.
        var duration = TimeSpan.FromSeconds(_seen?.Spec?.LeaseDurationSeconds ?? options.LeaseDuration.TotalSeconds);
        return unchanged > duration + headStart;
    }

    private void See(Lease? lease)
    {
        if (lease is null || _seen?.Metadata.ResourceVersion != lease.Metadata.ResourceVersion) _changedAt = time.GetTimestamp();
        _seen = lease;
    }

    private async Task<bool> TryCreateAsync(CancellationToken cancellationToken)
    {
        var manifest = new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = options.Lease.Name, ["namespace"] = options.Lease.Namespace },
            ["spec"] = Claim(),
        };
        var result = await client.CreateAsync(Resources.Leases, manifest, cancellationToken);
        See(result.Item);
        // A creation whose answer was lost is found as existing, and is ours by its holder.
        return IsOurs;
    }

    // Each conflict is looked into: when the lease is still ours, somebody touched another part of it, or the answer to our own
    // write was lost. Either way only a write that succeeds counts as a renewal.
    private async Task<bool> TryWriteAsync(JsonObject spec, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var version = _seen?.Metadata.ResourceVersion;
            var patch = new JsonObject { ["metadata"] = new JsonObject { ["resourceVersion"] = version }, ["spec"] = spec.DeepClone() };
            try
            {
                See(await client.MergePatchAsync(Resources.Leases, options.Lease, patch, null, cancellationToken));
                return IsOurs;
            }
            catch (ApiConflictException) when (attempt < MaxWriteAttempts)
            {
                await LookAsync(cancellationToken);
                if (!IsOurs) return false;
            }
        }
    }

    private JsonObject Claim()
    {
        var spec = new JsonObject
        {
            ["holderIdentity"] = options.Identity,
            ["leaseDurationSeconds"] = (int)Math.Ceiling(options.LeaseDuration.TotalSeconds),
            ["renewTime"] = Now(),
        };
        if (IsOurs) return spec;
        spec["acquireTime"] = Now();
        spec["leaseTransitions"] = _seen is null ? 0 : (_seen.Spec?.LeaseTransitions ?? 0) + 1;
        return spec;
    }

    private string Now() => MicroTimeConverter.Format(time.GetUtcNow());
}
