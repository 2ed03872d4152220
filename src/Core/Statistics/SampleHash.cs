namespace PlaybookOperator.Core.Statistics;

/// <summary>The lot that an iteration draws for being a sample: the same wherever and however often it is drawn.</summary>
public static class SampleHash
{
    /// <summary>
    /// A hash of (execution, run, index), uniform over 64 bits. Within one run it is a bijection of the index: two
    /// iterations of a loop never draw the same lot, so the lot identifies its iteration there.
    /// </summary>
    public static ulong Of(long executionId, long runId, long index)
    {
        const ulong GoldenGamma = 0x9E3779B97F4A7C15;
        var hash = Mix((ulong)executionId + GoldenGamma);
        hash = Mix((hash ^ (ulong)runId) + GoldenGamma);
        return Mix((hash ^ (ulong)index) + GoldenGamma);
    }

    /// <summary>The finalizer of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014): each step is invertible.</summary>
    private static ulong Mix(ulong x)
    {
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }
}
