namespace PlaybookOperator.Tools.Running.Pools;

/// <summary>How many iterations to have in hand: as many as take <see cref="Seconds"/>, by what the last ones took.</summary>
internal sealed class LeaseSize(int? wanted)
{
    /// <summary>Work in hand, as time. Long enough that asking costs little, short enough that a lost worker loses little.</summary>
    public const double Seconds = 1.5;

    /// <summary>From one lease to the next it grows by no more than this: the first iterations may have been the easy ones.</summary>
    private const int Growth = 8;

    private const double Weight = 0.5;
    private double _perSecond;
    private int _last;

    /// <summary>Takes note of what was done.</summary>
    /// <param name="ended">Iterations that ended.</param>
    /// <param name="seconds">In which time, of which some iteration ran all along.</param>
    public void Learn(int ended, double seconds)
    {
        if (ended == 0 || seconds <= 0) return;
        var rate = ended / seconds;
        _perSecond = _perSecond == 0 ? rate : _perSecond + (Weight * (rate - _perSecond));
    }

    /// <summary>Iterations to ask for.</summary>
    /// <param name="slots">Iterations that run at once.</param>
    /// <param name="inHand">Leased, not ended.</param>
    public int Ask(int slots, int inHand)
    {
        var whole = wanted ?? Math.Max(slots, Math.Min(_perSecond * Seconds, _last == 0 ? slots : (double)_last * Growth));
        var ask = Math.Max(0, (int)Math.Min(whole, int.MaxValue) - (wanted is null ? inHand : Math.Max(0, inHand - slots)));
        if (ask > 0) _last = (int)Math.Min(whole, int.MaxValue);
        return ask;
    }
}
