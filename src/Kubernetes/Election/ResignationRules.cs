namespace PlaybookOperator.Kubernetes.Election;

/// <summary>The times by which a leader that is not ready gives its lease to a replica that is.</summary>
public sealed record ResignationRules
{
    /// <summary>A leader waits this long for its trouble to pass, and trusts nobody who has been ready for less. Zero: it never resigns. Default 30 s.</summary>
    public TimeSpan After { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Waits double while leaders resign soon after one another, up to this many times <see cref="After"/>.</summary>
    public int MaxFactor { get; init; } = 16;

    /// <summary>A leader that had no trouble for so many times its predecessor's wait begins with <see cref="After"/> again.</summary>
    public int CalmFactor { get; init; } = 10;

    /// <summary>A replica that has not been heard for longer does not count as ready. Default 10 s.</summary>
    public TimeSpan Freshness { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A replica notices within so long that something which it needs has gone. Default 15 s.</summary>
    public TimeSpan DetectionLag { get; init; } = TimeSpan.FromSeconds(15);
}

/// <summary>What a leader knows of itself when it asks whether to resign.</summary>
/// <param name="UnreadyFor">How long its trouble has lasted; null while it is ready.</param>
/// <param name="Calm">How long it had led without trouble when this trouble began.</param>
/// <param name="LastWait">How long the last leader that resigned had waited; null when none is known.</param>
public readonly record struct LeaderView(TimeSpan? UnreadyFor, TimeSpan Calm, TimeSpan? LastWait);

/// <summary>What a leader knows of another replica.</summary>
/// <param name="ReadyFor">How long that replica had been ready when it was last heard, by its own clock; null when it was not.</param>
/// <param name="UnheardFor">How long ago it was last heard, at most; null when it has not been heard since this leader listens.</param>
public readonly record struct PeerView(string Identity, TimeSpan? ReadyFor, TimeSpan? UnheardFor);

/// <summary>Whether a leader resigns, why or why not in words, and how long it waits for its trouble to pass.</summary>
public readonly record struct ResignationVerdict(bool Resigns, string Reason, TimeSpan Wait);
