namespace PlaybookOperator.Core.Executions.Deciding;

/// <summary>
/// Tells in the log that loops are narrower than the playbook says because memory is short, and when they no longer are. An execution that is degraded for
/// a reason that stays is not told of another one.
/// </summary>
internal static class PressureRules
{
    public const string MemoryPressure = "MemoryPressure";

    public static void Tell(Draft draft)
    {
        if (draft.State.Phase is not (ExecutionPhase.Running or ExecutionPhase.Suspended)) return;
        var isNarrow = draft.Observed.Allowance.Halvings > 0;
        if (!isNarrow && draft.State.DegradedReason == MemoryPressure) draft.Append(EventType.ExecutionRecovered);
        if (!isNarrow || draft.State.Degraded) return;
        draft.Append(EventType.ExecutionDegraded, context: JsonText.Object(writer =>
        {
            writer.WriteString("reason", MemoryPressure);
            writer.WriteString("message", "The operator's memory is short: loops are narrower until it is no longer.");
        }));
    }
}
