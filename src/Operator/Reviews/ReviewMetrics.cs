using System.Diagnostics.Metrics;

namespace PlaybookOperator.Operator.Reviews;

/// <summary>What the operator counts about reviews, by <see cref="ReviewLane"/>.</summary>
internal sealed class ReviewMetrics : IDisposable
{
    public const string MeterName = "PlaybookOperator.Reviews";
    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _asked;
    private readonly Counter<long> _turnedAway;

    public ReviewMetrics()
    {
        _asked = _meter.CreateCounter<long>("playbook_reviews", description: "Questions to the API server whose a token is or what somebody may, by who made the operator ask.");
        _turnedAway = _meter.CreateCounter<long>("playbook_reviews_turned_away", description: "Such questions that were not asked, because their budget was used up; the caller was told to come again.");
        foreach (var lane in Enum.GetValues<ReviewLane>())
        {
            _asked.Add(0, Label(lane));
            _turnedAway.Add(0, Label(lane));
        }
    }

    public void Asked(ReviewLane lane) => _asked.Add(1, Label(lane));

    public void TurnedAway(ReviewLane lane) => _turnedAway.Add(1, Label(lane));

    public void Dispose() => _meter.Dispose();

    private static KeyValuePair<string, object?> Label(ReviewLane lane) => new("lane", lane switch
    {
        ReviewLane.Worker => "worker",
        ReviewLane.UnknownWorker => "unknown_worker",
        ReviewLane.Caller => "caller",
        _ => "unknown_caller",
    });
}
