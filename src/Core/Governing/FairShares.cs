namespace PlaybookOperator.Core.Governing;

/// <summary>
/// Divides places among those who want them, max-min fair: nobody gets more than it wants, and nobody gets less than another unless it wants less. So a
/// small execution gets all that it wants however much a giant asks for. Everybody who wants any gets one, even if there are more of them than places.
/// </summary>
public static class FairShares
{
    /// <param name="wants">What each would take; at least 0.</param>
    /// <param name="places">What there is.</param>
    /// <returns>One share for each, in order.</returns>
    public static int[] Of(IReadOnlyList<int> wants, int places)
    {
        var shares = new int[wants.Count];
        var order = Enumerable.Range(0, wants.Count).Where(i => wants[i] > 0).OrderBy(i => wants[i]).ThenBy(i => i).ToArray();
        long left = places;
        for (var k = 0; k < order.Length; k++)
        {
            // Those who are left want at least as much as this one: each may have an equal part of what is left, rounded up for those who want less.
            var part = (left + order.Length - k - 1) / (order.Length - k);
            var share = (int)Math.Max(1, Math.Min(wants[order[k]], part));
            shares[order[k]] = share;
            left = Math.Max(0, left - share);
        }

        return shares;
    }
}
