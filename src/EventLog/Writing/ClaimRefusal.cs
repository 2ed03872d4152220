namespace PlaybookOperator.EventLog.Writing;

/// <summary>The reasons for which a claim is refused, for people; the same in every log.</summary>
internal static class ClaimRefusal
{
    public const string Ended = "The execution has ended.";
    public const string NotOpen = "The work is not open.";
    public const string OtherDelivery = "The work has been handed to another delivery.";
    public const string OtherClaimant = "The delivery has been claimed by another pod.";
}
